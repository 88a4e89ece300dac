"""The engine's framing, and what a helper's stream does at its edges."""

from __future__ import annotations

import socket
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

import pytest

from kit.backends._docker_stream import Attachment, Demultiplexer, HelperStream, limit_writes
from kit.tap.wire import encode

if TYPE_CHECKING:
    from kit.backends.base import Arrived

OUT = b"\x01\x00\x00\x00\x00\x00\x00\x05hello"
ERR = b"\x02\x00\x00\x00\x00\x00\x00\x03no\n"
EMPTY = b"\x01\x00\x00\x00\x00\x00\x00\x00"
LONG = b"\x01\x00\x00\x00\x00\x01\x00\x00" + b"x" * 65536


def test_frames_come_out_in_order_with_their_streams() -> None:
    assert Demultiplexer().feed(OUT + ERR + EMPTY + OUT) == [
        (1, b"hello"),
        (2, b"no\n"),
        (1, b""),
        (1, b"hello"),
    ]


@pytest.mark.parametrize("size", range(1, len(OUT + ERR) + 1))
def test_any_split_gives_the_same_frames(size: int) -> None:
    data, frames = OUT + ERR, Demultiplexer()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [frame for piece in pieces for frame in frames.feed(piece)] == [(1, b"hello"), (2, b"no\n")]


def test_the_length_is_four_bytes() -> None:
    assert Demultiplexer().feed(LONG) == [(1, b"x" * 65536)]


def test_a_frame_that_is_cut_is_kept_for_later() -> None:
    frames = Demultiplexer()
    assert frames.feed(OUT[:-1]) == []
    assert frames.feed(OUT[-1:]) == [(1, b"hello")]


class OneEnd:
    """An attachment on a socket pair: the test holds the other end."""

    def __init__(self) -> None:
        self._socket, self.engine = socket.socketpair()

    def read(self) -> bytes:
        return self._socket.recv(100)

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def shut(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def framed(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4) + data


def open_stream(
    write_limit_s: int | None = None,
) -> tuple[HelperStream, socket.socket, SimpleQueue[Arrived]]:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    attachment = OneEnd()
    if write_limit_s is not None:
        limit_writes(attachment._socket, write_limit_s)
    stream = HelperStream(("host", "server"), cast("Attachment", attachment), inbox)
    return stream, attachment.engine, inbox


def test_messages_arrive_and_the_end_brings_the_helpers_own_words() -> None:
    stream, engine, inbox = open_stream()
    engine.sendall(framed(1, encode({"event": "here"}, b"body")) + framed(2, b"Traceback: disk\n"))
    engine.close()
    first, last = inbox.get(timeout=10), inbox.get(timeout=10)
    assert (first.source, first.head, first.body) == (
        ("host", "server"),
        {"event": "here", "size": 4},
        b"body",
    )
    assert (last.head, last.body) == (None, b"Traceback: disk\n")
    stream.end()


def test_a_stream_that_is_ended_by_us_ends_for_the_reader_too() -> None:
    stream, engine, inbox = open_stream()
    stream.end()
    assert inbox.get(timeout=10).head is None
    engine.close()


def test_what_is_no_message_ends_the_stream_and_says_so() -> None:
    stream, engine, inbox = open_stream()
    engine.sendall(framed(1, b"Segmentation fault\n"))
    arrived = inbox.get(timeout=10)
    assert arrived.head is None
    assert b"does not understand" in arrived.body
    stream.end()
    engine.close()


def test_a_send_to_a_helper_that_is_gone_is_no_error() -> None:
    stream, engine, inbox = open_stream()
    engine.close()
    for _ in range(3):
        stream.send({"do": "start"})
    assert inbox.get(timeout=10).head is None
    stream.end()


def test_an_engine_that_takes_nothing_more_is_waited_for_so_long_and_then_the_stream_ends() -> None:
    stream, engine, inbox = open_stream(write_limit_s=1)
    began = time.monotonic()
    stream.send({"do": "stdin"}, b"x" * (1 << 24))
    assert inbox.get(timeout=10).head is None
    assert time.monotonic() - began < 10
    stream.end()
    engine.close()


def test_endless_complaints_are_cut() -> None:
    stream, engine, inbox = open_stream()
    for _ in range(40):
        engine.sendall(framed(2, b"x" * 4096))
    engine.close()
    assert len(inbox.get(timeout=10).body) == 1 << 16
    stream.end()

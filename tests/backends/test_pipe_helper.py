"""The nursery and its helpers: what fails is said with the words of who failed, and an end is always told."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends._netns_processes import kill_below
from kit.backends._pipe_helper import Nursery, PipeHelper
from kit.backends.payload import BOOT_FROM_FOLDER, source_folder
from kit.errors import BackendError
from kit.tap import nursery as inside
from kit.tap.wire import encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.backends.base import Arrived

COMMAND = (sys.executable, "-I", "-S", "-c", BOOT_FROM_FOLDER, str(source_folder()), "nursery")
NO_PROCESS = 1 << 22  # above every pid


@contextmanager
def nursery_in(folder: Path) -> Iterator[Nursery]:
    made = Nursery(COMMAND, folder / "nursery", {})
    try:
        made.wait_here()
        yield made
    finally:
        kill_below(made.process.pid)
        made.process.kill()
        made.join()


def test_a_helper_that_cannot_enter_its_namespace_says_why_and_ends(tmp_path: Path) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    with nursery_in(tmp_path) as made:
        order = {"entry": "program", "network_of": NO_PROCESS}
        helper = PipeHelper(("program", "server"), made, order, inbox, tmp_path / "words")
        with pytest.raises(
            BackendError, match=r"program server: its helper ended before it began: (?s:.*)No such file"
        ):
            helper.wait_here()
        end = inbox.get(timeout=10)
        assert (end.source, end.head) == (("program", "server"), None)
        assert b"FileNotFoundError" in end.body
        helper.send({"do": "start"})  # to one that is gone: nothing, and no error
        helper.join()


class Says(Nursery):
    """Bears a helper that says this and ends."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def bear(self, _order: dict[str, Any], stream: socket.socket, words: Path) -> int:
        words.touch()
        stream.sendall(self._said)
        return NO_PROCESS


class Holds(Nursery):
    """Is stopped between the birth of a helper and letting go of the stream that it has borne it with."""

    def __init__(self) -> None:
        self.held: list[socket.socket] = []

    def bear(self, _order: dict[str, Any], stream: socket.socket, words: Path) -> int:
        words.touch()
        self.held.append(stream.dup())
        return NO_PROCESS


def test_a_helper_is_over_though_a_stopped_nursery_holds_its_stream_and_its_last_words_are_told(
    tmp_path: Path,
) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    nursery = Holds()
    helper = PipeHelper(("program", "server"), nursery, {}, inbox, tmp_path / "words")
    with nursery.held[0] as held:
        held.sendall(encode({"event": "exited"}))
        ended = Thread(target=helper.join, daemon=True)
        ended.start()
        ended.join(timeout=10)
        assert not ended.is_alive()
    told = [inbox.get(timeout=10).head for _ in range(2)]
    assert told == [{"event": "exited"}, None]


@pytest.mark.parametrize(
    ("said", "heads"),
    [
        (b'{"event":"here"}\n{"event":"here"}\n', [{"event": "here"}, {"event": "here"}]),
        (b'{"event":"here"}\n' + b"[" * 100_000 + b"\n", [{"event": "here"}]),
    ],
)
def test_the_end_of_a_stream_is_told_whatever_was_said(
    tmp_path: Path, said: bytes, heads: list[dict[str, Any]]
) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    helper = PipeHelper(("host", "server"), Says(said), {}, inbox, tmp_path / "words")
    helper.wait_here()
    helper.join()
    assert [inbox.get_nowait().head for _ in range(inbox.qsize())] == [*heads, None]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b'{"error": "no more processes"}', "no more processes"),
        (b'{"pid": "7"}', "{'pid': '7'}"),
        (b"[7]", r"it said b'\[7\]'"),
        (b"pid 7", "it said b'pid 7'"),
        (b"[" * 60_000, "it said"),
    ],
)
def test_a_nursery_that_bears_nobody_is_the_machines_fault(tmp_path: Path, said: bytes, told: str) -> None:
    made = Nursery.__new__(Nursery)
    made._words = tmp_path / "nursery"
    made._words.touch()
    made._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stream, _ = streams = socket.socketpair()
    with made._control, theirs, streams[0], streams[1]:
        theirs.send(said)
        with pytest.raises(BackendError, match=f"cannot start a helper: {told}"):
            made.bear({"entry": "host"}, stream, tmp_path / "words")


def test_a_nursery_that_died_is_the_machines_fault(tmp_path: Path) -> None:
    with nursery_in(tmp_path) as made:
        os.kill(made.process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, made.process.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(BackendError, match="cannot start a helper"):
            PipeHelper(("host", "server"), made, {"entry": "host"}, SimpleQueue(), tmp_path / "words")


def test_an_interpreter_that_cannot_boot_is_told_with_its_words(tmp_path: Path) -> None:
    broken = Nursery((sys.executable, "-c", "raise OSError('no room')"), tmp_path / "words", {})
    try:
        with pytest.raises(BackendError, match="no room"):
            broken.wait_here()
    finally:
        broken.join()


def test_a_machine_without_processes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    control: socket.socket | None = None
    answer = inside._bear({"entry": "host"}, [], control, {})  # type: ignore[arg-type]  # never reached
    assert answer == {"error": "[Errno 11] Resource temporarily unavailable"}


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="cannot start `/nonexistent/python`: No such file"):
        Nursery(("/nonexistent/python",), tmp_path / "words", {})

"""Messages survive any split of the stream, and what is no message is refused."""

from __future__ import annotations

import time

import pytest

from kit.tap.wire import MAX_BODY_BYTES, MAX_HEADER_BYTES, Decoder, Message, WireError, encode

STREAM = encode({"event": "here"}) + encode({"event": "output"}, b"\x00\n{}") + encode({"event": "end"})
MESSAGES = [
    Message({"event": "here"}),
    Message({"event": "output", "size": 4}, b"\x00\n{}"),
    Message({"event": "end"}),
]


@pytest.mark.parametrize("size", [1, 2, 7, len(STREAM)])
def test_messages_survive_any_split(size: int) -> None:
    decoder = Decoder()
    found = [
        message
        for start in range(0, len(STREAM), size)
        for message in decoder.feed(STREAM[start : start + size])
    ]
    assert found == MESSAGES


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"hello\n", "not a message"),
        (b"[1]\n", "not a message"),
        (b"[" * 100_000 + b"\n", "not a message"),
        (b'{"size": ' + b"1" * 5000 + b"}\n", "not a message"),
        (b'{"size": -1}\n', "impossible size"),
        (b'{"size": "4"}\n', "impossible size"),
        (b'{"size": %d}\n' % (MAX_BODY_BYTES + 1), "impossible size"),
        (b" " * (MAX_HEADER_BYTES + 1), "without an end"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, text: str) -> None:
    with pytest.raises(WireError, match=text):
        Decoder().feed(data)


def test_a_long_head_is_read_once_however_its_body_comes() -> None:
    head = {"event": "output", "rows": [0] * 400_000}
    stream = encode(head, bytes(1 << 20))
    decoder = Decoder()
    began = time.process_time()
    found = [
        message
        for start in range(0, len(stream), 512)
        for message in decoder.feed(stream[start : start + 512])
    ]
    assert time.process_time() - began < 2
    assert [len(message.body) for message in found] == [1 << 20]

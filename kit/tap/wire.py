r"""Messages between kit and its helpers: a line of JSON, and the bytes that it announces.

    {"event": "output", "stream": "stdout", "time_ns": 17, "size": 5}\n
    hello

`size` is there only when bytes follow. The stream is the lease: a helper whose input ends kills its
program and exits, so nothing outlives a kit that died.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MAX_HEADER_BYTES = 1 << 20
MAX_BODY_BYTES = 1 << 26


class Message(NamedTuple):
    head: dict[str, Any]
    body: bytes = b""


class WireError(ValueError):
    """The other side did not speak this protocol."""


def encode(head: dict[str, Any], body: bytes = b"") -> bytes:
    if body:
        head = {**head, "size": len(body)}
    return json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode() + b"\n" + body


class Decoder:
    """Bytes in any split -> messages. Raises WireError for what is not a message."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: dict[str, Any] | None = None  # of the message whose body is not whole yet

    def feed(self, data: bytes) -> list[Message]:
        self._buffer += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        if self._head is None:
            self._head = self._next_head()
        if self._head is None:
            return None
        size = self._head.get("size", 0)
        if len(self._buffer) < size:
            return None
        message = Message(self._head, bytes(self._buffer[:size]))
        del self._buffer[:size]
        self._head = None
        return message

    def _next_head(self) -> dict[str, Any] | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise WireError("a header line without an end")
            return None
        line = bytes(self._buffer[:end])
        try:
            head: dict[str, Any] = json.loads(line)
            size = head.get("size", 0)
        except (ValueError, AttributeError, RecursionError) as error:
            raise WireError(f"not a message: {line[:80]!r}") from error
        if not isinstance(size, int) or not 0 <= size <= MAX_BODY_BYTES:
            raise WireError(f"impossible size {size!r}")
        del self._buffer[: end + 1]
        return head

"""The stream between a helper and kit: standard input and output of the helper's process."""

from __future__ import annotations

import os
import sys
from typing import Any

from kit.tap.wire import Decoder, Message, encode

READ_BYTES = 1 << 16


class Stream:
    """Blocking writes, reads as they come. An end of input means that kit is gone."""

    def __init__(self, read_fd: int = 0, write_fd: int = 1) -> None:
        self.read_fd = read_fd
        self._write_fd = write_fd
        self._decoder = Decoder()

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        data = memoryview(encode(head, body))
        try:
            while data:
                data = data[os.write(self._write_fd, data) :]
        except BrokenPipeError:
            sys.exit(0)  # nobody listens any more: the lease has ended

    def receive(self) -> list[Message] | None:
        """Give the messages that one read completes, or None at the end of input."""
        data = os.read(self.read_fd, READ_BYTES)
        return self._decoder.feed(data) if data else None

"""A helper of kit as a child process, spoken to over its pipes: what a backend does, without a backend."""

from __future__ import annotations

import os
import select
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

from kit.backends import payload
from kit.tap.wire import Decoder, Message, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT_S = 20.0


class Helper:
    def __init__(
        self, entry: str, before: Sequence[str] = (), environment: dict[str, str] | None = None
    ) -> None:
        boot = ["/usr/bin/python3", "-I", "-S", "-c", payload.BOOT_FROM_FOLDER, str(payload.source_folder())]
        self.process = subprocess.Popen(
            [*before, *boot, entry],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self.seen: list[Message] = []
        self._waiting: list[Message] = []  # read, and not asked for yet
        self._decoder = Decoder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=LIMIT_S)

    def tell(self, head: dict[str, Any], body: bytes = b"") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(head, body))
        self.process.stdin.flush()

    def until(self, wanted: str | Callable[[Message], bool]) -> Message:
        """Read messages until one is of this event, or is accepted; give it."""
        accept = wanted if callable(wanted) else lambda message: message.head["event"] == wanted
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        deadline = time.monotonic() + LIMIT_S
        while True:
            while self._waiting:
                message = self._waiting.pop(0)
                if accept(message):
                    return message
            ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"nothing came that is {wanted}; last: {self.seen[-3:]}"
            data = os.read(fd, 1 << 16)
            assert data, f"the helper ended before {wanted}"
            messages = self._decoder.feed(data)
            self.seen += messages
            self._waiting += messages

    def bodies(self, event: str) -> bytes:
        return b"".join(message.body for message in self.seen if message.head["event"] == event)

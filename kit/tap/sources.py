"""What is read of a program: each of its descriptors until the end, none faster than it may be said."""

from __future__ import annotations

import os
import selectors
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.tap.rate import Bucket

CHUNK_BYTES = 1 << 16
# Strace writes each line by itself. While they are of no interest (a sandbox is made, an interpreter reads its files),
# they are taken many at once: waking up for each costs more than all else that is done with it.
DULL_S = 0.001


class Room(NamedTuple):
    """How fast something may be said: the limit's name, and the bucket that counts."""

    limit: str
    bucket: Bucket


class Sources:
    """Descriptors that are read when there is something, and closed at their end."""

    def __init__(
        self, selector: selectors.BaseSelector, meet: Callable[[str], None], ended: Callable[[], None]
    ) -> None:
        """`meet` takes the name of a limit that was met; `ended` is called when the last descriptor is closed."""
        self._selector = selector
        self._meet = meet
        self._ended = ended
        self._open: set[int] = set()
        # those that are not read now: how long they are not, and what reads them
        self._held: dict[int, tuple[Callable[[], float], Callable[[], None]]] = {}
        self._hurries = False

    def __contains__(self, fd: int | None) -> bool:
        return fd in self._open

    def add(self, fd: int, read: Callable[[bytes], bool | None], room: Room | None = None) -> None:
        """Read a descriptor until its end; `read` tells whether what it took was dull. Who writes faster than `room` allows
        waits for a full pipe.
        """

        def ready() -> None:
            if fd not in self._open:
                return  # closed earlier in this same round
            data = os.read(fd, CHUNK_BYTES)
            if not data:
                self.close(fd)
                return
            is_dull = read(data)
            if room is not None and fd in self._open:
                room.bucket.take(len(data))
                self._hold_back(fd, room, ready, is_dull=bool(is_dull))

        self.watch(fd, ready)

    def watch(self, fd: int, ready: Callable[[], None]) -> None:
        """Have `ready` called when there is something to read; it closes the descriptor."""
        self._open.add(fd)
        self._selector.register(fd, selectors.EVENT_READ, ready)

    def _hold_back(self, fd: int, room: Room, ready: Callable[[], None], *, is_dull: bool) -> None:
        if self._hurries:
            return
        if room.bucket.wait_s():
            self._meet(room.limit)
            wait_s = room.bucket.wait_s
        elif is_dull:
            wait_s = partial(_left_s, time.monotonic() + DULL_S)
        else:
            return
        self._selector.unregister(fd)
        self._held[fd] = wait_s, ready

    def wait_s(self) -> float | None:
        """Give how long there is nothing to read on; None: nothing is held back."""
        return min((wait_s() for wait_s, _ in self._held.values()), default=None)

    def read_on(self) -> None:
        """Read again what has room, or more to read."""
        for fd, (wait_s, ready) in tuple(self._held.items()):
            if self._hurries or not wait_s():
                del self._held[fd]
                self._selector.register(fd, selectors.EVENT_READ, ready)

    def hurry(self) -> None:
        """Hold nothing back from now on: what a dead program has left is not much."""
        self._hurries = True
        self.read_on()

    def close(self, fd: int) -> None:
        if self._held.pop(fd, None) is None:
            self._selector.unregister(fd)
        os.close(fd)
        self._open.discard(fd)
        if not self._open:
            self._ended()

    def close_all(self) -> None:
        for fd in tuple(self._open):
            self.close(fd)


def _left_s(until: float) -> float:
    """Give how long it is until then, of time.monotonic: 0.0 where it has come."""
    return max(0.0, until - time.monotonic())

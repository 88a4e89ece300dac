"""Watching a socket table: the kernel tells nobody when a queue grows, so the table is read again and again.

Where hosts share the machine's table (a namespace has its own by `tcp_child_ehash_entries` alone, see ip-sysctl.rst of
the kernel) a reading walks through a quarter of a million places: a millisecond. It rests for some times as long as it took. The
listeners are in a small table beside that, whose reading costs next to nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kit.tap.sockets import ALL_BUT_BOUND, LISTENERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.tap.sockets import Row, SocketTable

INTERVAL_S = 0.001  # how stale an answer may be, of a table that is read fast
REST = 2  # times what the reading before took of the processor
REST_OF_OTHERS = 10  # the same, where the listeners are asked for: they alone are read at each interval


class Watch:
    """With `listeners`, their change has the whole table read at once; with or without, nothing is missed for good."""

    def __init__(
        self,
        table: SocketTable,
        *,
        listeners: bool,
        now_s: Callable[[], float] = time.monotonic,
        spent_s: Callable[[], float] = time.thread_time,  # not how long a busy machine had it wait
    ) -> None:
        self._table = table
        self._listeners = listeners
        self._now_s = now_s
        self._spent_s = spent_s
        self._next_s = 0.0  # when the whole table has rested
        self._last: list[Row] | None = None  # of the listeners

    def read(self) -> list[Row] | None:
        """Give the table, but for what is only bound, which no gate asks for; None where no reading is due."""
        if not self._is_due():
            return None
        began_s = self._spent_s()
        rows = self._table.read(ALL_BUT_BOUND)
        rest = REST_OF_OTHERS if self._listeners else REST
        self._next_s = self._now_s() + rest * (self._spent_s() - began_s)
        return rows

    def _is_due(self) -> bool:
        due = self._now_s() >= self._next_s
        if self._listeners:
            before, self._last = self._last, self._table.read(LISTENERS)
            due = due or self._last != before
        return due

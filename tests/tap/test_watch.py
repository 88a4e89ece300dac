"""A watch reads all where it must, and no more of a costly table than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from kit.tap.sockets import ALL_BUT_BOUND, LISTENERS
from kit.tap.watch import REST, REST_OF_OTHERS, Watch

if TYPE_CHECKING:
    from kit.tap.sockets import Row, SocketTable

READING_S = 0.001
LISTENER: Row = ["tcp", "0.0.0.0", 8001, "0.0.0.0", 0, "LISTEN", 0, 5]


class Kernel:
    """A table whose reading takes a millisecond, but for the listeners'."""

    def __init__(self) -> None:
        self.now_s = self.spent_s = 0.0
        self.listeners: list[Row] = []
        self.readings: list[int] = []

    def read(self, states: int) -> list[Row]:
        self.readings.append(states)
        self.spent_s += READING_S if states == ALL_BUT_BOUND else 0
        return list(self.listeners)

    def watch(self, *, listeners: bool) -> Watch:
        table = cast("SocketTable", self)
        return Watch(table, listeners=listeners, now_s=lambda: self.now_s, spent_s=lambda: self.spent_s)


@pytest.mark.parametrize(("listeners", "rest"), [(False, REST), (True, REST_OF_OTHERS)])
def test_a_table_rests_for_some_times_as_long_as_its_reading_took(*, listeners: bool, rest: int) -> None:
    kernel = Kernel()
    watch = kernel.watch(listeners=listeners)
    assert watch.read() == []
    kernel.now_s = rest * READING_S - 1e-6
    assert watch.read() is None
    kernel.now_s = rest * READING_S
    assert watch.read() == []
    assert kernel.readings.count(ALL_BUT_BOUND) == 2


def test_a_listener_that_changes_has_the_table_read_before_it_has_rested() -> None:
    kernel = Kernel()
    watch = kernel.watch(listeners=True)
    watch.read()
    kernel.listeners = [LISTENER]
    assert watch.read() == [LISTENER]
    assert watch.read() is None
    assert kernel.readings == [LISTENERS, ALL_BUT_BOUND, LISTENERS, ALL_BUT_BOUND, LISTENERS]


def test_where_all_are_asked_for_the_listeners_are_not_read_beside_them() -> None:
    kernel = Kernel()
    watch = kernel.watch(listeners=False)
    watch.read()
    watch.read()
    assert kernel.readings == [ALL_BUT_BOUND]

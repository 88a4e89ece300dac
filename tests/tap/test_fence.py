"""A fence is over once every capture has shown it, and is sent until then."""

from __future__ import annotations

import time
from typing import cast

import pytest

from kit.tap import fence
from kit.tap.capture import FENCE_MARK, FENCE_NUMBER_BYTES, FENCE_TYPE, Captured
from kit.tap.fence import AGAIN_S, Fence, Fences


class Sent:
    """Notes what is sent in the place of a socket."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, int]] = []
        self._number = 0

    def next(self) -> int:
        self._number += 1
        return self._number

    def send(self, interface: str, number: int) -> None:
        self.frames.append((interface, number))


class Lane:
    """Fences on two interfaces, and what came of them."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.shown = 0

    def fence(self, *interfaces: str) -> Fence:
        return Fence(cast("Fences", self.sent), interfaces, self._on_shown)

    def _on_shown(self) -> None:
        self.shown += 1


def frame(number: int) -> Captured:
    data = bytes(12) + FENCE_TYPE + FENCE_MARK + number.to_bytes(FENCE_NUMBER_BYTES)
    return Captured(0, data, len(data))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    now = {"s": 100.0}
    monkeypatch.setattr(time, "monotonic", lambda: now["s"])
    return now


def test_a_fence_is_over_when_the_last_capture_has_shown_it() -> None:
    lane = Lane()
    one = lane.fence("eth0", "lo")
    one.send()
    one.see("eth0", [frame(1)])
    assert (lane.shown, one.misses("eth0"), one.misses("lo")) == (0, False, True)
    one.see("lo", [Captured(0, bytes(60), 60), frame(1)])
    one.see("lo", [frame(1)])
    assert (lane.shown, one.waits_s) == (1, None)


def test_a_fence_that_comes_late_answers_for_no_other() -> None:
    lane = Lane()
    lane.fence("eth0").send()
    second = lane.fence("eth0")
    second.send()
    second.see("eth0", [frame(1)])
    assert lane.shown == 0
    second.see("eth0", [frame(2)])
    assert lane.shown == 1


def test_where_nothing_is_captured_it_is_over_at_once() -> None:
    lane = Lane()
    lane.fence().send()
    assert (lane.shown, lane.sent.frames) == (1, [])


def test_it_is_sent_again_where_it_is_not_shown(clock: dict[str, float]) -> None:
    lane = Lane()
    one = lane.fence("eth0", "lo")
    one.send()
    one.see("lo", [frame(1)])
    lane.sent.frames.clear()
    one.tend()
    assert lane.sent.frames == []
    assert one.waits_s == pytest.approx(AGAIN_S)
    clock["s"] += AGAIN_S
    one.tend()
    one.tend()
    assert lane.sent.frames == [("eth0", 1)]


def test_where_it_was_not_sent_yet_it_is_not_sent_again(clock: dict[str, float]) -> None:
    lane = Lane()
    one = lane.fence("eth0", "lo")  # of captures that have not said that they listen
    assert one.waits_s is None
    one.send_to("eth0")
    clock["s"] += 2 * fence.AGAIN_S
    one.tend()
    assert lane.sent.frames == [("eth0", 1)] * 2

"""A bucket gives what it holds at once, and no more than its rate after that."""

from __future__ import annotations

import pytest

from kit.tap.rate import Bucket


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("kit.tap.rate.time", clock)
    return clock


def test_what_it_holds_passes_at_once_and_what_is_above_has_to_be_gained_first(clock: Clock) -> None:
    bucket = Bucket(at_once=10, per_s=5)
    bucket.take(10)
    assert bucket.wait_s() == 0.0
    bucket.take(5)
    assert bucket.wait_s() == 1.0
    clock.now += 0.5
    assert bucket.wait_s() == 0.5
    clock.now += 0.5
    assert bucket.wait_s() == 0.0


def test_it_never_holds_more_than_at_once(clock: Clock) -> None:
    bucket = Bucket(at_once=10, per_s=5)
    clock.now += 1000
    bucket.take(15)
    assert bucket.wait_s() == 1.0

"""How much may pass in a second: a bucket that fills itself."""

from __future__ import annotations

import time


class Bucket:
    """It holds `at_once`, and gains `per_s` a second. What has come is taken, also more than there is."""

    def __init__(self, at_once: float, per_s: float) -> None:
        self._at_once = at_once
        self._per_s = per_s
        self._left = at_once
        self._left_s = time.monotonic()  # when so much was left

    def take(self, amount: float) -> None:
        self._gain()
        self._left -= amount

    def wait_s(self) -> float:
        """Give how long it is until something is left: 0.0 where something is."""
        self._gain()
        return max(0.0, -self._left / self._per_s)

    def _gain(self) -> None:
        now = time.monotonic()
        self._left = min(self._at_once, self._left + (now - self._left_s) * self._per_s)
        self._left_s = now

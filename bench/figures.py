"""What is computed from what was measured. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from statistics import linear_regression, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Spread:
    """`middle` is the median; all in the unit of what was measured."""

    middle: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Power:
    """y = factor * x ** exponent."""

    factor: float
    exponent: float

    def at(self, x: float) -> float:
        return float(self.factor * x**self.exponent)


def spread(values: Sequence[float]) -> Spread:
    """Raises ValueError for no values."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(median(values), min(values), max(values))


def ratio(ours: float | None, theirs: float | None) -> float | None:
    """None where one of the two is not known."""
    return None if ours is None or not theirs else ours / theirs


def a_minute(count: float, took_s: float) -> float:
    return 60 * count / took_s


def power(points: Mapping[int, float], begin: int) -> Power | None:
    """Fit a power of x by least squares of the logarithms, over the points from `begin` on; None: fewer than two."""
    chosen = {x: y for x, y in points.items() if x >= begin}
    if len(chosen) < 2:
        return None
    line = linear_regression([log(x) for x in chosen], [log(y) for y in chosen.values()])
    return Power(exp(line.intercept), line.slope)

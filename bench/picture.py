"""Times over numbers of hosts, both axes logarithmic, and the fitted powers as lines: kit's own shapes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log2, log10
from typing import TYPE_CHECKING

from kit.report.shapes import Box, Label, Line, Picture
from kit.report.svg import standalone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.figures import Power
    from kit.report.shapes import Drawn

    Scale = Callable[[float], float]

LEFT, TOP, BOTTOM = 56.0, 24.0, 44.0
DOUBLING, DECADE = 70.0, 150.0  # pixels to a factor of 2 across, of 10 up
ROOM = 230.0  # for what stands beside a curve
DOT = 7.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Seconds by number of clients; `style` is of picture.css; `power` was fitted from `begin` on."""

    name: str
    seconds: Mapping[int, float]
    power: Power | None
    begin: int
    style: str


def plot(curves: Sequence[Curve]) -> str:
    """Give the SVG."""
    return standalone([picture(curves)], ["seconds of `kit run` over clients, a host each"], "en")


def picture(curves: Sequence[Curve]) -> Picture:
    """Raises ValueError where nothing was measured."""
    counts = sorted({count for curve in curves for count in curve.seconds})
    times = [second for curve in curves for second in curve.seconds.values()]
    low, high = floor(log10(min(times))), ceil(log10(max(times)))
    bottom = TOP + (high - low) * DECADE
    right = LEFT + (log2(counts[-1]) - log2(counts[0]) + 1) * DOUBLING

    def x(count: float) -> float:
        return LEFT + DOUBLING / 2 + (log2(count) - log2(counts[0])) * DOUBLING

    def y(second: float) -> float:
        return bottom - (log10(second) - low) * DECADE

    under: list[Drawn] = []
    for decade in range(low, high + 1):
        under += [
            Line(LEFT, y(10.0**decade), right, y(10.0**decade), "rule"),
            Label(LEFT - 8, y(10.0**decade) + 4, f"{10.0**decade:g} s", "place", "end"),
        ]
    under += [Label(x(count), bottom + 16, str(count), "place", "middle") for count in counts]
    under.append(Label((LEFT + right) / 2, bottom + 34, "clients", "place", "middle"))
    over = [shape for curve in curves for shape in _drawn(curve, x, y)]
    return Picture(right + ROOM, bottom + BOTTOM, (), 0, tuple(under), (), tuple(over))


def _drawn(curve: Curve, x: Scale, y: Scale) -> list[Drawn]:
    points = sorted(curve.seconds.items())
    if not points:
        return []
    shapes: list[Drawn] = [
        Line(x(a), y(s), x(b), y(t), f"arrow {curve.style}") for (a, s), (b, t) in pairwise(points)
    ]
    shapes += [
        Box(x(a) - DOT / 2, y(s) - DOT / 2, DOT, DOT, f"tip {curve.style}", DOT / 2) for a, s in points
    ]
    last, seconds = points[-1]
    text = curve.name
    if curve.power is not None:
        begin, fit = max(curve.begin, points[0][0]), curve.power
        shapes.append(
            Line(x(begin), y(fit.at(begin)), x(last), y(fit.at(last)), f"arrow unsure {curve.style}")
        )
        text += f": clients ^ {fit.exponent:.2f} from {begin}"
    return [*shapes, Label(x(last) + 12, y(seconds) + 4, text, "text")]

"""The queue against the argument of listen, as a picture: bars for what was held, lines for what explains them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kit.claims.queue import limit
from kit.renderers import word
from kit.report.shapes import Box, Item, Label, Line, Picture
from kit.report.svg import standalone

if TYPE_CHECKING:
    from kit.claims.queue import Held
    from kit.report.shapes import Drawn

LEFT, TOP, BOTTOM = 56.0, 16.0, 44.0
COLUMN, BAR, ROW = 34.0, 22.0, 16.0  # of one argument; of one connection
CAP = "net.core.somaxconn"


def plot(values: tuple[Held, ...], lang: str) -> str:
    """Give the SVG."""
    return standalone([picture(values, lang)], [word(lang, "queue plot")], lang)


def picture(values: tuple[Held, ...], lang: str) -> Picture:
    """Give bars over the arguments, the line n + 1, and the system's limit where it cuts."""
    most = max(each.backlog for each in values) + 1
    floor = TOP + most * ROW + ROW
    width = LEFT + len(values) * COLUMN + COLUMN

    def y(count: float) -> float:
        return floor - count * ROW

    def x(index: int) -> float:
        return LEFT + index * COLUMN + COLUMN / 2

    grid = [
        shape
        for count in range(0, most + 1, 4)
        for shape in (
            Line(LEFT, y(count), width - COLUMN, y(count), "rule"),
            Label(LEFT - 8, y(count) + 4, str(count), "place", "end"),
        )
    ]
    asked = [
        Line(x(index), y(one.backlog + 1), x(index + 1), y(other.backlog + 1), "arrow unsure")
        for index, (one, other) in enumerate(pairwise(values))
    ]
    named: list[Drawn] = [
        Label(x(len(values) - 1) - 14, y(most) + 4, word(lang, "queue asked"), "text", "end"),
        Label(LEFT + len(values) * COLUMN / 2, floor + 34, word(lang, "queue argument"), "place", "middle"),
        Label(4, TOP - 4, word(lang, "queue held"), "place"),
    ]
    cut = limit(values)
    if cut is not None:
        named += [
            Line(LEFT, y(cut + 1), width - COLUMN, y(cut + 1), "arrow flagged"),
            Label(
                LEFT + 4, y(cut + 1) - 5, word(lang, "queue cap", name=CAP, value=cut, held=cut + 1), "text"
            ),
        ]
    bars = tuple(
        Item(
            f"backlog-{each.backlog}",
            word(lang, "queue bar", backlog=each.backlog, queued=each.queued),
            y(each.queued),
            each.queued * ROW,
            "call",
            (
                Box(x(index) - BAR / 2, y(each.queued), BAR, each.queued * ROW, "bar"),
                Label(x(index), y(each.queued) + 12, str(each.queued), "text", "middle"),
                Label(x(index), floor + 16, str(each.backlog), "place", "middle"),
            ),
        )
        for index, each in enumerate(values)
    )
    return Picture(width, floor + BOTTOM, (), 0, tuple(grid), bars, (*asked, *named))

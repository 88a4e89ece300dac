"""The differences as one picture: the packets of each side between its two hosts, and below them what was measured.

Packets stand in the order of the ladder, at equal distances: how much time went by is no difference here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.ladder.model import Segment
from kit.renderers import in_language, inert_line
from kit.report.drawing import SLOPE, arrow, segment_style
from kit.report.shapes import Box, Item, Label, Line, Picture, fitted, width_of
from kit.report.svg import standalone
from kit.report.wording import segment_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.compare import Table
    from kit.exercise.model import Side
    from kit.ladder.model import Ladder
    from kit.report.shapes import Drawn

COLUMN, EDGE, LANE = 440.0, 20.0, 60.0  # of a side; beside it; from its edge to a lifeline
HEAD, ROW, LINE = 52.0, 30.0, 20.0
GAP = 16.0  # between columns of the table


def figure(title: str, ladder: Ladder, sides: Mapping[str, Side], table: Table, lang: str) -> str:
    """Give the SVG."""
    return standalone([picture(ladder, sides, table, lang)], [title], lang)


def picture(ladder: Ladder, sides: Mapping[str, Side], table: Table, lang: str) -> Picture:
    """Give the sides beside each other, and the table below them."""
    segments = {name: _segments(ladder, side) for name, side in sides.items()}
    rows = max((len(found) for found in segments.values()), default=0)
    floor = rows * ROW + 24
    under: list[Drawn] = []
    head: list[Drawn] = []
    items: list[Item] = []
    for index, (name, side) in enumerate(sides.items()):
        left = EDGE + index * (COLUMN + EDGE)
        ends = {side.from_: left + LANE, side.to: left + COLUMN - LANE}
        head += _head(name, left, ends)
        under += [Line(x, 0, x, floor - 12, "lifeline") for x in ends.values()]
        items += [_item(segment, ends, number * ROW, lang) for number, segment in enumerate(segments[name])]
    width = EDGE + len(sides) * (COLUMN + EDGE)
    items += _rows(table, floor + 14, width, lang)
    height = floor + 14 + (len(table.rows) + 1) * LINE + 8
    items.sort(key=lambda item: item.top)
    return Picture(width, height, tuple(head), HEAD, tuple(under), tuple(items))


def _segments(ladder: Ladder, side: Side) -> list[Segment]:
    """Give the packets of a side, in the order in which they left."""
    ends = {side.from_, side.to}
    return [
        event
        for event in ladder.events
        if isinstance(event, Segment)
        and event.protocol == side.protocol
        and {event.from_lane, event.to_lane} == ends
    ]


def _head(name: str, left: float, ends: Mapping[str, float]) -> Iterator[Drawn]:
    yield Label(left + COLUMN / 2, 16, inert_line(name), "caption", "middle")
    for host, x in ends.items():
        yield Box(x - LANE + 4, 24, 2 * LANE - 8, 22, "lane", 4)
        yield Label(x, 39, fitted(inert_line(host), 2 * LANE - 20), "program", "middle")


def _item(segment: Segment, ends: Mapping[str, float], top: float, lang: str) -> Item:
    source, target = ends[segment.from_lane], ends[segment.to_lane]
    text = segment_text(segment, lang)
    low = top + ROW - SLOPE - 4
    # a lost one has the cross and its word where another has its text
    anchor = ("start" if target > source else "end") if segment.fate == "lost" else "middle"
    at = source + (8 if target > source else -8) if segment.fate == "lost" else (source + target) / 2
    shapes = (
        Label(at, low - 4, fitted(text, abs(target - source) - 16), "text", anchor),
        *arrow(source, low, target, low + SLOPE, segment, lang),
    )
    style = f"segment {segment_style(segment)}"
    return Item(
        f"packet-{segment.number}",
        f"{segment.from_lane} → {segment.to_lane}: {text}",
        top,
        ROW,
        style,
        shapes,
    )


def _rows(table: Table, top: float, width: float, lang: str) -> Iterator[Item]:
    """Write the table: a question a line, and what each side gave."""
    labels = [in_language(row.label, lang) or row.name for row in table.rows]
    first = EDGE + max(map(width_of, labels), default=0) + GAP
    step = (width - first - EDGE) / max(1, len(table.columns))
    places = [first + index * step for index in range(len(table.columns))]
    names = tuple(
        Label(x, top + 14, fitted(inert_line(name), step - GAP), "number")
        for x, name in zip(places, table.columns, strict=True)
    )
    rule = Line(EDGE, top + LINE, width - EDGE, top + LINE, "rule")
    yield Item("differences", ", ".join(map(inert_line, table.columns)), top, LINE, "mark", (*names, rule))
    for number, (row, label) in enumerate(zip(table.rows, labels, strict=True), 1):
        y = top + number * LINE
        cells = [cell.text(lang) for cell in row.cells]
        shapes = (
            Label(EDGE, y + 15, label, "text"),
            *(
                Label(x, y + 15, fitted(cell, step - 8), "text")
                for x, cell in zip(places, cells, strict=True)
            ),
        )
        yield Item(
            f"difference-{row.name}", f"{label}: {' / '.join(cells)}", y, LINE, "difference-row", shapes
        )

"""Ladder -> Picture: hosts side by side, causes above effects. Pure geometry: the same ladder, the same places.

Height is order, not time: a microsecond and a second of waiting take a line each, and idle time is said in words.
A row is as high as what it holds, so nothing is written over anything else, whatever a program says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kit.ladder.idle import gaps
from kit.ladder.model import Arrived, CallBegan, Ended, Segment
from kit.report import drawing
from kit.report.columns import HEAD_HALF, TIMES, columns_of
from kit.report.shapes import Box, Item, Label, Line, Picture, fitted
from kit.report.wording import title_of
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.ladder.model import Interval, Ladder
    from kit.report.columns import Columns
    from kit.report.rows import Row
    from kit.report.shapes import Drawn

ROW = 24.0
FOLD = 30.0
GAP = 26.0  # above a row that comes after idle time
HEAD = 52.0
FOOT = 16.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A line of the grid: a row, or None where only the picture beside it has one; `gap` is the room above it.
    `mark` says that it is marked as a difference."""

    row: Row | None
    height: float
    gap: float = 0
    idle_ns: int = 0  # before the row, where it is long enough to be said
    mark: str = ""  # "", "differs", "first"


@dataclass(frozen=True)
class Grid:
    """Which event stands how high."""

    ladder: Ladder
    columns: Columns
    slots: tuple[Slot, ...]
    lang: str

    @cached_property
    def tops(self) -> tuple[float, ...]:
        found, y = [], 4.0
        for slot in self.slots:
            y += slot.gap
            found.append(y)
            y += slot.height
        return tuple(found)

    @property
    def height(self) -> float:
        return (self.tops[-1] + self.slots[-1].height if self.slots else 0) + FOOT

    @cached_property
    def slot_of(self) -> dict[int, int]:
        """Event -> the slot that it is drawn in."""
        return {
            place: number
            for number, slot in enumerate(self.slots)
            if slot.row is not None
            for place in slot.row.events
        }

    def line_of(self, place: int) -> float:
        """Give the height at which a call of this event begins or returns."""
        number = self.slot_of[place]
        return self.tops[number] + self.slots[number].height / 2

    @cached_property
    def clock(self) -> tuple[tuple[int, float], ...]:
        """Times of the rows, and where they stand."""
        return tuple(
            (self.ladder.events[slot.row.events[0]].at_ns, top)
            for slot, top in zip(self.slots, self.tops, strict=True)
            if slot.row is not None
        )

    def height_at(self, time_ns: int) -> float:
        """Give the top of the first row that is not before this time."""
        return next((top for at_ns, top in self.clock if at_ns >= time_ns), self.height - FOOT)


def height_of(row: Row) -> float:
    return FOLD if row.folded else ROW


def slots_of(ladder: Ladder, rows: Sequence[Row]) -> tuple[Slot, ...]:
    """Give every row a line, with room above it where time went by in silence."""
    slots, last = [], None
    for row in rows:
        first = ladder.events[row.events[0]]
        idle_ns = sum(gap.length_ns for gap in gaps((last, first))) if last is not None else 0
        slots.append(Slot(row, height_of(row), GAP if idle_ns else 0, idle_ns))
        last = ladder.events[row.events[-1]]
    return tuple(slots)


def lay_out(ladder: Ladder, slots: Sequence[Slot], lang: str, name: str = "e") -> Picture:
    """Place everything. `name` begins the anchors, so that two pictures can stand on one page."""
    rows = [slot.row for slot in slots if slot.row is not None]
    grid = Grid(ladder, columns_of(ladder, rows, lang), tuple(slots), lang)
    return Picture(
        grid.columns.width,
        grid.height,
        tuple(_head(grid)),
        HEAD,
        (*_shades(grid), *_lifelines(grid), *_bars(grid)),
        tuple(_items(grid, name)),
        tuple(_travels(grid)),
    )


def _head(grid: Grid) -> Iterator[Drawn]:
    """Name the columns: the program above, its host below; programs of one host share a box."""
    yield Label(TIMES - 10, HEAD - 10, say(grid.lang, "ms"), "time", "end")
    for lane in grid.ladder.lanes:
        own = [column for column in grid.columns.all if column.lane is lane]
        left, right = own[0].x - HEAD_HALF, own[-1].x + HEAD_HALF
        yield Box(left, 4, right - left, HEAD - 10, "lane", 6)
        named = [column.program or lane.host for column in own]
        place = lane.address if named == [lane.host] else f"{lane.host} · {lane.address}"
        yield Label((left + right) / 2, HEAD - 13, fitted(place, right - left - 8), "place", "middle")
        for column, name in zip(own, named, strict=True):
            yield Label(column.x, 20, fitted(name, 2 * HEAD_HALF), "program", "middle")


def _lifelines(grid: Grid) -> Iterator[Drawn]:
    for column in grid.columns.all:
        yield Line(column.x, 0, column.x, grid.height, "lifeline")


def _shades(grid: Grid) -> Iterator[Drawn]:
    """Frozen programs and unplugged hosts, for as long as they were."""
    for column in grid.columns.all:
        strands = [strand for strand in column.lane.strands if strand.program == column.program]
        frozen = [interval for strand in strands for interval in strand.frozen]
        for word, intervals in (("frozen", frozen), ("unplugged", column.lane.unplugged)):
            yield from _shaded(grid, column.x, word, intervals)


def _shaded(grid: Grid, x: float, word: str, intervals: Iterable[Interval]) -> Iterator[Drawn]:
    for interval in intervals:
        top, bottom = grid.height_at(interval.began_ns), grid.height_at(interval.ended_ns)
        yield Box(x - 13, top, 26, max(bottom - top, 4), f"shade {word}", 4)


def _bars(grid: Grid) -> Iterator[Drawn]:
    """A call that blocked is a bar from its entry to its return, or to the end of its program."""
    ends = {
        event.program: place for place, event in enumerate(grid.ladder.events) if isinstance(event, Ended)
    }
    for place, event in enumerate(grid.ladder.events):
        if not isinstance(event, CallBegan) or not (event.blocked or event.returned is None):
            continue
        last = ends.get(event.program, -1) if event.returned is None else event.returned
        if grid.slot_of.get(last) == grid.slot_of[place]:
            continue  # both are in one fold
        top = grid.line_of(place)
        bottom = grid.line_of(last) if last > place else grid.height
        x = grid.columns.of(event).x
        yield Box(x - 4, top, 8, bottom - top, "bar open" if event.returned is None else "bar", 2)


def _travels(grid: Grid) -> Iterator[Drawn]:
    """Segments under way while other things happened: an arrow from row to row."""
    sent = {
        event.number: (place, event)
        for place, event in enumerate(grid.ladder.events)
        if isinstance(event, Segment)
    }
    for place, event in enumerate(grid.ladder.events):
        if not isinstance(event, Arrived):
            continue
        start, segment = sent[event.segment]
        if grid.slot_of[start] == grid.slot_of[place]:
            continue
        yield from drawing.travel(grid.columns, segment, grid.line_of(start), grid.line_of(place))


def _items(grid: Grid, name: str) -> Iterator[Item]:
    began_ns = grid.ladder.began_ns
    for slot, top in zip(grid.slots, grid.tops, strict=True):
        if slot.row is None:
            continue
        events = [grid.ladder.events[place] for place in slot.row.events]
        shapes: list[Drawn] = [Box(0, top, grid.columns.width, slot.height, "hit")]
        if slot.mark:
            shapes.append(Box(0, top, 5, slot.height, "difference"))
        at_ms = (events[0].time_ns - began_ns) / 1e6
        shapes.append(Label(TIMES - 10, top + slot.height / 2 + 4, f"{at_ms:.3f}", "time", "end"))
        if slot.idle_ns:
            shapes += drawing.idle(grid.columns, top - slot.gap, slot.gap, slot.idle_ns, grid.lang)
        shapes += drawing.row(grid.columns, grid.ladder, slot.row, top, slot.height, grid.lang)
        yield Item(
            f"{name}{slot.row.events[0]}",
            f"{at_ms:.3f} {say(grid.lang, 'ms')}: {title_of(grid.ladder, slot.row, grid.lang)}",
            top - slot.gap,
            slot.height + slot.gap,
            " ".join(filter(None, (drawing.style_of(events[0], slot.row), slot.mark))),
            tuple(shapes),
            slot.row.events,
        )

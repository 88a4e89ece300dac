"""Rows as they grow: every line has the time, and the bar of every program in the state that it is in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from kit.renderers._inert import inert_line
from kit.renderers._ladder.grid import TIME_WIDTH, Line, columns, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.ladder.model import Interval, Ladder
    from kit.renderers import Options
    from kit.renderers._ladder.grid import Column

MAX_LINES = 3  # of one call or output; the evidence has all
SAME_TIME_NS = 1_000_000  # what happened within it may share a row with what it follows from

# Glyph -> what the legend calls it.
BARS = {"┃": "inside", "░": "frozen", "┊": "unplugged"}


class Words(NamedTuple):
    text: str
    style: str = ""


class Row(NamedTuple):
    """`events` are the places of the events that it shows; none for a heading or idle time."""

    lines: tuple[str, ...]
    events: tuple[int, ...] = ()


@dataclass
class _Draft:
    """`free` says where words may be added: column -> first free x on the only line."""

    lines: list[Line]
    events: list[int]
    at_ns: int
    free: dict[Column, int] = field(default_factory=dict)


class Page:
    def __init__(self, ladder: Ladder, options: Options) -> None:
        self.ladder = ladder
        self.options = options
        self.columns = columns(ladder, options.width)
        self.used: set[str] = set()  # what the legend must explain
        self._rows: list[_Draft] = []
        self._inside: Counter[tuple[str, str]] = Counter()

    def rows(self) -> list[Row]:
        return [
            Row(tuple(line.text(colour=self.options.colour) for line in row.lines), tuple(row.events))
            for row in self._rows
        ]

    # Bars ---------------------------------------------------------------------------------------------

    def enter(self, lane: str, program: str) -> None:
        self._inside[lane, program] += 1

    def leave(self, lane: str, program: str) -> bool:
        """Take one call off the program's bar; tell whether that ends the bar."""
        before = self._inside[lane, program]
        self._inside[lane, program] = max(0, before - 1)
        return before == 1

    def end(self, lane: str, program: str) -> None:
        """The program is gone, and out of every call."""
        del self._inside[lane, program]

    def column(self, lane: str, program: str | None) -> Column:
        held = (column for column in self.columns if column.holds(lane, program))
        return next(held, self.columns[0])

    def line(self, at_ns: int) -> Line:
        """Give a line with all bars as they are at this time."""
        line = Line()
        for column in self.columns:
            for place in range(column.bars):
                glyph = self._bar(column, place, at_ns)
                self.used.add(BARS.get(glyph, ""))
                line.put(column.x + place, glyph, "bold" if glyph == "┃" else "dim")
        return line

    def _bar(self, column: Column, place: int, at_ns: int) -> str:
        if column.strands and _within(column.strands[place].frozen, at_ns):
            return "░"
        if column.strands and self._inside[column.lane.host, column.strands[place].program]:
            return "┃"
        return "┊" if _within(column.lane.unplugged, at_ns) else "│"

    # Rows ---------------------------------------------------------------------------------------------

    def time(self, line: Line, at_ns: int) -> None:
        """Write milliseconds since the run's begin: the hundredth is far above the clocks' difference."""
        text = f"{(at_ns - self.ladder.began_ns) / 1e6:.2f}"
        line.put(max(0, TIME_WIDTH - 1 - len(text)), text, "dim")

    def add(
        self, lines: list[Line], events: Iterable[int], at_ns: int, free: dict[Column, int] | None = None
    ) -> None:
        self._rows.append(_Draft(lines, list(events), at_ns, free or {}))

    def beside(
        self, place: int, at_ns: int, lane: str, program: str | None, said: Words, bar: str | None = None
    ) -> None:
        """Write words to the right of a lane's bars, on a row of their own."""
        column = self.column(lane, program)
        prefix = f"{program}: " if program is not None and len(column.strands) > 1 else ""
        text = prefix + inert_line(said.text)
        # One word may touch the next bar before it is broken; lines of several words keep their distance.
        parts = wrapped(text, column.cell - (" " in text), MAX_LINES)
        lines = []
        for number, part in enumerate(parts):
            line = self.line(at_ns)
            if number == 0:
                self.time(line, at_ns)
                if bar is not None:
                    line.put(column.bar_of(program), bar, "bold")
            line.put(column.last + 2, part, said.style)
            lines.append(line)
        free = {column: column.last + 3 + cell_len(parts[0])} if len(parts) == 1 else {}
        self.add(lines, [place], at_ns, free)

    def joined(self, place: int, at_ns: int, lane: str, program: str | None, said: Words) -> bool:
        """Add words to the last row, if it is about this column and time and has room; tell whether they were added."""
        column = self.column(lane, program)
        row = self._rows[-1] if self._rows else None
        if row is None or column not in row.free or at_ns - row.at_ns > SAME_TIME_NS:
            return False
        x = row.free[column]
        if x + cell_len(said.text) > column.last + 2 + column.cell:
            return False
        row.lines[0].put(x, said.text, said.style)
        row.free[column] = x + cell_len(said.text) + 1
        row.events.append(place)
        return True


def _within(times: Iterable[Interval], at_ns: int) -> bool:
    return any(time.began_ns <= at_ns < time.ended_ns for time in times)

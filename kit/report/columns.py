"""Where a lane and its programs stand: a column for each program, and for a host without one.

Columns stand as near as what is written beside them allows, so that a small run fits a page, and two fit a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.ladder.model import Arrived, CallBegan, CallReturned, Mark, Segment, StateChanged
from kit.report.rows import Note
from kit.report.shapes import width_of
from kit.report.wording import call_text, note_text, segment_text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.ladder.model import Event, Ladder, Lane
    from kit.report.rows import Row

TIMES = 74.0  # the column of times at the left, in pixels
EDGE = (112.0, 240.0)  # beside the first and the last lifeline, at least and at most
PITCH = (164.0, 290.0)  # between lifelines
BESIDE = 32.0  # around what is written beside a lifeline
ALONG = 34.0  # around what is written along an arrow
HEAD_HALF = 78.0  # half of a lane's box


@dataclass(frozen=True, slots=True)
class Column:
    lane: Lane
    program: str | None
    x: float
    side: int  # where its calls are written: -1 left of the lifeline, 1 right
    room: float  # for them


@dataclass(frozen=True)
class Columns:
    all: tuple[Column, ...]
    listeners: dict[tuple[str, int], str]  # (lane, port) -> the program that listens there
    width: float

    def at(self, lane: str, program: str | None = None) -> Column:
        """Give the program's column, else the first of its host."""
        of_lane = [column for column in self.all if column.lane.host == lane]
        return next((column for column in of_lane if column.program == program), of_lane[0])

    def ends(self, segment: Segment) -> tuple[Column, Column]:
        return (
            self.at(segment.from_lane, segment.from_program),
            self.at(segment.to_lane, segment.to_program),
        )

    def of(self, event: Event) -> Column:
        """Give the column of any event but a segment or a mark."""
        lane = getattr(event, "lane", self.all[0].lane.host)
        program = getattr(event, "program", None)
        port = getattr(event, "port", None)
        return self.at(lane, self.listeners.get((lane, port)) if port is not None else program)


def columns_of(ladder: Ladder, rows: Iterable[Row], lang: str) -> Columns:
    """Calls are written left of the first lifeline and right of all others, so that rows need no more room."""
    pairs: list[tuple[Lane, str | None]] = []
    for lane in ladder.lanes:
        pairs += [(lane, strand.program) for strand in lane.strands] or [(lane, None)]
    listeners = {
        (event.lane, event.local.port): event.program
        for event in ladder.events
        if isinstance(event, StateChanged) and event.state == "LISTEN" and event.program
    }
    loose = _placed(pairs, EDGE[1], PITCH[1], EDGE[1], listeners)
    needs = [need for row in rows if not row.folded for need in _needs(loose, ladder, row, lang)]
    left, between, right = (
        min(max((width for where, width in needs if where == name), default=0) or least, most)
        for name, (least, most) in (("left", EDGE), ("between", PITCH), ("right", EDGE))
    )
    return _placed(pairs, max(left, EDGE[0]), max(between, PITCH[0]), max(right, EDGE[0]), listeners)


def _placed(
    pairs: list[tuple[Lane, str | None]],
    left: float,
    between: float,
    right: float,
    listeners: dict[tuple[str, int], str],
) -> Columns:
    last = len(pairs) - 1
    columns = tuple(
        Column(
            lane,
            program,
            TIMES + left + between * number,
            -1 if last and not number else 1,
            (right if number == last else between if number else left) - BESIDE + 8,
        )
        for number, (lane, program) in enumerate(pairs)
    )
    return Columns(columns, listeners, TIMES + left + between * max(last, 0) + right)


def _needs(columns: Columns, ladder: Ladder, row: Row, lang: str) -> Iterator[tuple[str, float]]:
    """Say how much room the row's texts take, and where: left of all, between two, right of all."""
    events = [ladder.events[place] for place in row.events]
    head = events[0]
    if isinstance(head, Segment):
        source, target = columns.ends(head)
        apart = abs(columns.all.index(source) - columns.all.index(target)) or 1
        yield "between", (width_of(segment_text(head, lang)) + ALONG) / apart
    elif not isinstance(head, Mark | Arrived | Note):
        called = isinstance(head, CallBegan | CallReturned)
        text = call_text(events, lang) if called else text_of(head, lang)
        yield _where(columns, columns.of(head)), width_of(text) + BESIDE
    for each in events:
        if isinstance(each, Note):  # it may stand at either side
            width = width_of(note_text(each, lang)) + BESIDE
            yield from ((name, width) for name in ("left", "between", "right"))


def _where(columns: Columns, column: Column) -> str:
    if column.side < 0:
        return "left"
    return "right" if column is columns.all[-1] else "between"

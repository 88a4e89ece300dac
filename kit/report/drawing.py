"""The shapes of one row, by the kind of its events."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kit.ladder.model import (
    Arrived,
    BytesWaiting,
    CallBegan,
    CallReturned,
    Ended,
    Mark,
    QueueChanged,
    Said,
    Segment,
    StateChanged,
)
from kit.report.columns import TIMES
from kit.report.rows import Note
from kit.report.shapes import Box, Label, Line, Shape, fitted, width_of
from kit.report.wording import call_text, fold_text, note_text, segment_text, text_of
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.ladder.model import Event, Ladder
    from kit.report.columns import Column, Columns
    from kit.report.rows import Row
    from kit.report.shapes import Drawn

SLOPE = 7.0  # how far an arrow sinks in its row: time goes down
HEAD_LENGTH, HEAD_WIDTH = 8.0, 3.6  # of an arrow
ASIDE = 12.0  # between a lifeline and what is written beside it
LOOP = 34.0  # how far a segment of a host to itself swings out
NOTE_HEIGHT = 16.0
NS_PER_MS = 1_000_000


def row(columns: Columns, ladder: Ladder, line: Row, top: float, height: float, lang: str) -> Iterator[Drawn]:
    """Draw what a row holds, in the band from `top`."""
    if line.folded:
        yield Box(TIMES + 4, top + 4, columns.width - TIMES - 12, height - 8, "fold", 6)
        text = f"⋮  {fold_text(ladder, line, lang)}"
        yield Label(TIMES + 16, top + height / 2 + 4, fitted(text, columns.width - TIMES - 40), "folded")
        return
    events = [ladder.events[place] for place in line.events]
    head, middle = events[0], top + height / 2
    match head:
        case Segment():
            arrived = any(isinstance(each, Arrived) for each in events)
            yield from _segment(columns, head, top, height, lang, arrived=arrived)
        case Arrived():
            pass  # the arrow that ends here is drawn across the rows
        case Mark():
            yield from _mark(columns, head, middle, lang)
        case StateChanged() | QueueChanged() | BytesWaiting():
            column = columns.of(head)
            yield from _note(column, head, middle, column.side, lang)
        case _:
            yield from _beside(columns, events, middle, lang)
    for each in events[1:]:
        if isinstance(each, Note):
            column = columns.of(each)
            yield from _note(column, each, middle, _free_side(columns, head, column), lang)


def style_of(event: Event, line: Row) -> str:
    """Give the classes of a row: the kind, and what colours it."""
    if line.folded:
        return "event folds"
    match event:
        case Segment():
            return f"event segment {segment_style(event)}"
        case CallBegan() | CallReturned():
            return "event call failed" if isinstance(event, CallReturned) and event.failed else "event call"
        case Mark():
            return "event mark missed" if event.missed else "event mark"
        case _:
            return f"event {type(event).__name__.lower()}-row"


def segment_style(segment: Segment) -> str:
    """Give the classes that colour a segment."""
    if "R" in segment.flags:
        return "rst"
    if segment.fate == "lost":
        return "lost"
    if segment.facts:
        return "flagged"
    return segment.protocol if segment.length or segment.flags != "." else "tcp bare"


def _free_side(columns: Columns, head: Event, column: Column) -> int:
    """Give the side of a lifeline at which the row draws nothing: away from the arrow, or from the call's text."""
    if isinstance(head, Segment):
        source, target = columns.ends(head)
        other = target if column.x == source.x else source
        return -1 if other.x > column.x else 1
    return column.side if isinstance(head, Arrived) else -column.side


def _segment(
    columns: Columns, segment: Segment, top: float, height: float, lang: str, *, arrived: bool
) -> Iterator[Drawn]:
    source, target = columns.ends(segment)
    text = segment_text(segment, lang)
    low = top + height - SLOPE - 2
    if source.x == target.x:
        yield from _loop(source, text, top + height / 2)
        return
    right = 1 if target.x > source.x else -1
    span = abs(target.x - source.x)
    travelling = segment.fate == "arrived" and not arrived
    if not travelling:
        yield from arrow(source.x, low, target.x, low + SLOPE, segment, lang)
    if travelling or segment.fate == "lost":
        anchor = "start" if right > 0 else "end"
        yield Label(source.x + right * ASIDE, top + 11, fitted(text, span - 26), "text", anchor)
    else:
        yield Label((source.x + target.x) / 2, top + 11, fitted(text, span - 26), "text", "middle")


def arrow(x1: float, y1: float, x2: float, y2: float, segment: Segment, lang: str) -> Iterator[Drawn]:
    """Draw a segment from one lifeline to another; a lost one ends on its way."""
    right = 1 if x2 > x1 else -1
    if segment.fate == "lost":
        x2, y2 = x1 + (x2 - x1) * 0.72, y1 + (y2 - y1) * 0.72
        yield Line(x1, y1, x2, y2, "arrow")
        yield Line(x2 - 5, y2 - 5, x2 + 5, y2 + 5, "cross")
        yield Line(x2 - 5, y2 + 5, x2 + 5, y2 - 5, "cross")
        yield Label(x2 + right * 10, y2 + 2, say(lang, "lost"), "text", "start" if right > 0 else "end")
        return
    yield Line(x1, y1, x2 - right * 3, y2, "arrow" if segment.fate == "arrived" else "arrow unsure")
    yield _head(x2, y2, right)


def _head(x: float, y: float, right: int) -> Shape:
    back = x - right * HEAD_LENGTH
    return Shape(((x, y), (back, y - HEAD_WIDTH), (back, y + HEAD_WIDTH)), "tip")


def _loop(column: Column, text: str, y: float) -> Iterator[Drawn]:
    """A host speaks to itself, and no call says which programs: out and back."""
    x, out = column.x, column.x + column.side * LOOP
    yield Line(x, y - 4, out, y - 4, "arrow")
    yield Line(out, y - 4, out, y + 4, "arrow")
    yield Line(out, y + 4, x + column.side * 3, y + 4, "arrow")
    yield _head(x, y + 4, -column.side)
    anchor = "start" if column.side > 0 else "end"
    yield Label(out + column.side * 8, y + 4, fitted(text, column.room - LOOP), "text", anchor)


def travel(columns: Columns, segment: Segment, y1: float, y2: float) -> Iterator[Drawn]:
    """Draw a segment that arrives in a later row."""
    source, target = columns.ends(segment)
    style = f"arrow {segment_style(segment)}"
    if source.x == target.x:
        out = source.x + source.side * LOOP
        corners = ((source.x, y1), (out, y1 + 4), (out, y2 - 4), (source.x, y2))
        for (xa, ya), (xb, yb) in pairwise(corners):
            yield Line(xa, ya, xb, yb, style)
        right = -source.side
    else:
        right = 1 if target.x > source.x else -1
        yield Line(source.x, y1 + 4, target.x - right * 3, y2, style)
    tip = _head(target.x, y2, right)
    yield Shape(tip.points, f"tip {segment_style(segment)}")


def _mark(columns: Columns, mark: Mark, y: float, lang: str) -> Iterator[Drawn]:
    """A step of the timeline: a line across all hosts with its number and text."""
    text = text_of(mark, lang)
    shown = fitted(text, columns.width - TIMES - 60)
    yield Line(TIMES, y, columns.width - 8, y, "rule")
    yield Box(TIMES + 4, y - 8, width_of(shown) + 38, 16, "step", 8)
    yield Label(TIMES + 14, y + 4, str(mark.step), "number")
    yield Label(TIMES + 34, y + 4, shown, "text")


def _note(column: Column, event: Event, y: float, side: int, lang: str) -> Iterator[Drawn]:
    """A state or a queue: a pill at one side of the lifeline."""
    text = note_text(event, lang)
    width = width_of(text) + 14
    left = column.x + 10 if side > 0 else column.x - 10 - width
    style = {StateChanged: "state", QueueChanged: "queue"}.get(type(event), "waiting")
    sure = " sure" if isinstance(event, StateChanged) and event.confirmed else ""
    yield Box(left, y - NOTE_HEIGHT / 2, width, NOTE_HEIGHT, f"pill {style}{sure}", 8)
    yield Label(left + width / 2, y + 4, text, "pilltext", "middle")


def _beside(columns: Columns, events: Sequence[Event], y: float, lang: str) -> Iterator[Drawn]:
    """A call, a line of output, an end: a sign on the lifeline and text beside it."""
    column = columns.of(events[0])
    room = column.room
    anchor = "start" if column.side > 0 else "end"
    x = column.x + column.side * ASIDE
    match events[0]:
        case Said() as said:
            shown = fitted(text_of(said, lang), room - 12)
            width = width_of(shown) + 12
            yield Box(x if column.side > 0 else x - width, y - 9, width, 18, f"said {said.stream}", 3)
            yield Label(x + column.side * 6, y + 4, shown, "text", anchor)
        case Ended() as end:
            yield Box(column.x - 6, y - 6, 12, 12, "end", 1)
            yield Label(x, y + 4, fitted(text_of(end, lang), room), "text", anchor)
        case _:
            yield Box(column.x - 4, y - 4, 8, 8, "dot", 4)
            yield Label(x, y + 4, fitted(call_text(events, lang), room), "text", anchor)


def idle(columns: Columns, top: float, height: float, length_ns: int, lang: str) -> Iterator[Drawn]:
    """Say how long nothing happened; the lifelines are broken there."""
    y = top + height / 2
    for column in columns.all:
        yield Box(column.x - 3, y - 5, 6, 10, "break")
    time = f"{length_ns / 1e9:.2f} s" if length_ns >= 1000 * NS_PER_MS else f"{length_ns / NS_PER_MS:.0f} ms"
    yield Label(TIMES + 4, y + 4, f"⋯ {say(lang, 'later', time=time)}", "idle")

"""Ladder -> rows: which events share a line of the picture, and which runs of like events are folded into one.

A row's first event names it. A segment shares its row with its arrival, a call with its return, where nothing
stood between; a state or queue that changed shares the row of what came just before, at the free side of its column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from kit.ladder.model import Event, Ladder

Note = StateChanged | QueueChanged | BytesWaiting
End = tuple[str, str | None]  # a host, and the program where it is known

LIKE_ROWS = 40  # a longer stretch of like rows is folded ...
EDGE_ROWS = 8  # ... but for so many at each end
MOST_ROWS = 1200  # of a picture; beyond, whatever nobody cites is folded, step by step
LEAST_ROWS = 24  # that a step keeps then
QUIET_FLAGS = {"", ".", "P."}  # of a segment in the middle of a transfer
MOVING_CALLS = {"send", "recv", "poll", "select", "epoll_wait"}


@dataclass(frozen=True, slots=True)
class Row:
    """`events` are places in `Ladder.events`, the first one names the row. `folded`: they are only counted."""

    events: tuple[int, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """What a fold holds of one kind: segments of a direction with their bytes, calls of a kind, ..."""

    kind: str  # segments, calls, output, other
    names: tuple[str, ...]
    count: int
    size: int = 0


def rows_of(ladder: Ladder, cited: AbstractSet[int] = frozenset()) -> tuple[Row, ...]:
    """Give the rows in order. What is cited (places of events) stays visible."""
    rows = tuple(_grouped(ladder.events))
    rows = tuple(_folded(rows, lambda row: _is_quiet(ladder.events, row, cited), LIKE_ROWS, EDGE_ROWS))
    if len(rows) <= MOST_ROWS:
        return rows
    steps = 1 + sum(isinstance(ladder.events[row.events[0]], Mark) for row in rows)
    keep = max(LEAST_ROWS, MOST_ROWS // steps)
    return tuple(_folded(rows, lambda row: _is_uncited(ladder.events, row, cited), keep, keep // 2))


def _grouped(events: Sequence[Event]) -> Iterator[Row]:
    row: list[int] = []
    for place, event in enumerate(events):
        if row and _belongs([events[each] for each in row], event, row[0]):
            row.append(place)
            continue
        if row:
            yield Row(tuple(row))
        row = [place]
    if row:
        yield Row(tuple(row))


def _belongs(row: Sequence[Event], event: Event, first: int) -> bool:
    """Say whether the event is drawn in the row that these events begin."""
    head = row[0]
    if isinstance(event, Arrived):
        return isinstance(head, Segment) and event.segment == head.number
    if isinstance(event, CallReturned):
        return isinstance(head, CallBegan) and event.began == first and not event.blocked
    if isinstance(event, Note):
        end = _end_of(event, row)
        return end is not None and end not in [_end_of(each, row) for each in row if isinstance(each, Note)]
    return False


def _end_of(note: Note, row: Sequence[Event]) -> End | None:
    """Give the end of the row beside which the note finds room, if it belongs there."""
    program = note.program if isinstance(note, StateChanged) else None
    for end in _ends(row):
        lane, owner = end
        if lane == note.lane and (owner == program or owner is None or program is None):
            return end
    return None


def _ends(row: Sequence[Event]) -> tuple[End, ...]:
    """Give host and program at each lifeline where a row has room for a note beside what it draws."""
    head = row[0]
    if isinstance(head, Segment):
        source, target = (head.from_lane, head.from_program), (head.to_lane, head.to_program)
        if head.from_lane == head.to_lane and None in (head.from_program, head.to_program):
            return ()  # drawn as a loop, which takes the room
        return (source, target) if any(isinstance(each, Arrived) for each in row) else (source,)
    return ((head.lane, head.program),) if isinstance(head, Arrived | CallBegan | CallReturned) else ()


def _is_uncited(events: Sequence[Event], row: Row, cited: AbstractSet[int]) -> bool:
    return not isinstance(events[row.events[0]], Mark | Ended) and cited.isdisjoint(row.events)


def _is_quiet(events: Sequence[Event], row: Row, cited: AbstractSet[int]) -> bool:
    """Say whether the row only moves bytes: nothing that a reader would look for."""
    return cited.isdisjoint(row.events) and all(_moves_bytes(events[place]) for place in row.events)


def _moves_bytes(event: Event) -> bool:
    if isinstance(event, Segment):
        return event.fate == "arrived" and not event.facts and event.flags in QUIET_FLAGS
    if isinstance(event, CallBegan):
        return event.kind in MOVING_CALLS and event.returned is not None
    if isinstance(event, CallReturned):
        return event.kind in MOVING_CALLS and not event.failed
    return isinstance(event, Arrived | BytesWaiting | Said)


def _folded(rows: Iterable[Row], may_fold: Callable[[Row], bool], longest: int, edge: int) -> Iterator[Row]:
    """Fold the middle of every stretch of rows that may, where it is longer than `longest`."""
    stretch: list[Row] = []
    for row in rows:
        if may_fold(row):
            stretch.append(row)
            continue
        yield from _shortened(stretch, longest, edge)
        stretch = []
        yield row
    yield from _shortened(stretch, longest, edge)


def _shortened(stretch: Sequence[Row], longest: int, edge: int) -> Iterator[Row]:
    if len(stretch) <= longest:
        yield from stretch
        return
    yield from stretch[:edge]
    yield Row(tuple(place for row in stretch[edge:-edge] for place in row.events), folded=True)
    yield from stretch[-edge:]


def moved(ladder: Ladder, row: Row) -> tuple[Moved, ...]:
    """Say what a folded row holds, the largest part first."""
    counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
    sizes: dict[tuple[str, tuple[str, ...]], int] = defaultdict(int)
    for place in row.events:
        key, size = _part(ladder.events[place])
        if key is not None:
            counts[key] += 1
            sizes[key] += size
    return tuple(Moved(*key, count, sizes[key]) for key, count in counts.most_common())


def _part(event: Event) -> tuple[tuple[str, tuple[str, ...]] | None, int]:
    """Give under what the event counts in a fold, with its bytes; None: another event stands for it."""
    match event:
        case Segment():
            source, target = event.from_program or event.from_lane, event.to_program or event.to_lane
            return ("segments", (source, target)), event.length
        case CallBegan():
            return ("calls", (event.kind, event.program)), 0
        case Said():
            return ("output", (event.program,)), len(event.data)
        case Arrived() | CallReturned():
            return None, 0
        case _:
            return ("other", ()), 0

"""Two runs on one grid, aligned by cause: what is the same in both stands on one line.

Concurrent hosts have no common order, and no two runs interleave alike. So each *thread* (a program's calls, its
output, one direction of its segments, the timeline) is compared with the same thread of the other run; then both
runs' rows are put into one order that breaks no cause of either. Ports, addresses and drawn words are compared by
what they stand for. What may differ between two right runs (when an ACK goes out on its own, when the kernel's
tables were read, options of a socket) stands apart where it differs, but is not called a difference.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
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
from kit.report.layout import Slot, slots_of
from kit.report.wording import shown, text_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from kit.ladder.model import Event, Ladder
    from kit.report.rows import Row
    from kit.report.run import Run

Grid = tuple[Slot, ...]
Pair = tuple[int | None, int | None]  # rows of the two runs that stand on one line

ORDERED = {
    "segments",
    "calls",
    "output",
    "steps",
}  # threads in which what comes later follows what came before
INCIDENTAL_CALLS = {"setsockopt", "getsockopt", "getsockname", "getpeername", "poll", "select", "epoll_wait"}
SHORT = 3  # a drawn value of fewer characters is too common a word to be replaced everywhere
_CLIENT_PORT = re.compile(
    r"(?<!\d)(3[3-9]\d{3}|32[89]\d\d|[45]\d{4}|60\d{3})(?!\d)"
)  # man 7 ip: ip_local_port_range
_SIZE = re.compile(r"\b\d+ bytes?\b")
_ADDRESS = re.compile(r"\b\d+\.\d+\.\d+\.\d+\b")


@dataclass(frozen=True)
class Part:
    """One of the two runs: its rows, and which row an event is in."""

    ladder: Ladder
    rows: tuple[Row, ...]
    params: Mapping[str, str]

    @cached_property
    def row_of(self) -> dict[int, int]:
        return {place: number for number, row in enumerate(self.rows) for place in row.events}

    def threads(self) -> dict[tuple[str, ...], list[int]]:
        """Give the events that are compared, each in its thread, in order. What is folded is not."""
        found: dict[tuple[str, ...], list[int]] = {}
        for row in self.rows:
            for place in () if row.folded else row.events:
                found.setdefault(_thread(self.ladder.events[place]), []).append(place)
        return found

    @cached_property
    def dialogue_of(self) -> dict[int, int]:
        """Segment's number -> its conversation."""
        return {one.number: one.dialogue for one in self.ladder.events if isinstance(one, Segment)}

    def causes(self, place: int) -> list[int]:
        """Give what caused the event. That a host saw the packets of two conversations in some order is
        no cause: another run may have them the other way round."""
        event = self.ladder.events[place]
        if not isinstance(event, Segment | Arrived):
            return list(event.cause)
        own = self._dialogue(event)
        return [cause for cause in event.cause if self._dialogue(self.ladder.events[cause]) in (own, None)]

    def _dialogue(self, event: Event) -> int | None:
        number = event.number if isinstance(event, Segment) else getattr(event, "segment", None)
        return None if number is None else self.dialogue_of[number]

    def before(self) -> list[set[int]]:
        """Give for each row the rows that must stand above it: causes, and what its thread did before."""
        row_of = self.row_of
        found: list[set[int]] = [
            {row_of[cause] for cause in self.causes(row.events[0])} - {number}
            for number, row in enumerate(self.rows)
        ]
        for places in (places for thread, places in self.threads().items() if thread[0] in ORDERED):
            for earlier, later in pairwise(places):
                if row_of[earlier] != row_of[later]:
                    found[row_of[later]].add(row_of[earlier])
        # A fold holds many; its own place in the order keeps it from standing in a circle.
        return [{each for each in rows if each < number} for number, rows in enumerate(found)]


def compare(
    first: Run, first_rows: tuple[Row, ...], second: Run, second_rows: tuple[Row, ...]
) -> tuple[Grid, Grid]:
    """Give the lines of both pictures, as many and as high on either side."""
    parts = (
        Part(first.ladder, first_rows, first.facts.get("params", {})),
        Part(second.ladder, second_rows, second.facts.get("params", {})),
    )
    matched, alone = _matched(*parts)
    order, turned = _merged(parts, _paired(parts, matched))
    for left, right in turned:  # the same, and the other way round: as much a difference
        for part, own, row in ((parts[0], alone[0], left), (parts[1], alone[1], right)):
            own |= {place for place in part.rows[row].events if _matters(part.ladder.events[place])}
    marked = _marks(parts, order, alone)
    return _slots(parts, order, marked)


def _thread(event: Event) -> tuple[str, ...]:
    """Give what the event is compared with."""
    match event:
        case Segment():
            return "segments", event.from_program or event.from_lane, event.to_program or event.to_lane
        case CallBegan() | CallReturned():
            return "calls", event.program
        case Said():
            return "output", event.program, event.stream
        case Mark():
            return "steps", ""
        case Ended():
            return "end", event.program
    return type(event).__name__, event.lane


class Names:
    """Puts the name of a parameter for its drawn value, so that two draws of one exercise read alike."""

    def __init__(self, part: Part) -> None:
        """Learn the drawn values, the longest first."""
        self._params = sorted(part.params.items(), key=lambda item: -len(item[1]))
        lanes = part.ladder.lanes
        self._own = {lane.host for lane in lanes} | {one.program for lane in lanes for one in lane.strands}

    def said(self, text: str) -> str:
        """Treat what a program said or sent: every value but the shortest, wherever it stands; ports of clients."""
        for name, value in self._params:
            if len(value) >= SHORT:
                text = text.replace(value, f"${{{name}}}")
        return _CLIENT_PORT.sub("PORT", _ADDRESS.sub("ADDRESS", text))

    def written(self, text: str) -> str:
        """Treat what kit wrote: hosts and programs keep their names though a value may be the same."""
        for name, value in self._params:
            if value not in self._own:
                text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"${{{name}}}", text)
        return _CLIENT_PORT.sub("PORT", _ADDRESS.sub("ADDRESS", text))


def _signature(event: Event, names: Names) -> Hashable:
    """Give what makes two events of one thread the same. A client's port is the kernel's choice."""
    match event:
        case Segment():
            whole = len(event.payload) == event.length
            carried = names.said(shown(event.payload)) if whole else event.length
            return event.flags, carried, event.fate == "lost", event.protocol
        case CallBegan():
            return "began", event.kind, names.written(event.label)
        case CallReturned():
            label = _SIZE.sub("BYTES", names.written(event.label))  # the data is compared
            return "returned", event.kind, label, names.said(shown(event.data))
        case Mark():
            return event.kind, event.step, event.missed  # the text is the author's
        case Ended():
            return event.code, event.signal, event.killed_by_kit
        case Arrived():
            return ()
    return names.said(text_of(event, "en"))


def _matched(first: Part, second: Part) -> tuple[list[tuple[int, int]], tuple[set[int], set[int]]]:
    """Give the events that are the same, and those of either run that are alone and matter."""
    pairs: list[tuple[int, int]] = []
    names = (Names(first), Names(second))
    threads = (first.threads(), second.threads())
    for thread in {**threads[0], **threads[1]}:
        left, right = threads[0].get(thread, []), threads[1].get(thread, [])
        matcher = SequenceMatcher(
            None,
            [_signature(first.ladder.events[place], names[0]) for place in left],
            [_signature(second.ladder.events[place], names[1]) for place in right],
            autojunk=False,
        )
        for block in matcher.get_matching_blocks():
            pairs += zip(
                left[block.a : block.a + block.size], right[block.b : block.b + block.size], strict=True
            )
    paired = ({left for left, _ in pairs}, {right for _, right in pairs})
    alone = tuple(
        {
            place
            for places in own.values()
            for place in places
            if place not in seen and _matters(part.ladder.events[place])
        }
        for part, own, seen in zip((first, second), threads, paired, strict=True)
    )
    return pairs, (alone[0], alone[1])


def _matters(event: Event) -> bool:
    if isinstance(event, Arrived | StateChanged | QueueChanged | BytesWaiting):
        return False  # follows from what came before, or from when a table was read
    if isinstance(event, Segment):
        return event.flags != "." or event.length > 0 or event.fate == "lost"
    return not (isinstance(event, CallBegan | CallReturned) and event.kind in INCIDENTAL_CALLS)


def _paired(parts: tuple[Part, Part], matched: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the rows whose first events are the same."""
    rows = (parts[0].row_of, parts[1].row_of)
    return sorted(
        (rows[0][left], rows[1][right])
        for left, right in matched
        if parts[0].rows[rows[0][left]].events[0] == left and parts[1].rows[rows[1][right]].events[0] == right
    )


def _merged(
    parts: tuple[Part, Part], pairs: list[tuple[int, int]]
) -> tuple[list[Pair], list[tuple[int, int]]]:
    """Put both runs' rows into one order that breaks no cause; give also the pairs that no order has on one line."""
    turned: list[tuple[int, int]] = []
    while True:
        order, stuck = _sorted(parts, [pair for pair in pairs if pair not in turned])
        if stuck is None:
            return order, turned
        turned.append(stuck)


def _sorted(
    parts: tuple[Part, Part], pairs: list[tuple[int, int]]
) -> tuple[list[Pair], tuple[int, int] | None]:
    """Sort topologically, earliest in the first run first. Give also the first pair that cannot be placed: the
    first run does it now, the second has something to do before that the first does later."""
    nodes = _nodes(parts, pairs)
    number_of = (
        {node[0]: number for number, node in enumerate(nodes) if node[0] is not None},
        {node[1]: number for number, node in enumerate(nodes) if node[1] is not None},
    )
    before = (parts[0].before(), parts[1].before())
    waits: list[set[int]] = [set() for _ in nodes]
    for number, node in enumerate(nodes):
        for side in (0, 1):
            row = node[side]
            if row is not None:
                waits[number] |= {number_of[side][each] for each in before[side][row]}
    frees: list[list[int]] = [[] for _ in nodes]
    for number, these in enumerate(waits):
        for each in these:
            frees[each].append(number)
    open_ = [len(these) for these in waits]
    ready = [number for number, count in enumerate(open_) if not count]
    heapq.heapify(ready)
    order: list[Pair] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(nodes[number])
        for later in frees[number]:
            open_[later] -= 1
            if not open_[later]:
                heapq.heappush(ready, later)
    placed = set(order)
    return order, next((pair for pair in pairs if pair not in placed), None)


def _nodes(parts: tuple[Part, Part], pairs: Sequence[tuple[int, int]]) -> list[Pair]:
    """Give all lines, sorted as the first run has them; a row of the second stands above its own successor."""
    lefts = {right: left for left, right in pairs}
    rights = {left for left, _ in pairs}
    keyed: list[tuple[float, int, Pair]] = [((left, -1, (left, right))) for left, right in pairs]
    keyed += [(left, -1, (left, None)) for left in range(len(parts[0].rows)) if left not in rights]
    below = float(len(parts[0].rows))
    for right in reversed(range(len(parts[1].rows))):
        if right in lefts:
            below = min(below, lefts[right])
        else:
            keyed.append((below - 0.5, right, (None, right)))
    return [pair for _, _, pair in sorted(keyed, key=lambda each: each[:2])]


def _marks(
    parts: tuple[Part, Part], order: Sequence[Pair], alone: tuple[set[int], set[int]]
) -> dict[int, str]:
    """Give the lines of the grid where the runs differ: the first, and the others."""
    found: dict[int, str] = {}
    for number, pair in enumerate(order):
        for part, row, own in zip(parts, pair, alone, strict=True):
            if row is not None and not own.isdisjoint(part.rows[row].events):
                found.setdefault(number, "differs" if found else "first")
    return found


def _slots(parts: tuple[Part, Part], order: Sequence[Pair], marked: Mapping[int, str]) -> tuple[Grid, Grid]:
    """Give each line its height: the higher of its two rows, and idle time above it where either has some."""
    grids: list[list[Slot]] = []
    for side, part in enumerate(parts):
        placed = [pair[side] for pair in order]
        drawn = iter(slots_of(part.ladder, [part.rows[row] for row in placed if row is not None]))
        grids.append([Slot(None, 0) if row is None else next(drawn) for row in placed])
    lines = [
        tuple(
            replace(
                slot,
                height=max(one.height for one in both),
                gap=max(one.gap for one in both),
                mark=marked.get(number, ""),
            )
            for slot in both
        )
        for number, both in enumerate(zip(*grids, strict=True))
    ]
    return tuple(line[0] for line in lines), tuple(line[1] for line in lines)

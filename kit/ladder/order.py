"""One order for all events: what must stand before what, then time.

A constraint says that one event is a cause of another, or came before it at the same place. Where
clocks or captures contradict each other, constraints form a ring; then the least certain one of the
ring is dropped and named, and the order stays total.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    Key = tuple[str | int, ...]


class Rank(IntEnum):
    """How certain a constraint is. In a contradiction the lowest goes."""

    INSIDE = 1  # a segment leaves while the call that sends it is still inside the kernel: likely
    STEP = 2  # a step of the timeline and what it lets happen: two processes of ours took the times
    WAKE = 3  # an arrival, and the return of the call that it woke: the join of calls and packets
    CAUSE = 4  # a call's entry, and the segment that carries what it gave: the same join
    CAPTURE = 5  # packets in the order in which one host's capture has them: one kernel, one queue
    THREAD = 6  # a thread's calls, one after the other
    NATURE = 7  # entry before return, sending before arriving


class Constraint(NamedTuple):
    before: Key
    after: Key
    rank: Rank


class Order(NamedTuple):
    """`causes` are the constraints that were kept, by the later event."""

    keys: tuple[Key, ...]
    causes: Mapping[Key, tuple[Key, ...]]
    dropped: tuple[Constraint, ...]


def causal_order(times_ns: Mapping[Key, int], constraints: Iterable[Constraint]) -> Order:
    """Order all keys: causes first, among those that may come next the earliest.

    Of equal times, the one that `times_ns` names first. Constraints on unknown keys are ignored.
    Runs in O(n log n) where nothing contradicts; each ring costs one more walk over what is left.
    """
    graph = _Graph(times_ns, constraints)
    while len(graph.done) < len(times_ns):
        graph.run()
        if len(graph.done) < len(times_ns):
            graph.drop(_weakest(graph.ring()))
    return Order(
        tuple(graph.done),
        {key: tuple(dict.fromkeys(one.before for one in into)) for key, into in graph.into.items()},
        tuple(graph.dropped),
    )


class _Graph:
    def __init__(self, times_ns: Mapping[Key, int], constraints: Iterable[Constraint]) -> None:
        self.into: dict[Key, list[Constraint]] = {key: [] for key in times_ns}
        self._out: dict[Key, list[Constraint]] = defaultdict(list)
        for one in dict.fromkeys(constraints):
            if one.before in self.into and one.after in self.into and one.before != one.after:
                self.into[one.after].append(one)
                self._out[one.before].append(one)
        self._open = {key: len(into) for key, into in self.into.items()}
        self._priority = {key: (time_ns, place) for place, (key, time_ns) in enumerate(times_ns.items())}
        self.done: dict[Key, None] = {}
        self.dropped: list[Constraint] = []
        self._ready = [(self._priority[key], key) for key, count in self._open.items() if not count]
        heapq.heapify(self._ready)

    def run(self) -> None:
        """Place events until none is free of causes that are not yet placed."""
        while self._ready:
            _, key = heapq.heappop(self._ready)
            self.done[key] = None
            for one in self._out[key]:
                self._release(one.after)

    def _release(self, key: Key) -> None:
        self._open[key] -= 1
        if not self._open[key]:
            heapq.heappush(self._ready, (self._priority[key], key))

    def drop(self, one: Constraint) -> None:
        self.dropped.append(one)
        self.into[one.after].remove(one)
        self._out[one.before].remove(one)
        self._release(one.after)

    def ring(self) -> Sequence[Constraint]:
        """Walk back from an event that cannot be placed, over causes that cannot either, until one repeats."""
        key = min((key for key in self.into if key not in self.done), key=self._priority.__getitem__)
        walked: list[Constraint] = []
        seen: dict[Hashable, int] = {}
        while key not in seen:
            seen[key] = len(walked)
            walked.append(next(one for one in self.into[key] if one.before not in self.done))
            key = walked[-1].before
        return walked[seen[key] :]


def _weakest(ring: Sequence[Constraint]) -> Constraint:
    """Give the least certain constraint of a ring; of equals, the first by name, for the same order every time."""
    return min(ring, key=lambda one: (one.rank, tuple(map(str, one.after)), tuple(map(str, one.before))))

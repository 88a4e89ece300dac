"""Do events come as the lines of a trace say? Events of several chains, of which not all have one order.

An event has an earliest and a latest moment. Inside a chain (the packets; the calls of one thread) events
keep their order. Lines fit if moments can be given to the events that never run backwards: so events
whose order is nobody's doing (a return, and a packet that its kernel sends meanwhile) fit in both, and
the answer does not change from run to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.checks._trace_lines import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.checks._trace_lines import Line, Seen
    from kit.verdict import Cite

    State = tuple[int, ...]  # of each chain, how many events have come

STATES_MAX = 100_000  # that are looked at: more orders than this, and the lines say too little


@dataclass(frozen=True, slots=True)
class Event:
    """Something seen. `latest_ns` infinity: nothing that came later depends on it."""

    what: Seen
    cite: Cite
    earliest_ns: float
    latest_ns: float


@dataclass(frozen=True, slots=True)
class Match:
    """`line` is the first that did not fit, as an index; one behind the last: what came is too much.

    None: all fit, with `events`. Else `events` are what came from there on, in order of time.
    """

    line: int | None
    events: tuple[Event, ...]


class TooManyError(Exception):
    """The lines fit in more ways than it is sensible to look at."""


def in_order(lines: Sequence[Line], chains: Sequence[Sequence[Event]]) -> Match:
    """Match each line with the event that comes next, and a Gap with any number of them.

    Raises TooManyError.
    """
    search = _Search(chains)
    states = {search.start: None}
    ways: list[dict[State, tuple[State, Event | None]]] = []
    for index, line in enumerate(lines):
        way = search.skipped(states) if isinstance(line, Gap) else search.taken(states, line)
        if not way:
            return Match(index, search.rest(min(states, key=sum)))
        ways.append(way)
        states = dict.fromkeys(way)
    if search.end not in states:
        return Match(len(lines), search.rest(max(states, key=sum)))
    return Match(None, _path(ways, search.end))


def _path(ways: list[dict[State, tuple[State, Event | None]]], state: State) -> tuple[Event, ...]:
    """Walk back from the end: which event each line took."""
    events = []
    for way in reversed(ways):
        state, event = way[state]
        if event is not None:
            events.append(event)
    return tuple(reversed(events))


class _Search:
    """All ways in which events can have come one after the other."""

    def __init__(self, chains: Sequence[Sequence[Event]]) -> None:
        self._chains = chains
        self._seen = 0
        self.start: State = (0,) * len(chains)
        self.end: State = tuple(map(len, chains))

    def _next(self, state: State) -> Iterator[tuple[Event, State]]:
        """Give what may come next: no event that is left may have had to come before it."""
        self._seen += 1
        if self._seen > STATES_MAX:
            raise TooManyError
        heads = [
            (place, chain[at])
            for place, (chain, at) in enumerate(zip(self._chains, state, strict=True))
            if at < len(chain)
        ]
        latest_ns = min((event.latest_ns for _, event in heads), default=0)
        for place, event in heads:
            if event.earliest_ns <= latest_ns:
                yield event, (*state[:place], state[place] + 1, *state[place + 1 :])

    def taken(self, states: dict[State, None], line: Line) -> dict[State, tuple[State, Event | None]]:
        """Give where a line leads, and from where, with which event."""
        return {
            after: (state, event)
            for state in states
            for event, after in self._next(state)
            if not isinstance(line, Gap) and line.fits(event.what)
        }

    def skipped(self, states: dict[State, None]) -> dict[State, tuple[State, Event | None]]:
        """Give where any number of events leads, and from where."""
        way: dict[State, tuple[State, Event | None]] = {state: (state, None) for state in states}
        left = list(states)
        while left:
            state = left.pop()
            for _, after in self._next(state):
                if after not in way:
                    way[after] = way[state]
                    left.append(after)
        return way

    def rest(self, state: State) -> tuple[Event, ...]:
        left = [event for chain, at in zip(self._chains, state, strict=True) for event in chain[at:]]
        return tuple(sorted(left, key=lambda event: min(event.latest_ns, event.cite.time_ns or 0)))


def in_any_order(lines: Sequence[Line], chains: Sequence[Sequence[Event]]) -> Match:
    """Match each line with an event of its own, wherever it stands (Kuhn's augmenting paths)."""
    events = sorted((event for chain in chains for event in chain), key=lambda event: event.cite.time_ns or 0)
    wanted = [(index, line) for index, line in enumerate(lines) if not isinstance(line, Gap)]
    fits = [[at for at, event in enumerate(events) if line.fits(event.what)] for _, line in wanted]
    line_of: dict[int, int] = {}  # event -> place in `wanted`
    for place, (index, _) in enumerate(wanted):
        if not _augment(place, fits, line_of, set()):
            return Match(index, _unmatched(events, line_of))
    if len(line_of) < len(events) and len(wanted) == len(lines):
        return Match(len(lines), _unmatched(events, line_of))
    return Match(None, tuple(events[at] for at in sorted(line_of)))


def _augment(place: int, fits: list[list[int]], line_of: dict[int, int], tried: set[int]) -> bool:
    for at in fits[place]:
        if at in tried:
            continue
        tried.add(at)
        if at not in line_of or _augment(line_of[at], fits, line_of, tried):
            line_of[at] = place
            return True
    return False


def _unmatched(events: Sequence[Event], line_of: dict[int, int]) -> tuple[Event, ...]:
    return tuple(event for at, event in enumerate(events) if at not in line_of)

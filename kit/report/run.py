"""What a report is made of: a run as it was stored, its verdict, its ladder, and the exercise's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.exercise.model import Side
from kit.ladder.model import CallBegan, CallReturned, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.evidence.model import Evidence
    from kit.ladder.model import Event, Ladder
    from kit.renderers import Told
    from kit.verdict import Cite, Verdict


@dataclass(frozen=True, slots=True)
class Statement:
    """The exercise's text for learners, in Markdown. `same`: it is of the version that was run."""

    markdown: str
    same: bool


@dataclass(frozen=True)
class Run:
    """`facts` is run.json; `statement` None where this machine has no such exercise."""

    facts: Mapping[str, Any]
    evidence: Evidence
    ladder: Ladder
    verdict: Verdict
    title: str
    statement: Statement | None = None

    @property
    def name(self) -> str:
        return f"{self.verdict.exercise} · {self.verdict.submission}"

    @property
    def compared(self) -> dict[str, Side]:
        """Give the sides that the exercise compares, by the names that its author gave them."""
        return {name: Side.model_validate(row) for name, row in (self.facts.get("compare") or {}).items()}


class Places:
    """Where in the ladder a citation points."""

    def __init__(self, ladder: Ladder) -> None:
        """Index packets and calls by the evidence's numbers."""
        self._packets: dict[tuple[str, int], int] = {}
        self._calls: dict[int, int] = {}
        self._events = ladder.events
        for place, event in enumerate(ladder.events):
            if isinstance(event, Segment):
                for ref in (event.sent_packet, event.received_packet):
                    if ref is not None:
                        self._packets.setdefault((ref.host, ref.number), place)
            elif isinstance(event, CallBegan | CallReturned):
                self._calls[event.call] = place  # its return, where it has one: a citation is of a result

    def of(self, cite: Cite) -> int | None:
        """Give the event, exactly or nearest in time on that host; None where nothing is there, or in another run."""
        if cite.run is not None:
            return None
        if cite.packet is not None and cite.host is not None:
            return self._packets.get((cite.host, cite.packet))
        if cite.call is not None:
            return self._calls.get(cite.call)
        if cite.time_ns is None:
            return None
        return self._nearest(cite, cite.time_ns)

    def _nearest(self, cite: Cite, time_ns: int) -> int | None:
        near = [(abs(event.time_ns - time_ns), place) for place, event in self._of_place(cite)]
        return min(near, default=(0, None))[1]

    def _of_place(self, cite: Cite) -> Iterator[tuple[int, Event]]:
        for place, event in enumerate(self._events):
            owner = getattr(event, "program", None) if cite.program else getattr(event, "lane", None)
            if owner == (cite.program or cite.host) and not isinstance(event, Segment):
                yield place, event

    def cited(self, seen: Told) -> frozenset[int]:
        """Give every event that a finding cites and a reader may follow."""
        found = (self.of(cite) for row in seen.rows for cite in row.cites or ())
        return frozenset(place for place in found if place is not None)

"""What every part of the ladder is drafted from, and what a draft is: an event whose place is not yet known."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kit.ladder import link, steps
from kit.ladder.causes import Causes
from kit.ladder.judged import Judged
from kit.ladder.sockets import Sockets
from kit.ladder.wire import read_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.evidence.model import Call, Evidence
    from kit.ladder.model import Event
    from kit.ladder.order import Constraint, Key
    from kit.ladder.steps import Step
    from kit.ladder.wire import Talk, Wire
    from kit.packets.model import Endpoint


@dataclass(frozen=True, slots=True)
class Draft:
    """`refers` are the event's fields that name another event, by that event's key."""

    key: Key
    event: Event
    refers: Mapping[str, Key] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()


class Scene:
    """The evidence of a run with its joins: packets across captures, calls to packets, steps to programs."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.wire: Wire = read_wire(evidence)
        self.sockets = Sockets(evidence, self.wire.talks)
        self.causes = Causes(evidence, self.sockets)
        self.judged = Judged()
        self.steps: tuple[Step, ...] = steps.steps(evidence)
        self.done_by_link = link.facts(evidence)

    @cached_property
    def _numbers(self) -> Mapping[int, int]:
        return {id(talk): number for number, talk in enumerate(self.wire.talks, 1)}

    def number(self, talk: Talk) -> int:
        return self._numbers[id(talk)]

    def dialogue_of(self, call: Call) -> int | None:
        held = self.sockets.held(call)
        return None if held is None else self.number(held.talk)

    def name(self, end: Endpoint) -> str:
        """Name an end for people: `server:8001`."""
        return f"{self.evidence.host_of(end.address) or end.address}:{end.port}"

    def lane(self, program: str) -> str:
        return self.evidence.programs[program].host

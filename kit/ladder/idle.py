"""Times in which nothing happened, so that every picture folds the same ones and says how long they were."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.ladder.model import Event

# Start of an interpreter, a freeze, a gate that polls: all longer. A round trip on the lab's links: shorter.
FOLD_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """Idle time between the event at `after` in the sequence and the next one."""

    after: int
    began_ns: int
    ended_ns: int

    @property
    def length_ns(self) -> int:
        return self.ended_ns - self.began_ns


def gaps(events: Sequence[Event], at_least_ns: int = FOLD_NS) -> tuple[Gap, ...]:
    """Give the idle times between neighbours of a ladder, or of the part of one that is drawn."""
    return tuple(
        Gap(index, before.at_ns, after.at_ns)
        for index, (before, after) in enumerate(pairwise(events))
        if after.at_ns - before.at_ns >= at_least_ns
    )

"""The order in which to learn: what should be known before comes first, then the easier."""

from __future__ import annotations

import heapq
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kit.exercise.model import Definition


def ordered(definitions: Mapping[str, Definition]) -> list[str]:
    """Give the names so that every exercise comes behind its prerequisites, and of several the easiest first.

    A prerequisite that is not among them keeps nothing back. Where they ask for each other, which lint refuses, the
    easiest go first.
    """
    sorter = TopologicalSorter({name: before(definitions, name) for name in definitions})
    try:
        sorter.prepare()
    except CycleError:
        return sorted(definitions, key=partial(_rank, definitions))
    done: list[str] = []
    ready: list[tuple[int, int, str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, _rank(definitions, name))
        *_, name = heapq.heappop(ready)
        done.append(name)
        sorter.done(name)
    return done


def before(definitions: Mapping[str, Definition], name: str) -> tuple[str, ...]:
    """Give the prerequisites of an exercise that are among these."""
    return tuple(known for known in definitions[name].prerequisites if known in definitions)


def is_open(definitions: Mapping[str, Definition], name: str, solved: Collection[str]) -> bool:
    """Whether all that should be known before is solved, and the exercise itself is not."""
    return name not in solved and all(known in solved for known in before(definitions, name))


def following(definitions: Mapping[str, Definition], name: str, solved: Collection[str]) -> str | None:
    """Give what to take up after an exercise: what leads on from it, else the first that is open; None at the end."""
    free = [other for other in ordered(definitions) if other != name and is_open(definitions, other, solved)]
    further = [other for other in free if name in definitions[other].prerequisites]
    return next(iter(further or free), None)


def _rank(definitions: Mapping[str, Definition], name: str) -> tuple[int, int, str]:
    definition = definitions[name]
    return definition.difficulty, len(definition.prerequisites), name

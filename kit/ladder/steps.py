"""What the timeline did, as marks, and the times for which it held a program or cut a host off."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, get_args

from kit.ladder.model import Interval, Mark, MarkKind
from kit.ladder.order import Constraint, Rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.evidence.model import Evidence, StepRecord
    from kit.ladder.order import Key

# A step takes hold where it ended (a gate that opened, a program that is held, a link that is cut), or
# where it began (what it sets free may happen before our process hears that it is done).
_HOLDS_AT_END = frozenset({"wait", "freeze", "unplug"})
_KINDS = frozenset(get_args(MarkKind))


class Step(NamedTuple):
    record: StepRecord
    action: str
    about: tuple[str, ...]  # the programs or hosts that are named
    time_ns: int

    @property
    def key(self) -> Key:
        return "mark", self.record.number


def steps(evidence: Evidence) -> tuple[Step, ...]:
    """Give the steps that were reached. A record's text is `ACTION: what it names, ...`, as the planner says it."""
    found = []
    for record in evidence.steps:
        if record.began_ns is None:
            continue
        action, _, rest = record.text.partition(": ")
        named = tuple(
            word for word in rest.split(", ") if word in evidence.programs or word in evidence.hosts
        )
        ended_ns = record.began_ns if record.ended_ns is None else record.ended_ns
        found.append(Step(record, action, named, ended_ns if action in _HOLDS_AT_END else record.began_ns))
    return tuple(found)


def mark(step: Step) -> Mark:
    action, _, rest = step.record.text.partition(": ")
    kind = "gate" if action == "wait" else action
    if kind not in _KINDS:
        raise ValueError(f"step {step.record.number}: no action is called {action!r}")
    return Mark(
        time_ns=step.time_ns,
        at_ns=step.time_ns,
        step=step.record.number,
        text=rest,
        kind=kind,  # type: ignore[arg-type]  # one of MarkKind: looked up above
        programs=step.about,
        missed=step.record.outcome == "missed",
        reason=step.record.reason,
    )


class Hold(NamedTuple):
    time: Interval
    released: Step | None  # None: it lasted until the end


def holds(found: Iterable[Step], name: str, begin: str, end: str, ended_ns: int) -> Iterator[Hold]:
    """Give the times between a step `begin` and a step `end` of a program or host: freeze, thaw; unplug, plug."""
    since: int | None = None
    for step in found:
        if name not in step.about:
            continue
        if step.action == begin and since is None:
            since = step.time_ns
        elif step.action == end and since is not None:
            yield Hold(Interval(since, step.time_ns), step)
            since = None
    if since is not None:
        yield Hold(Interval(since, ended_ns), None)


def constraints(evidence: Evidence, found: tuple[Step, ...]) -> Iterator[Constraint]:
    """Steps stand in their order; nothing returns in a program that is held before it is let go."""
    for before, after in pairwise(found):
        yield Constraint(before.key, after.key, Rank.STEP)
    for program in evidence.programs:
        for time, released in holds(found, program, "freeze", "thaw", evidence.ended_ns):
            for call in evidence.calls_of(program):
                inside = call.return_ns is not None and time.began_ns < call.return_ns < time.ended_ns
                if inside and released is not None:
                    yield Constraint(released.key, ("return", call.number), Rank.STEP)

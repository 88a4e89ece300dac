"""What of a run's lab may serve the next run, and what of it never does.

Of a host on which a program of somebody else's ran nothing is used again: its network stack goes with its containers, and
with it the counters that nobody can set back. The network stays, and the hosts on which only the exercise's own
programs run, with these programs' containers, once their helpers have told that nothing is left there of the run
(`kit.tap.pristine`, `kit.tap.program`). Whatever is not certain is taken down.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from queue import Empty
from typing import TYPE_CHECKING, Any

from kit.errors import BackendError

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Callable
    from queue import SimpleQueue

    from kit.backends._docker_engine import Engine
    from kit.backends._docker_shapes import Run
    from kit.backends._docker_stream import HelperStream
    from kit.backends.base import Arrived
    from kit.exercise.plan import Limits, Plan

Source = tuple[str, str]  # ("host", name), ("program", name)

# Steps that do to a host what a reset does not undo
LASTING = frozenset({"unplug", "plug", "release"})
# What a helper tells of a run that was not as runs are: a host or program that told it serves no other
SPOILS = frozenset({"fault", "limit", "netem", "link"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What two plans must have in common for one lab; all else is told to the helpers anew."""

    image: str
    hosts: tuple[tuple[str, int], ...]  # names and numbers
    programs: tuple[tuple[str, str], ...]  # names and hosts
    limits: Limits


def shape_of(plan: Plan, image: str) -> Shape | None:
    """Give a plan's shape; None: its lab is for one run alone."""
    lasting = any(step.action in LASTING for step in plan.steps)
    if plan.link or plan.sysctl or plan.ipv6 or lasting or not clean_hosts(plan):
        return None
    return Shape(
        image,
        tuple((name, host.number) for name, host in plan.hosts.items()),
        tuple((name, program.host) for name, program in plan.programs.items()),
        plan.limits,
    )


def clean_hosts(plan: Plan) -> frozenset[str]:
    """Give the hosts on which nothing runs that was handed in, and which have one interface to look after."""
    foreign = {program.host for program in plan.programs.values() if program.submitted}
    alone = {name for name, host in plan.hosts.items() if not host.capture_loopback}
    return frozenset(alone - foreign)


def may_stay(plan: Plan, source: Source) -> bool:
    """Whether what ran this plan may run another one."""
    kind, name = source
    return (name if kind == "host" else plan.programs[name].host) in clean_hosts(plan)


@dataclass(frozen=True, slots=True)
class Kept:
    """A lab between two runs. Each stream's messages go into `inbox`: there should be none."""

    engine: Engine
    shape: Shape
    run: Run
    subnet: ipaddress.IPv4Network
    streams: dict[Source, HelperStream]
    identities: dict[Source, str]  # of the containers
    inbox: SimpleQueue[Arrived]

    @property
    def is_whole(self) -> bool:
        return self.inbox.empty()


class Watched:
    """The inbox of a run, which notes whether a helper that might stay has told of what spoils it."""

    def __init__(self, inbox: SimpleQueue[Arrived], plan: Plan) -> None:
        self._inbox = inbox
        self._plan = plan
        self.spoiled = False

    def put(self, arrived: Arrived) -> None:
        event = None if arrived.head is None else arrived.head.get("event")
        if (event is None or event in SPOILS) and may_stay(self._plan, arrived.source):
            self.spoiled = True
        self._inbox.put(arrived)


class Answers:
    """Waits for what helpers answer to `reset`; all that they said before belongs to the run that has ended."""

    def __init__(self, inbox: SimpleQueue[Arrived], within: Callable[[], float]) -> None:
        """`within` gives the seconds that are left."""
        self._inbox = inbox
        self._within = within

    def await_(self, asked: set[Source]) -> None:
        """Raise BackendError where one has something left, ends, or does not answer."""
        waiting = set(asked)
        while waiting:
            arrived = None
            with suppress(Empty):
                arrived = self._inbox.get(timeout=max(0.0, self._within()))
            if arrived is None:
                raise BackendError(f"{_names(waiting)}: no answer to a reset", remedy="kit doctor")
            if arrived.source in waiting:
                _hold_to(arrived.source, arrived.head)
                if arrived.head and arrived.head.get("event") == "reset":
                    waiting.discard(arrived.source)


def _hold_to(source: Source, head: dict[str, Any] | None) -> None:
    if head is None:
        raise BackendError(f"{_names({source})}: ended at a reset", remedy="kit doctor")
    if head.get("event") in SPOILS:
        raise BackendError(f"{_names({source})}: {head['event']} at a reset", remedy="kit doctor")
    left = head.get("left") if head.get("event") == "reset" else ""
    if left != "":
        raise BackendError(f"{_names({source})}: left there after a reset: {left}", remedy="kit doctor")


def _names(sources: set[Source]) -> str:
    return ", ".join(f"{kind} {name}" for kind, name in sorted(sources))

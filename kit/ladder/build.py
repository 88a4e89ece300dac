"""Evidence -> Ladder: draft every event, say what must stand before what, order, and place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

from kit.ladder import calls, segments, sightings, steps
from kit.ladder.drafts import Draft, Scene
from kit.ladder.model import (
    Arrived,
    CallBegan,
    CallReturned,
    Dialogue,
    Ladder,
    Lane,
    Segment,
    Strand,
)
from kit.ladder.order import causal_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.evidence.model import Evidence
    from kit.ladder.model import Event
    from kit.ladder.order import Key, Order
    from kit.ladder.wire import Talk

_LANES_TO_ARRANGE = 6  # 720 arrangements; beyond, hosts stand as the exercise names them
# A packet that was under way for less stands at its arrival's side, whatever other hosts did meanwhile.
BESIDE_NS = 1_000_000


def build(evidence: Evidence) -> Ladder:
    """Give the ladder of a run. Nothing that a program, a network or a clock did makes it raise."""
    scene = Scene(evidence)
    drafted = {draft.key: draft for draft in _drafts(scene)}
    constraints = [one for draft in drafted.values() for one in draft.constraints]
    constraints += [*scene.causes.constraints(), *steps.constraints(evidence, scene.steps)]
    order = causal_order({key: draft.event.time_ns for key, draft in drafted.items()}, constraints)
    events = _placed(drafted, _arrivals_beside(drafted, order.keys), order)
    return Ladder(
        lanes=_lanes(scene, events),
        events=events,
        dialogues=tuple(_dialogue(scene, talk) for talk in scene.wire.talks),
        began_ns=evidence.began_ns,
        ended_ns=evidence.ended_ns,
        left_out=scene.wire.left_out,
        dropped=tuple(_said(one.before, one.after) for one in order.dropped),
    )


def _drafts(scene: Scene) -> Iterator[Draft]:
    """Give all drafts. Of two at the same time, the first named here stands first, unless a cause says otherwise."""
    for step in scene.steps:
        yield Draft(step.key, steps.mark(step))
    yield from calls.drafts(scene)
    yield from segments.drafts(scene)
    yield from sightings.drafts(scene)


def _said(before: Key, after: Key) -> str:
    first, then = (" ".join(map(str, key)) for key in (before, after))
    return f"{first} should stand before {then}, but the rest of the evidence says the opposite"


# Places ----------------------------------------------------------------------------------------------


def _arrivals_beside(drafted: dict[Key, Draft], keys: Sequence[Key]) -> list[Key]:
    """Move each quick arrival to its sending, over what other hosts did in between: so it is one arrow.

    What its own host did in between may be its cause, and stays before it.
    """
    placed: list[Key] = []
    moved: set[Key] = set()
    for at, key in enumerate(keys):
        if key in moved:
            continue
        placed.append(key)
        event = drafted[key].event
        if not isinstance(event, Segment) or event.arrived_ns is None:
            continue
        if event.arrived_ns - event.sent_ns < BESIDE_NS:
            arrival = ("arrived", *key[1:])
            if _is_free(drafted, keys, at, arrival, event.to_lane):
                placed.append(arrival)
                moved.add(arrival)
    return placed


def _is_free(drafted: dict[Key, Draft], keys: Sequence[Key], at: int, arrival: Key, lane: str) -> bool:
    """Whether the lane had nothing to do between a sending and its arrival but to change states."""
    for key in keys[at + 1 :]:
        if key == arrival:
            return True
        event = drafted[key].event
        if isinstance(event, Segment):
            if lane == event.from_lane:
                return False
        elif getattr(event, "lane", lane) == lane:  # a mark has no lane: it is everybody's
            return False
    return False


def _placed(drafted: dict[Key, Draft], keys: Sequence[Key], order: Order) -> tuple[Event, ...]:
    """Give each event its place, time and causes, and the places of the events that it names."""
    place = {key: at for at, key in enumerate(keys)}
    numbers: dict[Key, int] = {}
    events: list[Event] = []
    now_ns = 0
    for key in keys:
        draft = drafted[key]
        now_ns = max(now_ns, draft.event.time_ns)
        changed: dict[str, Any] = {
            "at_ns": now_ns,
            "cause": tuple(sorted(place[cause] for cause in order.causes[key])),
        }
        if isinstance(draft.event, Segment):
            changed["number"] = numbers[key] = len(numbers) + 1
        for name, other in draft.refers.items():
            changed[name] = numbers[other] if name == "segment" else place[other]
        events.append(replace(draft.event, **changed))
    return tuple(_with_bars(events))


def _with_bars(events: Sequence[Event]) -> Iterator[Event]:
    """Mark the calls that waited: what woke them came after they were entered."""
    blocked = {
        event.began
        for event in events
        if isinstance(event, CallReturned) and (event.blocked or _was_woken(events, event))
    }
    for at, event in enumerate(events):
        if isinstance(event, CallBegan):
            yield replace(event, blocked=event.blocked or at in blocked)
        elif isinstance(event, CallReturned):
            yield replace(event, blocked=event.began in blocked)
        else:
            yield event


def _was_woken(events: Sequence[Event], returned: CallReturned) -> bool:
    return any(cause > returned.began and isinstance(events[cause], Arrived) for cause in returned.cause)


# Lanes -----------------------------------------------------------------------------------------------


def _dialogue(scene: Scene, talk: Talk) -> Dialogue:
    return Dialogue(
        number=scene.number(talk),
        protocol="udp" if talk.protocol == "udp" else "tcp",
        client=talk.client,
        server=talk.server,
        client_lane=talk.client_host,
        server_lane=talk.server_host,
        client_program=scene.sockets.program(talk, talk.client),
        server_program=scene.sockets.program(talk, talk.server),
    )


def _lanes(scene: Scene, events: Iterable[Event]) -> tuple[Lane, ...]:
    evidence = scene.evidence
    return tuple(
        Lane(
            host=name,
            address=evidence.hosts[name].address,
            strands=tuple(
                Strand(one.name, tuple(hold.time for hold in _holds(scene, one.name, "freeze", "thaw")))
                for one in evidence.programs.values()
                if one.host == name
            ),
            unplugged=tuple(hold.time for hold in _holds(scene, name, "unplug", "plug")),
        )
        for name in _arranged(tuple(evidence.hosts), events)
    )


def _holds(scene: Scene, name: str, begin: str, end: str) -> Iterator[steps.Hold]:
    return steps.holds(scene.steps, name, begin, end, scene.evidence.ended_ns)


def _arranged(hosts: tuple[str, ...], events: Iterable[Event]) -> tuple[str, ...]:
    """Put hosts that talk beside each other, and who begins to the left: so arrows are short and run to the right.

    Of arrangements that are as good, the first in the exercise's own order of hosts.
    """
    traffic: Counter[tuple[str, str]] = Counter()
    opened: Counter[tuple[str, str]] = Counter()
    begun: set[int] = set()
    for event in events:
        if isinstance(event, Segment):
            ends = event.from_lane, event.to_lane
            traffic[ends] += 1
            if event.dialogue not in begun:
                opened[ends] += 1
            begun.add(event.dialogue)
    if not traffic or len(hosts) > _LANES_TO_ARRANGE:
        return hosts

    def cost(arrangement: tuple[str, ...]) -> tuple[int, int]:
        at = {host: place for place, host in enumerate(arrangement)}
        length = sum(count * abs(at[one] - at[other]) for (one, other), count in traffic.items())
        return length, sum(count for (one, other), count in opened.items() if at[one] > at[other])

    return min(permutations(hosts), key=cost)

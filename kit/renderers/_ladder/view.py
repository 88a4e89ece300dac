"""What of a ladder is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kit.ladder.model import (
    MINOR_CALLS,
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

if TYPE_CHECKING:
    from kit.ladder.model import Event, Ladder
    from kit.ladder.words import Payload

Detail = Literal["full", "compact"]

# What a short picture does without: calls that neither wait nor send, and gates, which wait for what is shown anyway.
_QUIET_CALLS = MINOR_CALLS | {"socket", "bind"}
_QUIET_MARKS = frozenset({"gate", "snapshot"})


@dataclass(frozen=True, slots=True)
class View:
    """`from_ns` and `to_ns` are times of the run's clock; None: no limit. `conversation` is a dialogue's number."""

    conversation: int | None = None
    host: str | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    payload: Payload = "text"
    detail: Detail = "full"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ladder, and the places of the events that are shown."""

    ladder: Ladder
    shown: frozenset[int]


def chosen(ladder: Ladder, view: View) -> Chosen:
    segments = {event.number: event for event in ladder.events if isinstance(event, Segment)}
    lanes = ladder.lanes
    if view.host is not None:
        met = {view.host}
        for segment in segments.values():
            if view.host in (segment.from_lane, segment.to_lane):
                met |= {segment.from_lane, segment.to_lane}
        lanes = tuple(lane for lane in lanes if lane.host in met)
    shown = frozenset(
        place
        for place, event in enumerate(ladder.events)
        if (view.from_ns is None or event.at_ns >= view.from_ns)
        and (view.to_ns is None or event.at_ns <= view.to_ns)
        and _is_of(segments[event.segment] if isinstance(event, Arrived) else event, ladder, view)
    )
    if view.detail == "compact":
        shown -= _plain_acknowledgements(ladder)
    return Chosen(replace(ladder, lanes=lanes), shown)


def _is_of(event: Event, ladder: Ladder, view: View) -> bool:
    match event:
        case Segment():
            fits = view.host in (None, event.from_lane, event.to_lane)
            return fits and view.conversation in (None, event.dialogue)
        case CallBegan() | CallReturned():
            quiet = _QUIET_CALLS if view.detail == "compact" else MINOR_CALLS
            return _fits(event, view) and event.kind not in quiet
        case StateChanged() | BytesWaiting():
            return _fits(event, view)
        case Mark():
            return event.missed or view.detail == "full" or event.kind not in _QUIET_MARKS
        case QueueChanged():
            return view.host in (None, event.lane) and _is_port(event, ladder, view)
        case Said() | Ended():
            return view.host in (None, event.lane) and view.conversation is None
        case Arrived():
            return True


def _plain_acknowledgements(ladder: Ladder) -> frozenset[int]:
    """Give the packets that do nothing but acknowledge, and change no state: a short picture does without."""
    telling = {cause for event in ladder.events if isinstance(event, StateChanged) for cause in event.cause}
    plain: dict[int, list[int]] = {}
    for place, event in enumerate(ladder.events):
        if isinstance(event, Segment) and event.flags == "." and not event.length and not event.facts:
            plain[event.number] = [place]
        elif isinstance(event, Arrived) and event.segment in plain:
            plain[event.segment].append(place)
    return frozenset(place for places in plain.values() if telling.isdisjoint(places) for place in places)


def _fits(event: CallBegan | CallReturned | StateChanged | BytesWaiting, view: View) -> bool:
    if view.host not in (None, event.lane):
        return False
    return view.conversation in (None, event.dialogue)


def _is_port(event: QueueChanged, ladder: Ladder, view: View) -> bool:
    return view.conversation is None or any(
        dialogue.number == view.conversation
        and (dialogue.server_lane, dialogue.server.port) == (event.lane, event.port)
        for dialogue in ladder.dialogues
    )

"""Did each event, a call or a packet, happen before the next?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._events import CallEvent, PacketEvent, find, missing, untraced_among
from kit.checks._words import sequence
from kit.exercise.references import Strict
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.verdict import Answer


class Params(Strict):
    events: Annotated[tuple[CallEvent | PacketEvent, ...], Field(min_length=2)]


def check(evidence: Evidence, params: Params) -> Answer:
    expected = sequence(event.words for event in params.events)
    if (premise := untraced_among(evidence, params.events, expected)) is not None:
        return premise
    found = [(event, find(evidence, event)) for event in params.events]
    for event, seen in found:
        if seen is None:
            return missing(evidence, expected, event)
    in_time = sorted(
        ((seen, event) for event, seen in found if seen is not None), key=lambda pair: pair[0].time_ns
    )
    cites = [seen.cite for seen, _ in in_time]
    observed = sequence(event.words for _, event in in_time)
    right = [event for _, event in in_time] == list(params.events)
    return (passed if right else fail)(expected=expected, observed=observed, cites=cites)

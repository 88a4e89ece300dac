"""The independent walk finds what it looks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.ladder.build import build
from kit.ladder.model import Arrived, CallBegan, CallReturned, Segment
from tests.checks.scene import C, S, call, evidence
from tests.ladder.causality import violations
from tests.ladder.test_build import MEASURED

SEEN = evidence(
    {
        host: f'{text}0.112 c > s P. 1 ack 1 "hello"\n0.113 c > s F. 6 ack 1'
        for host, text in MEASURED.items()
    },
    calls=[
        (
            call("client1", "connect", 111.295, 111.441, local=C, remote=S, peer=S),
            call("client1", "sendto", 111.5, 111.6, local=C, remote=S, data=b"hello"),
            call("client1", "close", 112.5, 112.6, local=C, remote=S),
        ),
        (
            call("server", "accept4", 100, 111.5, result=4, local=S, remote=C, peer=C),
            call("server", "recvfrom", 111.6, 112.1, local=S, remote=C, data=b"hello"),
            call("server", "recvfrom", 112.2, 113.1, local=S, remote=C),
        ),
    ],
)
GOOD = build(SEEN)


def label(event: object) -> str:
    match event:
        case CallBegan():
            return f"{event.kind}("
        case CallReturned():
            return f"){event.kind}"
        case Segment():
            return event.label
        case Arrived():
            return f"→{event.segment}"
        case _:
            return ""


def test_a_good_ladder_has_no_violation() -> None:
    assert violations(SEEN, GOOD) == []


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ("connect(", "SYN: no connect was entered"),
        (")connect", "no SYN-ACK had arrived"),
        (")accept", "the handshake was not complete"),
        ("send(", "carries byte 5, but only 0 were given"),
        (")recv", "took byte 5, which had not arrived"),
        ("close(", "FIN-ACK: no close was entered"),
        ("→1", "arrives before it was sent"),
    ],
)
def test_a_swapped_event_is_found(moved: str, said: str) -> None:
    """An entry is moved to the end, a return or an arrival to the beginning."""
    events = [replace(event, cause=()) for event in GOOD.events]
    one = next(event for event in events if label(event) == moved)
    events.remove(one)
    events.insert(len(events) if moved.endswith("(") else 0, one)
    assert any(said in found for found in violations(SEEN, replace(GOOD, events=tuple(events))))


def test_what_was_left_out_or_stands_before_its_named_cause_is_found() -> None:
    for kind, said in (
        (CallBegan, "not every call"),
        (CallReturned, "not every return"),
        (Segment, "packets"),
    ):
        events = [replace(event, cause=()) for event in GOOD.events]
        events.remove(next(event for event in events if isinstance(event, kind)))
        assert any(said in found for found in violations(SEEN, replace(GOOD, events=tuple(events))))
    first = replace(GOOD.events[0], cause=(3,))
    found = violations(SEEN, replace(GOOD, events=(first, *GOOD.events[1:])))
    assert found == ["0: stands before a cause of its own"]

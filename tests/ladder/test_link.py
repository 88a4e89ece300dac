"""A packet that the link met has what was done to it as a fact, where the counts can be trusted."""

from __future__ import annotations

from kit.evidence.model import LinkAct
from kit.ladder.build import build
from kit.ladder.link import facts
from kit.ladder.model import Segment
from tests.checks.scene import evidence

LEFT = """
    0.001 c > s S 0
    0.002 s > c S. 0 ack 1
    0.003 c > s . 1 ack 1
    0.004 c > s P. 1 ack 1 "one"
    0.200 c > s P. 1 ack 1 "one"
"""
CAME = """
    0.001 c > s S 0
    0.002 s > c S. 0 ack 1
    0.003 c > s . 1 ack 1
    0.200 c > s P. 1 ack 1 "one"
"""
SIDES = {"client1": LEFT, "server": CAME}


def act(what: str, packet: int, source: str = "client1", target: str = "server") -> LinkAct:
    return LinkAct(source, target, what, packet, 1, 17)


def test_the_count_of_a_direction_is_a_packet_of_its_senders_capture() -> None:
    acts = (act("held", 1), act("released", 1), act("dropped", 3), act("delayed", 1, "server", "client1"))
    assert facts(evidence(SIDES, link_acts=acts)) == {
        ("client1", 1): {"held_by_link", "released_by_link"},
        ("client1", 4): {"dropped_by_link"},
        ("server", 2): {"delayed_by_link"},
    }


def test_without_a_whole_capture_of_the_sender_nobody_can_count() -> None:
    acts = (act("dropped", 3), act("dropped", 1, "client2"))
    assert facts(evidence(SIDES, link_acts=acts, dropped=1)) == {}
    assert facts(evidence({"server": CAME}, link_acts=acts)) == {}


def test_a_lost_packet_says_that_the_link_dropped_it() -> None:
    ladder = build(evidence(SIDES, link_acts=(act("dropped", 3),)))
    segments = [event for event in ladder.events if isinstance(event, Segment)]
    assert [(one.fate, "dropped_by_link" in one.facts) for one in segments] == [
        ("arrived", False),
        ("arrived", False),
        ("arrived", False),
        ("lost", True),
        ("arrived", False),
    ]

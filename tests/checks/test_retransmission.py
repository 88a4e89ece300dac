from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.retransmission import Params
from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, LOCAL, ask, ended, evidence, missed, places

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
ONCE = HANDSHAKE + "c > s P. 1:6(5) ack 1\n"
TWICE = ONCE + "c > s P. 1:6(5) ack 1\ns > c . 1 ack 6\n"
LOST = {"client1": TWICE, "server": ONCE + "s > c . 1 ack 6\n", "client2": ""}


def test_what_left_twice_is_a_retransmission_though_the_receiver_saw_it_once() -> None:
    answer = ask("retransmission", evidence(LOST), **ASKED, count=1)
    assert (answer.outcome, answer.expected) == (Outcome.PASS, "1 retransmission from client1 to server")
    assert answer.observed == "1 retransmission; it sent 4 segments"
    assert places(answer) == ["client1 packet 5 at 0.005 s"]


def test_how_soon_it_left_again_does_not_matter() -> None:
    soon = (
        HANDSHAKE
        + "0.0040 c > s P. 1:6(5) ack 1\n0.0041 c > s P. 6:11(5) ack 1\n0.0042 c > s P. 1:6(5) ack 1\n"
    )
    assert ask("retransmission", evidence(soon), **ASKED, count=1).outcome is Outcome.PASS


def test_a_syn_that_was_repeated_counts_and_the_other_side_does_not() -> None:
    seen = evidence("c > s S 0\nc > s S 0\nc > s S 0\n")
    assert ask("retransmission", seen, **ASKED, min=2).outcome is Outcome.PASS
    assert ask("retransmission", seen, from_="server", to="client1", count=0).outcome is Outcome.PASS


def test_too_few_and_too_many_fail() -> None:
    answer = ask("retransmission", evidence(ONCE), **ASKED, port=8001, min=1)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "no retransmission; it sent 3 segments")
    assert answer.expected == "at least 1 retransmission from client1 to server, port 8001"
    assert ask("retransmission", evidence(TWICE), **ASKED, count=0).outcome is Outcome.FAIL
    assert ask("retransmission", evidence(TWICE), **ASKED, port=9, min=1).outcome is Outcome.FAIL


def test_what_a_capture_lost_leaves_only_too_many_and_enough_certain() -> None:
    lossy = evidence(TWICE, dropped=1)
    assert ask("retransmission", lossy, **ASKED, max=0).outcome is Outcome.FAIL
    assert ask("retransmission", lossy, **ASKED, min=1).outcome is Outcome.PASS
    assert ask("retransmission", lossy, **ASKED, count=1).outcome is Outcome.INCONCLUSIVE
    assert ask("retransmission", lossy, **ASKED, min=2).outcome is Outcome.INCONCLUSIVE


def test_two_ends_on_one_host_are_both_its_own() -> None:
    seen = evidence({"server": TWICE}, places=LOCAL)
    assert ask("retransmission", seen, from_="server", to="server", count=1).outcome is Outcome.PASS


def test_a_host_that_was_never_reached_is_skipped() -> None:
    seen = evidence("", steps=missed("server"), exits=(ended("server"),))
    assert ask("retransmission", seen, **ASKED, count=0).outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({}, "give `count`, or `min`, `max` or both"),
        ({"count": 1, "max": 2}, "give `count`, or `min`, `max` or both"),
        ({"min": 2, "max": 1}, "Value error, `min` 2 is above `max` 1"),
    ],
)
def test_amounts_that_mean_nothing_are_refused(more: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Params.model_validate(ASKED | more)
    assert fault in str(raised.value)

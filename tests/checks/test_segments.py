from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.segments import Params
from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, ask, evidence, places

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
DATA = (
    HANDSHAKE
    + """
    c > s P. 1:6(5) ack 1
    s > c . 1 ack 6
    c > s P. 6:16(10) ack 1
    c > s udp "x"
    d > s S 0
"""
)


@pytest.mark.parametrize(
    "more",
    [
        {"count": 4},
        {"flags": "S", "count": 1},
        {"flags": ".P", "count": 2},
        {"length": 5, "count": 1},
        {"payload": True, "count": {"min": 1}},
        {"payload": False, "count": {"max": 2}},
        {"port": 8001, "count": {"min": 4, "max": 4}},
        {"port": 9, "count": 0},
    ],
)
def test_a_count_of_the_direction_that_is_as_asked_passes(more: dict[str, Any]) -> None:
    assert ask("segments", evidence(DATA), **ASKED, **more).outcome is Outcome.PASS


def test_too_few_fail_and_are_cited() -> None:
    answer = ask("segments", evidence(DATA), **ASKED, flags="P.", length=5, payload=True, count=2)
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "2 segments from client1 to server, flags P., 5 bytes, with payload"
    assert answer.observed == "1 of the 4 segments that it sent"
    assert places(answer) == ["client1 packet 4 at 0.004 s"]


def test_none_of_the_kind_cites_what_was_sent() -> None:
    answer = ask("segments", evidence(DATA), **ASKED, flags="R", payload=False, count={"min": 1})
    assert answer.expected == "at least 1 segment from client1 to server, flags R, without payload"
    assert (answer.observed, len(answer.cites)) == ("0 of the 4 segments that it sent", 4)


def test_no_segment_at_all_is_said() -> None:
    answer = ask("segments", evidence(), **ASKED, count={"min": 1, "max": 3})
    assert (answer.expected, answer.observed) == (
        "1 to 3 segments from client1 to server",
        "no segment at all",
    )


def test_too_many_fail_though_the_capture_lost_packets_but_too_few_or_enough_do_not_count() -> None:
    seen = evidence(DATA, dropped=1)
    assert ask("segments", seen, **ASKED, count=3).outcome is Outcome.FAIL
    assert ask("segments", seen, **ASKED, count=4).outcome is Outcome.INCONCLUSIVE
    assert ask("segments", seen, **ASKED, count=5).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "more", [{"flags": "X", "count": 1}, {"flags": "", "count": 1}, {}, {"count": {"min": 2, "max": 1}}]
)
def test_params_that_mean_nothing_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(ASKED | more)

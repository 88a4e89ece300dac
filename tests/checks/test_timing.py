from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.timing import Params
from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, C, accepted, ask, evidence, places

ACCEPT: dict[str, Any] = {"call": "accept", "program": "server"}
SYN: dict[str, Any] = {"packet": "S", "from": "client1", "to": "server"}
SEEN = evidence(HANDSHAKE, calls=[[accepted(C, 251)]])  # the SYN leaves at 1 ms
REASON = {"because": "the gate holds the server for 100 ms"}


def test_a_time_above_its_lower_bound_passes_and_cites_both_events() -> None:
    answer = ask("timing", SEEN, from_=SYN, to=ACCEPT, at_least_ms=200)
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "250.000 ms")
    assert answer.expected == (
        "at least 200 ms from when client1 sends its 1st S to server to when server returns from its 1st accept"
    )
    assert places(answer) == ["client1 packet 1 at 0.001 s", "server call 1 at 0.251 s"]


@pytest.mark.parametrize(
    ("bounds", "outcome"),
    [
        ({"at_least_ms": 250}, Outcome.PASS),
        ({"at_least_ms": 250.5}, Outcome.FAIL),
        ({"at_most_ms": 250, **REASON}, Outcome.PASS),
        ({"at_most_ms": 249, **REASON}, Outcome.FAIL),
        ({"at_least_ms": 0, "at_most_ms": 1000, **REASON}, Outcome.PASS),
    ],
)
def test_bounds_hold_with_their_ends(bounds: dict[str, Any], outcome: Outcome) -> None:
    assert ask("timing", SEEN, from_=SYN, to=ACCEPT, **bounds).outcome is outcome


def test_an_upper_bound_is_said_with_its_reason() -> None:
    answer = ask("timing", SEEN, from_=SYN, to=ACCEPT, at_least_ms=1, at_most_ms=9, **REASON)
    assert answer.expected.startswith(
        "at least 1 ms and at most 9 ms (the gate holds the server for 100 ms) from"
    )


def test_events_the_other_way_round_fail_whatever_the_bounds() -> None:
    for bounds in ({"at_least_ms": 0}, {"at_most_ms": 9, **REASON}):
        answer = ask("timing", SEEN, from_=ACCEPT, to=SYN, **bounds)
        assert (answer.outcome, answer.observed) == (
            Outcome.FAIL,
            "the other way round, 250.000 ms apart",
        )


def test_an_event_that_never_happened_fails_and_is_named() -> None:
    second = {**ACCEPT, "nth": 2}
    for events in ((second, SYN), (SYN, second)):
        answer = ask("timing", SEEN, from_=events[0], to=events[1], at_least_ms=1)
        assert answer.outcome is Outcome.FAIL
        assert answer.observed.startswith("it never happened that server returns from its 2nd accept; ")


def test_a_packet_that_never_came_fails_only_in_a_whole_capture() -> None:
    fin = {**SYN, "packet": "F."}
    assert ask("timing", SEEN, from_=SYN, to=fin, at_least_ms=1).outcome is Outcome.FAIL
    lossy = evidence(HANDSHAKE, dropped=1)
    assert ask("timing", lossy, from_=SYN, to=fin, at_least_ms=1).outcome is Outcome.INCONCLUSIVE


def test_calls_that_were_not_traced_are_inconclusive() -> None:
    seen = evidence(HANDSHAKE, calls_traced=False)
    assert ask("timing", seen, from_=SYN, to=ACCEPT, at_least_ms=1).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [
        ({}, "give `at_least_ms`, `at_most_ms` or both"),
        ({"at_most_ms": 9}, "`at_most_ms` needs a `because`: why a slow machine cannot break it"),
        ({"at_most_ms": 9, "because": ""}, "at least 1"),
        ({"at_least_ms": 1, **REASON}, "`because` is the reason of `at_most_ms`; there is none"),
        ({"at_least_ms": 9, "at_most_ms": 8, **REASON}, "`at_least_ms` 9 is above `at_most_ms` 8"),
        ({"at_least_ms": -1}, "greater than or equal to 0"),
    ],
)
def test_bounds_that_mean_nothing_are_refused(bounds: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Params.model_validate({"from": SYN, "to": ACCEPT} | bounds)
    assert fault in str(raised.value)

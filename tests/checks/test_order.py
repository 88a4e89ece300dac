from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.order import Params
from kit.verdict import Outcome
from tests.checks.scene import ANY, HANDSHAKE, C, D, accepted, ask, call, evidence, places

ACCEPT: dict[str, Any] = {"call": "accept", "program": "server"}
ACK: dict[str, Any] = {"packet": ".", "from": "client1", "to": "server"}
SEEN = evidence(HANDSHAKE, calls=[[accepted(C, 10), accepted(D, 20)]])


def test_a_handshake_that_was_over_before_accept_passes_and_cites_both() -> None:
    answer = ask("order", SEEN, events=[ACK, ACCEPT])
    assert answer.outcome is Outcome.PASS
    assert answer.expected == "client1 sends its 1st . to server, then server returns from its 1st accept"
    assert answer.observed == answer.expected
    assert places(answer) == ["client1 packet 3 at 0.003 s", "server call 1 at 0.010 s"]


def test_the_other_order_fails_and_is_told_as_it_was() -> None:
    answer = ask("order", SEEN, events=[ACCEPT, ACK])
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "client1 sends its 1st . to server, then server returns from its 1st accept"


def test_entry_return_and_number_of_calls_are_told_apart() -> None:
    events = [{**ACCEPT, "at": "enter"}, ACCEPT, {**ACCEPT, "nth": 2, "at": "enter"}, {**ACCEPT, "nth": 2}]
    answer = ask("order", SEEN, events=events)
    assert answer.outcome is Outcome.PASS
    assert "server enters its 2nd accept" in answer.observed


def test_calls_that_failed_are_entered_but_do_not_return() -> None:
    again = call("server", "accept4", 1, 2, result=-1, error="EAGAIN")
    seen = evidence(HANDSHAKE, calls=[[again, accepted(C, 10)]])
    assert ask("order", seen, events=[{**ACCEPT, "at": "enter"}, ACK, ACCEPT]).outcome is Outcome.PASS


def test_a_call_that_never_returned_fails_with_its_story() -> None:
    answer = ask(
        "order", evidence(HANDSHAKE, calls=[[call("server", "accept4", 5, local=ANY)]]), events=[ACK, ACCEPT]
    )
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == (
        "it never happened that server returns from its 1st accept; "
        "server was still running; blocked in accept4 on 0.0.0.0:8001, not returned"
    )


def test_a_call_that_was_never_entered_fails() -> None:
    assert ask("order", evidence(HANDSHAKE), events=[ACK, {**ACCEPT, "at": "enter"}]).outcome is Outcome.FAIL


def test_a_packet_that_never_came_fails_only_in_a_whole_capture() -> None:
    events = [ACK, {**ACK, "nth": 2, "port": 8001}]
    answer = ask("order", evidence(HANDSHAKE), events=events)
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "it never happened that client1 sends its 2nd . to server",
    )
    assert ask("order", evidence(HANDSHAKE, dropped=1), events=events).outcome is Outcome.INCONCLUSIVE


def test_packets_alone_are_judged_without_traced_calls_and_calls_are_not() -> None:
    seen = evidence(HANDSHAKE, calls_traced=False)
    syn = {**ACK, "packet": "S"}
    assert ask("order", seen, events=[syn, ACK]).outcome is Outcome.PASS
    assert ask("order", seen, events=[syn, ACCEPT]).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "events", [[ACK], [ACK, {"call": "accept"}], [ACK, {**ACK, "packet": "Z"}], [ACK, {}]]
)
def test_events_that_are_none_are_refused(events: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate({"events": events})

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from kit.checks.call import Params
from kit.evidence.model import LimitHit
from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import ANY, C, S, accepted, ask, call, connected, ended, evidence, missed, places

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence

SEND: dict[str, Any] = {"program": "client1", "call": "send"}
REUSE = "3<TCP:[37920]>, SOL_SOCKET, SO_REUSEADDR, [1], 4"
LINGER = "3<TCP:[37920]>, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8"


def sent(at_ms: float, **rest: Any) -> Call:
    return call("client1", "sendto", at_ms - 1, at_ms, local=C, remote=S, descriptor=3, **rest)


def seen(*calls: Call, **rest: Any) -> Evidence:
    return evidence(calls=[calls], **rest)


TWO = (sent(10, data=b"hello"), sent(20, result=-1, error="EPIPE"))


def test_a_call_of_the_family_that_was_made_once_is_enough() -> None:
    answer = ask("call", seen(*TWO), **SEND)
    assert (answer.outcome, answer.expected) == (Outcome.PASS, "client1 makes at least 1 send call")
    assert answer.observed == "2 of its 2 send calls"
    assert places(answer) == ["client1 call 1 at 0.010 s", "client1 call 2 at 0.020 s"]


def test_the_error_chooses_and_the_call_is_cited() -> None:
    answer = ask("call", seen(*TWO), **SEND, error="EPIPE", port=8001, count=1)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == "client1 makes 1 send call that ends with EPIPE on port 8001"
    assert places(answer) == ["client1 call 2 at 0.020 s"]


def test_without_the_error_it_fails_and_the_other_calls_are_cited() -> None:
    answer = ask("call", seen(*TWO, exits=(ended("client1"),)), **SEND, error="ECONNRESET")
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith("none of its 2 send calls; client1 ended with exit code 0")
    assert places(answer)[:2] == ["client1 call 1 at 0.010 s", "client1 call 2 at 0.020 s"]


def test_who_made_no_such_call_is_told_so() -> None:
    answer = ask("call", seen(), **SEND)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith("it made no send call; client1 was still running")


def test_two_names_of_an_error_are_one() -> None:
    again = seen(call("server", "recvfrom", 1, 2, result=-1, error="EAGAIN"))
    assert ask("call", again, program="server", call="recv", error="EWOULDBLOCK").outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("returns", "found"), [(5, 1), (0, 1), ({"min": 1}, 1), ({"max": 9}, 2), ({"min": 1, "max": 4}, 0)]
)
def test_a_result_is_a_number_or_a_range_and_no_error_has_one(returns: Any, found: int) -> None:
    calls = (
        call("server", "recvfrom", 1, 2, data=b"hello"),
        call("server", "read", 3, 4),
        call("server", "recvfrom", 5, 6, result=-1, error="EAGAIN"),
        call("server", "recvfrom", 7),
    )
    asked = {"program": "server", "call": "recv", "returns": returns}
    assert ask("call", seen(*calls), **asked, count=found).outcome is Outcome.PASS


def test_a_call_that_has_not_returned_counts_unless_its_end_is_asked_for() -> None:
    inside = seen(call("server", "accept4", 1, local=ANY))
    assert ask("call", inside, program="server", call="accept", port=8001).outcome is Outcome.PASS
    assert ask("call", inside, program="server", call="accept", returns={"min": 0}).outcome is Outcome.FAIL


def test_the_kernels_name_is_narrower_than_the_family() -> None:
    assert ask("call", seen(*TWO), **SEND | {"call": "write"}, count=0).outcome is Outcome.PASS
    assert ask("call", seen(*TWO), **SEND | {"call": "sendto"}, count=2).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("option", "value", "found"),
    [
        ("SO_REUSEADDR", None, 1),
        ("SO_REUSEADDR", "1", 1),
        ("SO_REUSEADDR", "0", 0),
        ("SO_LINGER", "l_linger=0", 1),
        ("SO_LINGER", "l_onoff=1, l_linger=0", 1),
        ("SO_LINGER", "l_onoff=0", 0),
        ("TCP_NODELAY", None, 0),
    ],
)
def test_an_option_is_found_by_its_name_and_value(option: str, value: str | None, found: int) -> None:
    calls = [
        call("server", "setsockopt", at, at + 1, descriptor=3, arguments=text)
        for at, text in ((1, REUSE), (3, LINGER))
    ]
    asked = {"program": "server", "call": "setsockopt", "option": option, "value": value}
    assert ask("call", seen(*calls), **asked, count=found).outcome is Outcome.PASS


def test_an_option_that_is_set_before_bind_is_on_the_port_that_the_socket_gets() -> None:
    calls = (
        call("server", "socket", 1, 2, result=3, descriptor=3),
        call("server", "setsockopt", 3, 4, descriptor=3, arguments=REUSE),
        call("server", "bind", 5, 6, descriptor=3, local=ANY),
        call("server", "close", 7, 8, descriptor=3, local=ANY),
        call("server", "socket", 9, 10, result=3, descriptor=3),
        call("server", "bind", 11, 12, descriptor=3, local=Endpoint("0.0.0.0", 9000)),
    )
    asked = {"program": "server", "call": "setsockopt", "option": "SO_REUSEADDR"}
    assert ask("call", seen(*calls), **asked, port=8001, count=1).outcome is Outcome.PASS
    assert ask("call", seen(*calls), **asked, port=9000, count=0).outcome is Outcome.PASS


def test_a_listeners_socket_is_not_on_the_ports_of_its_clients() -> None:
    calls = (
        call("server", "setsockopt", 1, 2, descriptor=3, arguments=REUSE),
        accepted(Endpoint(C.address, 40001), 10),
    )
    asked = {"program": "server", "call": "setsockopt", "port": 40001}
    assert ask("call", seen(*calls), **asked, count=0).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("arguments", "result", "outcome"),
    [
        ('3<TCP:[1]>, "hello"..., 9000, 0, NULL, 0', 5, Outcome.PASS),
        ('3<TCP:[1]>, "hello", 5, 0, NULL, 0', 5, Outcome.FAIL),
        ('3<TCP:[1]>, "hello"..., 9000, 0, NULL, 0', 0, Outcome.FAIL),
        ("3<TCP:[1]>, 0x7ffe, 9000, 0, NULL, 0", 5, Outcome.FAIL),
    ],
)
def test_a_short_send_took_a_part_of_its_bytes(arguments: str, result: int, outcome: Outcome) -> None:
    answer = ask("call", seen(sent(10, arguments=arguments, result=result)), **SEND, short=True)
    assert (answer.outcome, answer.expected) == (
        outcome,
        "client1 makes at least 1 send call that moves a part of its bytes",
    )


def test_a_send_without_room_is_an_error_and_not_short() -> None:
    refused = sent(10, arguments='3<TCP:[1]>, "hello", 5, 0, NULL, 0', result=-1, error="EAGAIN")
    assert ask("call", seen(refused), **SEND, short=True).outcome is Outcome.FAIL


def test_too_many_fail_whatever_else_may_be_missing() -> None:
    cut = seen(*TWO, limits_hit=(LimitHit("client1", "trace_bytes", "at most 9 bytes of traced calls"),))
    assert ask("call", cut, **SEND, max=1).outcome is Outcome.FAIL
    assert ask("call", cut, **SEND, min=2).outcome is Outcome.PASS


@pytest.mark.parametrize("asked", [{"error": "ECONNRESET", "count": 0}, {"min": 3}, {"count": 2}])
def test_what_a_cut_record_lacks_is_inconclusive(asked: dict[str, Any]) -> None:
    cut = seen(*TWO, limits_hit=(LimitHit("client1", "trace_bytes", "at most 9 bytes of traced calls"),))
    answer = ask("call", cut, **SEND, **asked)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert answer.observed.startswith("the record of client1's calls ends early (at most 9 bytes")


def test_another_programs_cut_record_does_not_matter() -> None:
    cut = seen(
        *TWO, limits_hit=(LimitHit("server", "trace_bytes", ""), LimitHit("client1", "output_bytes", ""))
    )
    assert ask("call", cut, **SEND, count=2).outcome is Outcome.PASS


def test_without_traced_calls_it_is_inconclusive() -> None:
    assert ask("call", seen(calls_traced=False), **SEND, count=0).outcome is Outcome.INCONCLUSIVE


def test_a_program_that_was_never_reached_is_skipped() -> None:
    assert ask("call", seen(steps=missed()), **SEND, count=0).outcome is Outcome.SKIPPED


def test_the_port_may_be_on_either_end() -> None:
    calls = seen(connected("client1", C, 5))
    asked = {"program": "client1", "call": "connect"}
    assert ask("call", calls, **asked, port=8001).outcome is Outcome.PASS
    assert ask("call", calls, **asked, port=40001).outcome is Outcome.PASS
    assert ask("call", calls, **asked, port=9).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"error": "EPIPPE"}, "'EPIPPE' is no error of errno"),
        ({"error": "EPIPE", "returns": 0}, "not both"),
        ({"option": "SO_REUSEADDR"}, "`option` goes with setsockopt or getsockopt, not with send"),
        ({"error": "EAGAIN", "short": True}, "`short` goes with a call that sends or receives"),
        ({"call": "accept", "short": True}, "`short` goes with a call that sends or receives"),
        ({"value": "1"}, "`value` goes with `option`"),
        ({"count": 1, "min": 1}, "give `count`, or `min`"),
        ({"returns": {"min": 2, "max": 1}}, "above"),
        ({"call": "snd"}, "'send'"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Params.model_validate(SEND | given)

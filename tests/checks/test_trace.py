from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from kit.checks import _trace_match
from kit.checks.trace import Params
from kit.evidence.store import load
from kit.verdict import Outcome
from tests.checks.scene import (
    ANY,
    CLOSE,
    HANDSHAKE,
    LOCAL,
    ONE_HOST,
    C,
    D,
    S,
    accepted,
    ask,
    call,
    connected,
    ended,
    evidence,
    missed,
    places,
)

if TYPE_CHECKING:
    from kit.verdict import Answer

STORED = Path(__file__).parent.parent / "evidence" / "stored"  # a run of each exercise that is named
BETWEEN = {"c": "client1", "s": "server"}
OPEN = ["c > s S", "s > c S.", "c > s ."]
DATA = HANDSHAKE + "c > s P. 1:10(9) ack 1\ns > c . 1 ack 10\n"


def traced(seen: Any, *lines: str, between: Any = BETWEEN, **more: Any) -> Answer:
    return ask("trace", seen, between=between, lines=lines, **more)


def received(at_ms: float, data: bytes, enter_ms: float | None = None) -> Any:
    enter = at_ms - 0.1 if enter_ms is None else enter_ms
    return call("server", "recvfrom", enter, at_ms, data=data, local=S, remote=C)


# The order of packets -------------------------------------------------------------------------------------


def test_lines_that_are_all_that_came_pass_and_cite_each_at_its_sender() -> None:
    answer = traced(evidence(DATA), *OPEN, "c > s P. 1:10(9)", "s > c . ack 10")
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "each came")
    assert answer.expected == "5 lines of the trace, in order and nothing else"
    assert places(answer)[:2] == ["client1 packet 1 at 0.001 s", "server packet 2 at 0.002 s"]


def test_the_first_line_that_did_not_fit_is_shown_beside_what_came() -> None:
    answer = traced(evidence(DATA), *OPEN, "c > s P. 1:6(5)", "...")
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "line 4 of the trace: c > s P. 1:6(5)"
    assert answer.observed == "c > s P. 1:10(9) ack 1, then s > c . ack 10"
    assert places(answer)[0] == "client1 packet 4 at 0.004 s"


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("c > s P.", True),
        ("c > s .", False),
        ("s > c P.", False),
        ("c > s P. 1:10(9)", True),
        ("c > s P. 2:11(9)", False),
        ("c > s P. 1:10(9) ack 1", True),
        ("c > s P. ack 2", False),
        ("c > s udp", False),
    ],
)
def test_a_line_holds_what_it_says_to_the_packet_and_nothing_else(line: str, fits: bool) -> None:
    assert (traced(evidence(DATA), *OPEN, line, "...").outcome is Outcome.PASS) == fits


def test_more_than_the_lines_fails_and_names_what_there_was_too_much() -> None:
    answer = traced(evidence(DATA), *OPEN)
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "nothing but the 3 lines of the trace"
    assert answer.observed == "also c > s P. 1:10(9) ack 1, then s > c . ack 10"


def test_less_than_the_lines_fails_and_says_that_nothing_came() -> None:
    answer = traced(evidence(HANDSHAKE), *OPEN, "c > s P.")
    assert (answer.expected, answer.observed) == ("line 4 of the trace: c > s P.", "nothing more")


def test_what_is_behind_what_is_shown_is_counted() -> None:
    answer = traced(evidence(DATA + CLOSE), *OPEN, "c > s R")
    assert answer.observed.endswith(", and 2 others")


@pytest.mark.parametrize(
    ("lines", "fits"),
    [
        (["..."], True),
        (["c > s S", "...", "s > c F.", "..."], True),
        (["...", *OPEN, "...", "c > s P.", "..."], True),
        (["...", "...", "s > c ."], True),
        (["...", "c > s ."], False),
        (["...", "s > c F.", "c > s F.", "s > c ."], True),
        (["...", "s > c F.", "s > c ."], False),
    ],
)
def test_dots_allow_anything_or_nothing(lines: list[str], fits: bool) -> None:
    assert (traced(evidence(DATA + CLOSE), *lines).outcome is Outcome.PASS) == fits


def test_a_line_behind_dots_takes_the_packet_that_lets_the_rest_fit() -> None:
    repeated = HANDSHAKE + "c > s . 1 ack 1\nc > s . 1 ack 1\ns > c F. 1 ack 1\n"
    assert traced(evidence(repeated), "...", "c > s .", "s > c F.").outcome is Outcome.PASS
    assert traced(evidence(repeated), "...", "s > c S.", "s > c F.").outcome is Outcome.FAIL


def test_a_packet_counts_where_it_was_sent_even_if_it_was_lost() -> None:
    seen = evidence({"client1": HANDSHAKE + "c > s P. 1:10(9) ack 1", "server": HANDSHAKE, "client2": ""})
    assert traced(seen, *OPEN, "c > s P.").outcome is Outcome.PASS


# Modes ----------------------------------------------------------------------------------------------------


def test_a_subsequence_allows_others_between_but_keeps_the_order() -> None:
    seen = evidence(DATA + CLOSE)
    assert traced(seen, "c > s S", "c > s P.", "s > c F.", mode="subsequence").outcome is Outcome.PASS
    answer = traced(seen, "c > s S", "s > c F.", "c > s P.", mode="subsequence")
    assert (answer.outcome, answer.expected) == (Outcome.FAIL, "line 3 of the trace: c > s P.")
    assert answer.observed == "c > s F. ack 2, then s > c . ack 2"


def test_unordered_lines_take_each_a_packet_of_its_own() -> None:
    seen = evidence(HANDSHAKE)
    assert traced(seen, *OPEN[::-1], mode="unordered").outcome is Outcome.PASS
    assert traced(seen, "c > s .", "...", mode="unordered").outcome is Outcome.PASS
    answer = traced(seen, "c > s .", "c > s .", "...", mode="unordered")
    assert (answer.outcome, answer.expected) == (Outcome.FAIL, "line 2 of the trace: c > s .")
    answer = traced(seen, "c > s .", mode="unordered")
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "also c > s S, then s > c S. ack 1")


def test_unordered_lines_of_which_one_says_less_leave_each_other_what_fits() -> None:
    seen = evidence(HANDSHAKE + "c > s . 1 ack 2\n")
    lines = ["c > s .", "c > s . ack 1", "c > s S", "s > c S."]
    assert traced(seen, *lines, mode="unordered").outcome is Outcome.PASS
    assert traced(seen, *lines[::-1], mode="unordered").outcome is Outcome.PASS


# Calls ----------------------------------------------------------------------------------------------------


def test_calls_stand_between_packets_and_only_those_that_a_line_names_are_looked_at() -> None:
    calls = [call("server", "listen", 0, 0.1, local=ANY), accepted(C, 3.5), received(4.5, b"x" * 9)]
    seen = evidence(DATA, calls=[calls, [connected("client1", C, 2.5)]])
    lines = [*OPEN, "server accept() = ok", "c > s P. 1:10(9)", "server recv() = 9", "s > c ."]
    answer = traced(seen, *lines)
    assert answer.outcome is Outcome.PASS
    assert places(answer)[3] == "server call 3 at 0.004 s"
    answer = traced(seen, *lines[:3], "server recv() = 9", "...")
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "line 4 of the trace: server recv() = 9"
    assert answer.observed == "c > s P. 1:10(9) ack 1, then server recv() = 9, then s > c . ack 10"
    answer = traced(seen, *lines[:3], "server recv() = 8", "...")
    assert answer.observed.endswith(
        '; server was still running; its last call: recvfrom from 198.18.0.3:40001 = 9 "xxxxxxxxx"'
    )


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("server accept() = ok", True),
        ("server accept4() = 4", True),
        ("server accept() = 5", False),
        ("server accept() = EAGAIN", False),
        ("client1 accept() = ok", False),
    ],
)
def test_a_return_is_held_to_what_the_line_says(line: str, fits: bool) -> None:
    answer = traced(evidence(HANDSHAKE, calls=[[accepted(C, 10)]]), *OPEN, line)
    assert (answer.outcome is Outcome.PASS) == fits


def test_an_error_is_a_result_and_a_number_is_not() -> None:
    refused = call("client1", "connect", 0.5, 3, result=-1, error="ECONNREFUSED", peer=S, remote=S, local=C)
    seen = evidence("c > s S 0\ns > c R. 0 ack 1", calls=[[refused]])
    lines = ["c > s S", "s > c R."]
    assert traced(seen, *lines, "client1 connect() = ECONNREFUSED").outcome is Outcome.PASS
    assert traced(seen, *lines, "client1 connect() = ok").outcome is Outcome.FAIL
    answer = traced(seen, *lines, "client1 connect() = 0")
    assert answer.observed.startswith("client1 connect() = ECONNREFUSED")


def test_an_entry_is_a_line_without_a_result_and_stands_where_it_was_entered() -> None:
    seen = evidence(HANDSHAKE, calls=[[call("server", "accept4", 2.5, local=ANY)]])
    assert traced(seen, *OPEN[:2], "server accept()", OPEN[2]).outcome is Outcome.PASS
    assert traced(seen, "server accept()", *OPEN).outcome is Outcome.FAIL
    answer = traced(seen, *OPEN, "server accept() = ok")
    assert answer.outcome is Outcome.FAIL
    assert "blocked in accept4" in answer.observed


def test_a_return_may_stand_on_either_side_of_what_its_kernel_sent_meanwhile() -> None:
    """The kernel sends the third segment while connect is about to return: no clock orders the two."""
    for at_ms in (2.5, 3.5):
        seen = evidence(HANDSHAKE, calls=[[connected("client1", C, at_ms)]])
        for lines in ([*OPEN, "client1 connect() = ok"], [*OPEN[:2], "client1 connect() = ok", OPEN[2]]):
            assert traced(seen, *lines).outcome is Outcome.PASS


def test_a_return_stands_behind_the_arrival_that_woke_it_however_early_it_was_entered() -> None:
    calls = [
        call("server", "accept4", 0.1, 3.2, result=4, local=S, remote=C, peer=C),
        received(4.2, b"x" * 9, enter_ms=3.3),
    ]
    connect = call("client1", "connect", 0.2, 2.5, local=C, remote=S, peer=S)
    seen = evidence(DATA, calls=[calls, [connect]])
    lines = [*OPEN, "c > s P.", "s > c ."]
    for line, behind in (("client1 connect() = 0", 2), ("server accept() = ok", 3), ("server recv() = 9", 4)):
        for at in range(len(lines)):
            answer = traced(seen, *lines[:at], line, *lines[at:], "...")
            assert answer.outcome is Outcome.FAIL or at >= behind, (line, at)
        assert traced(seen, *lines[:behind], line, *lines[behind:]).outcome is Outcome.PASS


def test_a_return_stands_before_the_next_entry_of_its_thread() -> None:
    calls = [accepted(C, 3.2), received(3.7, b"x")]
    seen = evidence(HANDSHAKE + "5 c > s F. 1 ack 1", calls=[calls])
    lines = [*OPEN, "server recv() = ok", "server accept() = ok", "..."]
    assert traced(seen, *lines).outcome is Outcome.FAIL
    late = [accepted(C, 3.2), call("server", "close", 3.6, 3.7)]
    seen = evidence(HANDSHAKE + "c > s F. 1 ack 1", calls=[late])
    assert traced(seen, *OPEN, "c > s F.", "server accept() = ok").outcome is Outcome.FAIL


def test_calls_on_other_connections_are_no_part_of_it() -> None:
    seen = evidence(HANDSHAKE + "d > s S 0\n", calls=[[accepted(D, 3.5), accepted(C, 4.5)]])
    assert traced(seen, *OPEN, "server accept() = ok", port=8001).outcome is Outcome.PASS
    assert traced(seen, *OPEN, "server accept() = ok", port=9).outcome is Outcome.FAIL


# Places ---------------------------------------------------------------------------------------------------


def test_a_listed_place_is_meant_by_its_beginning() -> None:
    seen = evidence(HANDSHAKE)
    lines = ["c > s S", "server > client1 S.", "cl > se ."]
    assert traced(seen, *lines, between=["client1", "server"]).outcome is Outcome.PASS


def test_three_places_make_one_trace() -> None:
    seen = evidence(HANDSHAKE + "d > s S 0\ns > d S. 0 ack 1\n")
    lines = [*OPEN, "d > s S", "s > d S."]
    assert traced(seen, *lines, between={**BETWEEN, "d": "client2"}).outcome is Outcome.PASS


def test_two_programs_on_one_host_are_told_apart_by_their_calls() -> None:
    calls = [
        [call("server", "accept4", 1, 4, result=4, local=LOCAL["s"], remote=LOCAL["c"], peer=LOCAL["c"])],
        [call("client1", "connect", 0.5, 3, local=LOCAL["c"], remote=LOCAL["s"], peer=LOCAL["s"])],
    ]
    seen = evidence({"server": HANDSHAKE}, places=LOCAL, programs=ONE_HOST, calls=calls)
    assert traced(seen, *OPEN).outcome is Outcome.PASS
    assert traced(seen, *OPEN, between={"s": "client1", "c": "server"}).outcome is Outcome.FAIL


def test_datagrams_are_lines_of_their_own_protocol() -> None:
    seen = evidence(HANDSHAKE + 'c > s udp "four"\ns > c udp "x"\n')
    assert traced(seen, "c > s udp (4)", "s > c udp").outcome is Outcome.PASS
    answer = traced(seen, "c > s udp (5)", "...")
    assert answer.observed == "c > s udp (4), then s > c udp (1)"


# What cannot be answered ------------------------------------------------------------------------------------


def test_what_is_missing_is_concluded_only_from_whole_captures() -> None:
    lossy = evidence(HANDSHAKE, dropped=1)
    assert traced(lossy, *OPEN).outcome is Outcome.INCONCLUSIVE
    assert traced(lossy, "c > s R").outcome is Outcome.INCONCLUSIVE
    assert traced(lossy, *OPEN, mode="subsequence").outcome is Outcome.PASS
    assert traced(lossy, *OPEN, "...", mode="unordered").outcome is Outcome.PASS
    assert traced(lossy, *OPEN, mode="unordered").outcome is Outcome.INCONCLUSIVE


def test_calls_that_were_not_traced_are_inconclusive_and_packets_alone_are_not() -> None:
    seen = evidence(HANDSHAKE, calls_traced=False)
    assert traced(seen, *OPEN, "server accept() = ok").outcome is Outcome.INCONCLUSIVE
    assert traced(seen, *OPEN).outcome is Outcome.PASS


def test_a_run_that_ended_before_a_place_did_anything_is_skipped() -> None:
    seen = evidence("", steps=missed("server"), exits=(ended("server"),))
    assert traced(seen, *OPEN).outcome is Outcome.SKIPPED


def test_lines_with_more_orders_than_can_be_looked_at_are_inconclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_trace_match, "STATES_MAX", 3)
    assert traced(evidence(DATA), "...", "c > s R").outcome is Outcome.INCONCLUSIVE


def test_a_failure_in_a_long_capture_is_found_in_its_length() -> None:
    many = "".join(f"c > s P. {n}:{n + 1}(1) ack 1\ns > c . 1 ack {n + 1}\n" for n in range(1, 2001))
    closes = [call("server", "close", 1, 2), call("server", "close", 3, 4)]
    seen = evidence(HANDSHAKE + many, calls=[closes])
    lines = ["...", "c > s P.", "...", "server close() = ok", "...", "c > s R"]
    assert traced(seen, *lines).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"lines": ["c > s X"]}, "column 7: expected flags such as `S.` or `udp`, found 'X'"),
        ({"lines": ["c > s P. 1:10(8)"]}, "column 10: 1:10 are 9 bytes, not 8"),
        ({"lines": ["server accept() = bad"]}, "column 19: expected a number or `ok` or an error such as"),
        ({"lines": ["c > s S", "c > x S."]}, "line 2, column 5: 'x' means none of c, s"),
        (
            {"between": ["client1", "client2", "server"], "lines": ["c > s S"]},
            "line 1, column 1: 'c' means client1 and client2",
        ),
        ({"lines": ["c > s S", "..."], "mode": "subsequence"}, "line 2: in a subsequence anything may come"),
        ({"lines": []}, "at least 1"),
        ({"between": ["client1"]}, "at least 2"),
        ({"mode": "any"}, "exact"),
    ],
)
def test_a_trace_that_is_none_is_refused(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=r".") as raised:
        Params.model_validate({"between": BETWEEN, "lines": OPEN} | change)
    assert fault in str(raised.value)


def test_a_stored_run_is_traced_with_its_calls() -> None:
    seen = load(STORED / "tcp-vs-udp")
    lines = [
        "s > r S",
        "r > s S.",
        "sender connect() = ok",
        "s > r .",
        "tcp-receiver accept() = ok",
        "tcp-receiver recv() = 18",
        "s > r F.",
        "tcp-receiver recv() = 0",
    ]
    answer = traced(seen, *lines, between=["sender", "receiver"], mode="subsequence")
    assert answer.outcome is Outcome.PASS

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.verdict import Outcome
from tests.checks.scene import C, D, S, ask, call, evidence, missed, places

if TYPE_CHECKING:
    from kit.evidence.model import Call


def recv(data: bytes, at_ms: float, **rest: Any) -> Call:
    values: dict[str, Any] = {"local": S, "remote": C, "data": data} | rest
    return call("server", "recvfrom", at_ms - 1, at_ms, **values)


MERGED = [recv(b"ab", 10), recv(b"", 20)]
ASKED: dict[str, Any] = {"program": "server", "from": "client1"}


def test_a_merged_receive_passes_where_it_was_asked_for() -> None:
    answer = ask("received", evidence(calls=[MERGED]), **ASKED, calls=["ab"], ends=True)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == 'server receives "ab", then the end'
    assert answer.observed == '1 receive: "ab", then the end'
    assert places(answer) == ["server call 1 at 0.010 s", "server call 2 at 0.020 s"]


def test_a_merged_receive_fails_where_two_were_asked_for() -> None:
    answer = ask("received", evidence(calls=[MERGED]), **ASKED, calls=["a", "b"])
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith('1 receive: "ab"; server was still running')


def test_more_receives_than_asked_fail() -> None:
    answer = ask("received", evidence(calls=[[recv(b"a", 10), recv(b"b", 20)]]), **ASKED, calls=["ab"])
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, '2 receives: "a", then "b"')


def test_other_bytes_fail() -> None:
    answer = ask("received", evidence(calls=[[recv(b"ax", 10)]]), **ASKED, calls=["ab"])
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, '1 receive: "ax"')


def test_a_program_that_received_nothing_fails_with_its_story() -> None:
    answer = ask("received", evidence(), **ASKED, calls=["ab"])
    assert answer.observed == "it received nothing; server was still running; it made no call on a socket"


def test_an_end_that_was_never_received_fails() -> None:
    answer = ask("received", evidence(calls=[[recv(b"ab", 10)]]), **ASKED, calls=["ab"], ends=True)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith('1 receive: "ab", and never the end; ')


def test_a_look_with_msg_peek_takes_nothing() -> None:
    peek = recv(b"ab", 5, arguments='4, "ab", 2, MSG_PEEK, NULL, NULL')
    assert ask("received", evidence(calls=[[peek, *MERGED]]), **ASKED, calls=["ab"]).outcome is Outcome.PASS


def test_receives_from_others_and_on_other_ports_are_left_out() -> None:
    other = recv(b"zz", 5, remote=D)
    seen = evidence(calls=[[other, *MERGED]])
    assert ask("received", seen, **ASKED, calls=["ab"], port=8001).outcome is Outcome.PASS
    assert ask("received", seen, program="server", calls=["zz", "ab"]).outcome is Outcome.PASS
    assert ask("received", seen, **ASKED, calls=[], port=9).outcome is Outcome.PASS


def test_a_receive_from_an_unknown_end_is_nobodys() -> None:
    nameless = recv(b"ab", 10, remote=None, local=None)
    assert ask("received", evidence(calls=[[nameless]]), **ASKED, calls=[]).outcome is Outcome.PASS


def test_a_datagram_counts_though_recv_does_not_say_from_whom() -> None:
    calls = [recv(b"ab", 10, protocol="udp", remote=None)]
    assert ask("received", evidence(calls=[calls]), **ASKED, calls=["ab"]).outcome is Outcome.PASS


def test_data_that_the_trace_cut_is_judged_by_its_beginning_and_its_length() -> None:
    long = recv(b"ab", 10, result=4, data_complete=False)
    answer = ask("received", evidence(calls=[[long]]), **ASKED, calls=["abcd"])
    assert (answer.outcome, answer.observed) == (Outcome.PASS, '1 receive: "ab" (4 bytes)')
    assert ask("received", evidence(calls=[[long]]), **ASKED, calls=["abc"]).outcome is Outcome.FAIL
    assert ask("received", evidence(calls=[[long]]), **ASKED, calls=["axcd"]).outcome is Outcome.FAIL


def test_data_of_which_the_trace_shows_nothing_is_inconclusive() -> None:
    unseen = recv(b"", 10, result=4, data_complete=False)
    answer = ask("received", evidence(calls=[[unseen]]), **ASKED, calls=["abcd"])
    assert answer.outcome is Outcome.INCONCLUSIVE


def test_a_batch_of_messages_counts_its_bytes_not_its_messages() -> None:
    batch = call("server", "recvmmsg", 9, 10, local=S, remote=C, data=b"ab", result=1)
    assert ask("received", evidence(calls=[[batch]]), **ASKED, calls=["ab"]).outcome is Outcome.PASS


def test_without_traced_calls_it_is_inconclusive() -> None:
    assert ask("received", evidence(calls_traced=False), **ASKED, calls=[]).outcome is Outcome.INCONCLUSIVE


def test_a_program_that_was_never_started_is_skipped() -> None:
    assert ask("received", evidence(steps=missed()), **ASKED, calls=["a"]).outcome is Outcome.SKIPPED

from __future__ import annotations

from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import (
    LOCAL,
    ONE_HOST,
    C,
    D,
    S,
    accepted,
    ask,
    call,
    connected,
    evidence,
    missed,
    places,
)

ASKED = {"program": "server", "order": ["client1", "client2"]}


def test_the_order_that_was_asked_passes_and_cites_the_calls() -> None:
    answer = ask("accept_order", evidence(calls=[[accepted(C, 10), accepted(D, 20)]]), **ASKED)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == "server accepts client1, then client2"
    assert answer.observed == "client1, then client2"
    assert places(answer) == ["server call 1 at 0.010 s", "server call 2 at 0.020 s"]


def test_the_newest_first_fails() -> None:
    answer = ask("accept_order", evidence(calls=[[accepted(D, 10), accepted(C, 20)]]), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "client2, then client1")


def test_a_third_connection_fails() -> None:
    seen = evidence(calls=[[accepted(C, 10), accepted(D, 20), accepted(C, 30)]])
    answer = ask("accept_order", seen, **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "client1, then client2, then client1")


def test_a_server_that_accepts_once_fails_and_its_last_call_is_told() -> None:
    seen = evidence(calls=[[accepted(C, 10), call("server", "recvfrom", 11, local=S, remote=C)]])
    answer = ask("accept_order", seen, **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == (
        "client1; server was still running; blocked in recvfrom from 198.18.0.3:40001, not returned"
    )


def test_a_server_that_never_accepts_fails() -> None:
    answer = ask("accept_order", evidence(), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith("server accepted no connection; ")


def test_an_accept_that_failed_or_never_returned_accepted_nobody() -> None:
    again = call("server", "accept4", 1, 2, result=-1, error="EAGAIN")
    seen = evidence(calls=[[again, accepted(C, 10), accepted(D, 20), call("server", "accept4", 30)]])
    assert ask("accept_order", seen, **ASKED).outcome is Outcome.PASS


def test_a_peer_that_is_nobodys_is_said_by_its_address() -> None:
    stranger = Endpoint("198.18.0.9", 5)
    answer = ask("accept_order", evidence(calls=[[accepted(stranger, 10), accepted(D, 20)]]), **ASKED)
    assert answer.observed == "198.18.0.9:5, then client2"


def test_an_accept_without_an_address_is_an_unknown_peer() -> None:
    nameless = call("server", "accept", 9, 10, result=4)
    answer = ask("accept_order", evidence(calls=[[nameless, accepted(D, 20)]]), **ASKED)
    assert answer.observed == "an unknown peer, then client2"


def test_programs_on_one_host_are_told_apart_by_their_own_calls() -> None:
    one, two = LOCAL["c"], Endpoint("127.0.0.1", 40009)
    calls = [
        [connected("client1", two, 5, LOCAL["s"]), connected("client2", one, 6, LOCAL["s"])],
        [accepted(two, 10), accepted(one, 20)],
    ]
    assert ask("accept_order", evidence(calls=calls, programs=ONE_HOST), **ASKED).outcome is Outcome.PASS


def test_an_unclaimed_end_on_a_host_with_two_clients_is_said_by_its_address() -> None:
    answer = ask("accept_order", evidence(calls=[[accepted(LOCAL["c"], 10)]], programs=ONE_HOST), **ASKED)
    assert answer.observed.startswith("127.0.0.1:40001; ")


def test_a_mapped_address_of_a_dual_stack_server_is_the_same_client() -> None:
    mapped = [Endpoint(f"::ffff:{end.address}", end.port) for end in (C, D)]
    seen = evidence(calls=[[accepted(mapped[0], 10), accepted(mapped[1], 20)]])
    assert ask("accept_order", seen, **ASKED).outcome is Outcome.PASS


def test_without_traced_calls_it_is_inconclusive_and_says_what_to_do() -> None:
    answer = ask("accept_order", evidence(calls_traced=False), **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert "calls were not traced: no strace" in answer.observed
    assert "install strace" in answer.observed


def test_a_server_that_was_never_started_skips() -> None:
    assert ask("accept_order", evidence(steps=missed()), **ASKED).outcome is Outcome.SKIPPED

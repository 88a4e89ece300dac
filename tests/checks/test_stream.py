from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import (
    HANDSHAKE,
    LOCAL,
    ONE_HOST,
    C,
    S,
    ask,
    call,
    connected,
    evidence,
    missed,
    places,
)

if TYPE_CHECKING:
    from kit.evidence.model import Call

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
DATA = (
    HANDSHAKE
    + """
    c > s P. 1 ack 1 "ab"
    s > c . 1 ack 3
    c > s P. 3 ack 1 "cd"
"""
)


def send(data: bytes, at_ms: float, **rest: Any) -> Call:
    values: dict[str, Any] = {"local": C, "remote": S, "data": data} | rest
    return call("client1", "sendto", at_ms - 0.5, at_ms, **values)


def recv(data: bytes, at_ms: float, **rest: Any) -> Call:
    values: dict[str, Any] = {"local": S, "remote": C, "data": data} | rest
    return call("server", "recvfrom", at_ms - 0.5, at_ms, **values)


SENT = [send(b"ab", 4), send(b"cd", 6)]
ALL = evidence(DATA, calls=[SENT, [recv(b"abcd", 9)]])


def test_bytes_sent_on_the_wire_and_received_alike_pass_wherever_they_were_cut() -> None:
    answer = ask("stream", ALL, **ASKED, equals="abcd", port=8001)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == 'server receives "abcd" from client1, in order'
    assert answer.observed == 'client1 sent 4 bytes, 4 were on the wire: "abcd"; server received 4'
    assert places(answer) == [
        "client1 call 1 at 0.004 s",
        "client1 call 2 at 0.006 s",
        "server call 3 at 0.009 s",
    ]
    assert ask("stream", ALL, **ASKED).outcome is Outcome.PASS


def test_another_text_fails_and_shows_it() -> None:
    answer = ask("stream", ALL, **ASKED, equals="abcx")
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, 'client1 sent "abcd"')


def test_a_direction_in_which_nothing_went_fails() -> None:
    answer = ask("stream", ALL, **{"from": "server", "to": "client1"}, equals="hi")
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "server sent nothing")


def test_silence_is_no_stream() -> None:
    answer = ask("stream", ALL, **{"from": "server", "to": "client1"})
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "server sent nothing")


def test_a_receiver_that_stops_early_fails_with_its_story() -> None:
    answer = ask("stream", evidence(DATA, calls=[SENT, [recv(b"ab", 9)]]), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith(
        'client1 sent 4 bytes, 4 were on the wire: "abcd"; server received 2; server was still running'
    )


def test_bytes_that_never_left_the_host_fail() -> None:
    seen = evidence(DATA, calls=[[*SENT, send(b"ef", 8)], [recv(b"abcd", 9)]])
    answer = ask("stream", seen, **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith("client1 sent 6 bytes, 4 were on the wire")


def test_other_bytes_received_than_sent_fail() -> None:
    assert ask("stream", evidence(DATA, calls=[SENT, [recv(b"abcx", 9)]]), **ASKED).outcome is Outcome.FAIL


def test_a_gap_in_the_capture_is_inconclusive() -> None:
    gap = DATA.replace('c > s P. 1 ack 1 "ab"', "s > c . 1 ack 1")
    answer = ask("stream", evidence(gap, calls=[SENT, [recv(b"abcd", 9)]]), **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert answer.observed == "the capture at client1 misses a part of the stream"


def test_calls_whose_data_the_trace_does_not_show_are_inconclusive() -> None:
    unseen = recv(b"", 9, result=4, data_complete=False)
    assert ask("stream", evidence(DATA, calls=[SENT, [unseen]]), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_no_connection_fails_where_the_capture_is_whole() -> None:
    answer = ask("stream", evidence(), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith("no connection between client1 and server; client1 was still running")
    assert ask("stream", evidence(dropped=1), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_two_clients_on_one_host_are_told_apart_by_their_calls() -> None:
    other = Endpoint("127.0.0.1", 40009)
    lines = DATA.replace("c > s", "o > s").replace("s > c", "s > o")
    seen = evidence(
        {"server": lines + DATA.replace('"ab"', '"xy"')},
        places=LOCAL | {"o": other},
        isn={"s": 5_000_000, "c": 1_000_000, "o": 2_000_000},
        programs=ONE_HOST,
        calls=[
            [connected("client2", LOCAL["c"], 1, LOCAL["s"])],
            [send(b"ab", 4, local=other, remote=LOCAL["s"]), send(b"cd", 6, local=other, remote=LOCAL["s"])],
            [recv(b"abcd", 9, local=LOCAL["s"], remote=other)],
        ],
    )
    assert ask("stream", seen, **ASKED, equals="abcd").outcome is Outcome.PASS


def test_without_traced_calls_it_is_inconclusive_and_an_unstarted_sender_skips() -> None:
    assert ask("stream", evidence(DATA, calls_traced=False), **ASKED).outcome is Outcome.INCONCLUSIVE
    assert ask("stream", evidence(steps=missed()), **ASKED).outcome is Outcome.SKIPPED

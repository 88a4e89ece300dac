from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import ANY, C, D, S, ask, call, evidence, missed, places

if TYPE_CHECKING:
    from kit.evidence.model import Call

ASKED: dict[str, Any] = {"from": "client1", "to": "server", "port": 8001}
WIRE = """
    c > s udp "ab"
    c > s udp ""
    c > s udp "cdef"
    d > s udp "zz"
    s > c udp "back"
"""


def send(data: bytes, at_ms: float, **rest: Any) -> Call:
    values: dict[str, Any] = {
        "local": Endpoint("0.0.0.0", C.port),
        "peer": S,
        "data": data,
        "protocol": "udp",
    } | rest
    return call("client1", "sendto", at_ms - 0.5, at_ms, **values)


def recv(data: bytes, at_ms: float, **rest: Any) -> Call:
    values: dict[str, Any] = {"local": ANY, "peer": C, "data": data, "protocol": "udp"} | rest
    return call("server", "recvfrom", at_ms - 0.5, at_ms, **values)


SENT = [send(b"ab", 1), send(b"", 2), send(b"cdef", 3)]
RECEIVED = [recv(b"ab", 10), recv(b"", 11), recv(b"cdef", 12), recv(b"zz", 13, peer=D)]


def test_one_send_one_datagram_one_receive_passes() -> None:
    answer = ask("datagrams", evidence(WIRE, calls=[SENT, RECEIVED]), **ASKED)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == (
        "each datagram from client1 to server, port 8001, is one send and one receive; 0 cut; 0 lost"
    )
    assert answer.observed == (
        '3 sends: "ab", then "", then "cdef"; 3 datagrams on the wire; '
        '3 receives: "ab", then "", then "cdef"; 0 cut, 0 lost'
    )
    assert places(answer)[2:5] == [
        "client1 call 3 at 0.003 s",
        "client1 packet 1 at 0.001 s",
        "client1 packet 2 at 0.002 s",
    ]
    assert answer.cites[3].text == "udp 198.18.0.3:40001 > 198.18.0.2:8001, 2 bytes"
    assert len(answer.cites) == 9


def test_the_texts_that_were_asked_pass_and_others_fail() -> None:
    seen = evidence(WIRE, calls=[SENT, RECEIVED])
    texts = ["ab", "", "cdef"]
    assert ask("datagrams", seen, **ASKED, sent=texts, received=texts).outcome is Outcome.PASS
    assert ask("datagrams", seen, **ASKED, sent=["ab"]).outcome is Outcome.FAIL
    assert ask("datagrams", seen, **ASKED, received=["abcdef"]).outcome is Outcome.FAIL


def test_a_receive_that_cut_its_datagram_is_counted() -> None:
    seen = evidence(WIRE, calls=[SENT, [recv(b"ab", 10), recv(b"", 11), recv(b"cd", 12)]])
    assert ask("datagrams", seen, **ASKED, truncated=1).outcome is Outcome.PASS
    assert ask("datagrams", seen, **ASKED, received=["ab", "", "cd"]).outcome is Outcome.PASS
    answer = ask("datagrams", seen, **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.endswith("1 cut, 0 lost")


def test_a_datagram_that_no_receive_returned_is_lost() -> None:
    seen = evidence(WIRE, calls=[SENT, [recv(b"ab", 10), recv(b"", 11)]])
    assert ask("datagrams", seen, **ASKED, lost=1).outcome is Outcome.PASS
    assert ask("datagrams", seen, **ASKED, received=["ab", ""]).outcome is Outcome.PASS
    assert ask("datagrams", seen, **ASKED, received=["ab", ""], lost=0).outcome is Outcome.FAIL
    assert ask("datagrams", seen, **ASKED).outcome is Outcome.FAIL


def test_a_receive_of_no_datagram_that_left_fails() -> None:
    seen = evidence(WIRE, calls=[SENT, [*RECEIVED, recv(b"made up", 14)]])
    assert ask("datagrams", seen, **ASKED).outcome is Outcome.FAIL


def test_recv_without_an_address_counts_and_a_look_with_msg_peek_does_not() -> None:
    peek = recv(b"ab", 9, arguments="MSG_PEEK")
    received = [peek, recv(b"ab", 10, peer=None), recv(b"", 11, peer=None), recv(b"cdef", 12, peer=None)]
    assert ask("datagrams", evidence(WIRE, calls=[SENT, received]), **ASKED).outcome is Outcome.PASS


def test_sends_to_other_ports_and_hosts_and_over_tcp_are_left_out() -> None:
    others = [
        send(b"q", 4, peer=Endpoint(S.address, 9)),
        send(b"q", 5, peer=Endpoint(D.address, 8001)),
        send(b"q", 6, protocol="tcp", remote=S),
        send(b"q", 7, peer=None),
    ]
    elsewhere = recv(b"q", 14, local=Endpoint("0.0.0.0", 9))
    seen = evidence(WIRE, calls=[[*SENT, *others], [*RECEIVED, elsewhere]])
    assert ask("datagrams", seen, **ASKED).outcome is Outcome.PASS


def test_a_sender_whose_port_no_call_told_is_known_by_its_host() -> None:
    sent = [send(b"ab", 1, local=None), send(b"", 2, local=None), send(b"cdef", 3, local=None)]
    assert ask("datagrams", evidence(WIRE, calls=[sent, RECEIVED]), **ASKED).outcome is Outcome.PASS


def test_a_sender_of_which_one_port_is_not_told_is_known_by_its_host() -> None:
    wire = WIRE.replace('c > s udp ""', 'd > s udp ""')
    sent = [send(b"ab", 1), send(b"", 2, local=None), send(b"cdef", 3)]
    two_ports = evidence(WIRE, calls=[sent, RECEIVED])
    assert ask("datagrams", two_ports, **ASKED).outcome is Outcome.PASS
    assert ask("datagrams", evidence(wire, calls=[sent, RECEIVED]), **ASKED).outcome is Outcome.FAIL


def test_a_send_that_left_no_datagram_fails_where_the_capture_is_whole() -> None:
    calls = [[*SENT, send(b"gh", 4)], RECEIVED]
    assert ask("datagrams", evidence(WIRE, calls=calls), **ASKED).outcome is Outcome.FAIL
    assert ask("datagrams", evidence(WIRE, calls=calls, dropped=1), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_wrong_texts_fail_and_right_ones_are_inconclusive_where_the_capture_lost_packets() -> None:
    seen = evidence(WIRE, calls=[SENT, RECEIVED], dropped=1)
    assert ask("datagrams", seen, **ASKED, sent=["ab"]).outcome is Outcome.FAIL
    assert ask("datagrams", seen, **ASKED).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("calls", "idle"), [([], "client1"), ([SENT], "server")])
def test_a_program_that_did_nothing_fails_with_its_story(calls: list[list[Call]], idle: str) -> None:
    answer = ask("datagrams", evidence(WIRE if calls else "", calls=calls), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert f"{idle} was still running" in answer.observed


def test_data_that_the_trace_does_not_show_is_inconclusive() -> None:
    unseen = [send(b"ab", 1), send(b"", 2), send(b"", 3, result=4, data_complete=False)]
    assert ask("datagrams", evidence(WIRE, calls=[unseen, RECEIVED]), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_without_traced_calls_it_is_inconclusive_and_an_unstarted_sender_skips() -> None:
    assert ask("datagrams", evidence(WIRE, calls_traced=False), **ASKED).outcome is Outcome.INCONCLUSIVE
    assert ask("datagrams", evidence(steps=missed()), **ASKED).outcome is Outcome.SKIPPED

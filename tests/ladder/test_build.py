"""Each rule of the causal order, on literal evidence. Times are milliseconds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.evidence.model import Call, ProgramFact, Socket, SocketTable, StepRecord
from kit.ladder.build import build
from kit.ladder.model import (
    Arrived,
    BytesWaiting,
    CallBegan,
    CallReturned,
    Ended,
    Interval,
    Ladder,
    Mark,
    QueueChanged,
    Said,
    Segment,
    StateChanged,
)
from kit.packets.model import Endpoint
from tests.checks.scene import (
    ANY,
    HOSTS,
    LOCAL,
    MS,
    NOBODY,
    C,
    D,
    S,
    call,
    ended,
    evidence,
    listen,
    printed,
)
from tests.ladder.causality import violations
from tests.packets.build import PLACES

if TYPE_CHECKING:
    from kit.evidence.model import Evidence

# The handshake as FACTS measured it: connect entered 111.295, SYN 111.421, connect returned 111.441, ACK 111.458.
MEASURED = {
    "client1": """
        0.111421 c > s S 0
        0.111436 s > c S. 0 ack 1
        0.111458 c > s . 1 ack 1
    """,
    "server": """
        0.111425 c > s S 0
        0.111430 s > c S. 0 ack 1
        0.111462 c > s . 1 ack 1
    """,
}


def connect(enter_ms: float = 111.295, return_ms: float | None = 111.441, **rest: Any) -> Call:
    return call("client1", "connect", enter_ms, return_ms, local=C, remote=S, peer=S, **rest)


def told(ladder: Ladder) -> list[str]:
    """Say calls and packets in a word each, in the ladder's order."""
    words = []
    for event in ladder.events:
        match event:
            case CallBegan():
                words.append(f"{event.kind}(")
            case CallReturned():
                words.append(f"){event.kind}")
            case Segment():
                words.append(event.label)
            case Arrived():
                words.append("→")
            case _:
                pass
    return words


def built(seen: Evidence) -> Ladder:
    """Build, and hold the result to the independent walk."""
    ladder = build(seen)
    assert violations(seen, ladder) == []
    assert [event.at_ns for event in ladder.events] == sorted(event.at_ns for event in ladder.events)
    return ladder


def only(kind: type, ladder: Ladder) -> list[Any]:
    return [event for event in ladder.events if isinstance(event, kind)]


# Calls and the segments that they cause ------------------------------------------------------------------


def test_a_connect_stands_before_its_syn_and_returns_behind_the_syn_ack() -> None:
    ladder = built(evidence(MEASURED, calls=[(connect(),)]))
    assert told(ladder) == ["connect(", "SYN", "→", "SYN-ACK", "→", ")connect", "ACK", "→"]


def test_a_return_that_strace_times_before_its_cause_stands_behind_it_and_keeps_its_time() -> None:
    ladder = built(evidence(MEASURED, calls=[(connect(return_ms=111.300),)]))
    (returned,) = only(CallReturned, ladder)
    assert told(ladder)[:6] == ["connect(", "SYN", "→", "SYN-ACK", "→", ")connect"]
    assert returned.time_ns == 111_300_000
    assert returned.at_ns == 111_436_000
    assert isinstance(ladder.events[returned.cause[-1]], Arrived)


def test_a_nonblocking_connect_waits_for_nothing() -> None:
    call_ = connect(return_ms=111.300, result=-1, error="EINPROGRESS")
    assert told(built(evidence(MEASURED, calls=[(call_,)])))[:3] == ["connect(", "SYN", "→"]
    (returned,) = only(CallReturned, build(evidence(MEASURED, calls=[(call_,)])))
    assert not returned.blocked


def test_a_refused_connect_returns_behind_the_reset() -> None:
    packets = {"client1": "0.010 c > s S 0\n0.012 s > c R. 0 ack 1", "server": ""}
    refused = replace(connect(9, 11, result=-1, error="ECONNREFUSED"), local=None)
    seen = evidence(packets, calls=[(refused,)])
    ladder = build(seen)
    assert told(ladder)[:2] == ["connect(", "SYN"]
    assert told(ladder)[-1] == ")connect"
    assert only(CallReturned, ladder)[0].failed


def test_the_same_ends_meeting_twice_are_two_conversations_each_with_its_connect() -> None:
    once = "0.0{0}1 c > s S {1}\n0.0{0}2 s > c R. 0 ack {2}\n"
    packets = once.format(1, 0, 1) + once.format(2, 7, 8)
    first = connect(10, 12.5, result=-1, error="ECONNREFUSED")
    second = connect(20, 22.5, result=-1, error="ECONNREFUSED")
    ladder = built(evidence({"client1": packets}, calls=[(first, second)]))
    assert [one.dialogue for one in only(CallBegan, ladder)] == [1, 2]
    assert len(ladder.dialogues) == 2


DATA = """
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
    0.010 c > s P. 1 ack 1 "hello"
    0.011 s > c . 1 ack 6
    0.012 c > s P. 6 ack 1 "world"
    0.013 s > c . 1 ack 11
"""


def shifted(text: str, by_ms: float) -> str:
    """Give a client's trace as the server saw it: what came is later by so much, what left as much earlier."""
    lines = []
    for packet in evidence(text).captures["server"].packets:
        delay_ms = by_ms if packet.source == C else -by_ms
        lines.append((packet.time_ns + delay_ms * MS) / 1e9)
    words = [line.strip() for line in text.splitlines() if line.strip()]
    plain = [word.split(" ", 1)[1] if word[0].isdigit() else word for word in words]
    return "\n".join(f"{at_s:.6f} {word}" for at_s, word in zip(lines, plain, strict=True))


def test_a_send_stands_before_the_segments_that_carry_its_bytes() -> None:
    sends = (
        call("client1", "sendto", 9, 9.1, local=C, remote=S, data=b"hello"),
        call("client1", "sendto", 11.9, 11.95, local=C, remote=S, data=b"world"),
    )
    ladder = built(evidence({"client1": DATA}, calls=[sends]))
    for began, segment in zip(only(CallBegan, ladder), (4, 6), strict=True):
        place = ladder.events.index(began)
        assert place in ladder.segment(segment).cause


def test_one_segment_of_two_sends_has_both_as_causes() -> None:
    merged = DATA.split("0.010", maxsplit=1)[0] + '0.010 c > s P. 1 ack 1 "helloworld"'
    sends = (
        call("client1", "sendto", 8, 8.1, local=C, remote=S, data=b"hello"),
        call("client1", "sendto", 9, 9.1, local=C, remote=S, data=b"world"),
    )
    ladder = built(evidence({"client1": merged}, calls=[sends]))
    causes = {type(ladder.events[place]) for place in ladder.segment(4).cause}
    assert causes >= {CallBegan}
    assert sum(isinstance(ladder.events[place], CallBegan) for place in ladder.segment(4).cause) == 2


def test_a_send_that_never_returned_may_have_sent_all_that_follows() -> None:
    sends = (call("client1", "sendto", 9, None, local=C, remote=S),)
    ladder = build(evidence({"client1": DATA}, calls=[sends]))
    (began,) = only(CallBegan, ladder)
    assert ladder.events.index(began) in ladder.segment(6).cause
    assert began.blocked
    assert began.returned is None


def test_a_fin_stands_behind_the_last_close_before_it() -> None:
    closing = "0.020 c > s F. 1 ack 1"
    close = call("client1", "close", 19.9, 19.95, local=C, remote=S)
    ladder = built(evidence({"client1": closing}, calls=[(close,)]))
    assert told(ladder) == ["close(", "FIN-ACK", ")close"]


def test_a_segment_before_the_next_entry_of_its_thread_stands_inside_the_call() -> None:
    sends = (
        call("client1", "sendto", 9, 9.1, local=C, remote=S, data=b"hello"),
        call("client1", "close", 11.5, 11.6, local=C, remote=S),
    )
    ladder = build(evidence({"client1": DATA}, calls=[sends]))
    words = told(ladder)
    assert words.index(")send") == words.index("PSH-ACK 1:6(5)") + 1


# Arrivals and the calls that they wake -------------------------------------------------------------------


def test_accept_returns_behind_the_third_segment() -> None:
    accept = call("server", "accept4", 100, 111.4, result=4, local=S, remote=C, peer=C)
    ladder = built(evidence(MEASURED, calls=[(connect(),), (accept,)]))
    assert told(ladder)[-3:] == ["ACK", "→", ")accept"]
    assert only(CallBegan, ladder)[0].blocked


def test_accept_of_a_connection_that_waited_in_the_queue_is_no_bar() -> None:
    accept = call("server", "accept4", 200, 200.05, result=4, local=S, remote=C, peer=C)
    ladder = built(evidence(MEASURED, calls=[(accept,)]))
    assert [one.blocked for one in (*only(CallBegan, ladder), *only(CallReturned, ladder))] == [False, False]


def test_a_receive_returns_behind_all_segments_that_brought_its_bytes() -> None:
    received = shifted(DATA, 0.2)
    recv = call("server", "recvfrom", 9, 9.2, local=S, remote=C, data=b"helloworld")
    ladder = built(evidence({"client1": DATA, "server": received}, calls=[(recv,)]))
    (returned,) = only(CallReturned, ladder)
    arrivals = [
        event.segment
        for event in ladder.events[: ladder.events.index(returned)]
        if isinstance(event, Arrived)
    ]
    assert arrivals[-1] == 6
    assert returned.blocked


def test_a_peek_takes_nothing() -> None:
    received = shifted(DATA, 0.2)
    peek = call(
        "server",
        "recvfrom",
        10.5,
        10.6,
        local=S,
        remote=C,
        data=b"hello",
        arguments='4, "hello", 9, MSG_PEEK',
    )
    recv = call("server", "recvfrom", 10.7, 10.8, local=S, remote=C, data=b"hello")
    ladder = built(evidence({"client1": DATA, "server": received}, calls=[(recv,)]))
    again = build(evidence({"client1": DATA, "server": received}, calls=[(peek, recv)]))
    assert only(CallReturned, ladder)[0].label == "= 5 bytes"
    for returned in only(CallReturned, again):
        woken = [again.events[place] for place in returned.cause]
        assert [one.segment for one in woken if isinstance(one, Arrived)] == [4]


def test_a_retransmission_wakes_nobody_who_had_the_bytes() -> None:
    repeated = DATA + '0.020 c > s P. 1 ack 1 "hello"\n'
    recv = call("server", "recvfrom", 9, 30, local=S, remote=C, data=b"hello")
    ladder = built(evidence({"client1": repeated, "server": shifted(repeated, 0.1)}, calls=[(recv,)]))
    (returned,) = only(CallReturned, ladder)
    assert [
        ladder.events[place].segment for place in returned.cause if isinstance(ladder.events[place], Arrived)
    ] == [4]


def test_an_empty_receive_returns_behind_the_fin() -> None:
    closing = "0.020 c > s F. 1 ack 1"
    recv = call("server", "recvfrom", 10, 20.1, local=S, remote=C)
    ladder = built(evidence({"client1": closing, "server": "0.0205 c > s F. 1 ack 1"}, calls=[(recv,)]))
    assert told(ladder) == ["recv(", "FIN-ACK", "→", ")recv"]


def test_a_thread_that_went_on_was_woken_by_something_else() -> None:
    """A receive that returned nothing because of its own shutdown does not wait for a FIN that came later."""
    late = "0.090 c > s F. 1 ack 1"
    calls = (
        call("server", "recvfrom", 10, 20, local=S, remote=C),
        call("server", "close", 30, 31, local=S, remote=C),
    )
    ladder = build(evidence({"server": late}, calls=[calls]))
    assert told(ladder)[:4] == ["recv(", ")recv", "close(", ")close"]


def test_a_poll_is_woken_by_what_the_next_call_takes() -> None:
    received = shifted(DATA, 0.2)
    poll = call("server", "poll", 5, 10.1, local=S, remote=C, result=1)
    recv = call("server", "recvfrom", 10.4, 10.45, local=S, remote=C, data=b"hello")
    ladder = built(evidence({"client1": DATA, "server": received}, calls=[(poll, recv)]))
    words = told(ladder)
    assert words.index(")poll") > words.index("PSH-ACK 1:6(5)") + 1
    idle = call("server", "poll", 5, 10.1, local=S, remote=C, result=0)
    (returned, _) = only(CallReturned, build(evidence({"server": received}, calls=[(idle, recv)])))
    assert len(returned.cause) == 1


def test_datagrams_join_a_send_and_a_receive_each() -> None:
    sent = '0.010 c > s udp "one"\n0.020 c > s udp "two"'
    came = '0.0102 c > s udp "one"\n0.0202 c > s udp "two"'
    anywhere = Endpoint("0.0.0.0", C.port)
    sends = tuple(
        call("client1", "sendto", at, at + 0.05, protocol="udp", local=anywhere, peer=S, data=data)
        for at, data in ((9.9, b"one"), (19.9, b"two"))
    )
    receives = tuple(
        call("server", "recvfrom", at, at + 4, protocol="udp", local=ANY, peer=C, data=data)
        for at, data in ((6.0, b"one"), (16.0, b"two"))
    )
    ladder = built(evidence({"client1": sent, "server": came}, calls=[sends, receives]))
    assert told(ladder) == [
        "recv(", "send(", "UDP (3)", "→", ")send", ")recv",
        "recv(", "send(", "UDP (3)", "→", ")send", ")recv",
    ]  # fmt: skip
    assert (ladder.dialogues[0].client_program, ladder.dialogues[0].server_program) == ("client1", "server")


def test_a_datagram_that_was_overtaken_wakes_the_receive_that_took_it() -> None:
    sent = '0.010 c > s udp "one"\n0.020 c > s udp "two"'
    came = '0.02012 c > s udp "two"\n0.0203 c > s udp "one"'
    receives = tuple(
        call("server", "recvfrom", at, at + 0.1, protocol="udp", local=ANY, peer=C, data=data)
        for at, data in ((20.0, b"two"), (20.15, b"one"))
    )
    ladder = built(evidence({"client1": sent, "server": came}, calls=[receives]))
    woken = [ladder.events[returned.cause[-1]] for returned in only(CallReturned, ladder)]
    assert [event.at_ns for event in woken if isinstance(event, Arrived)] == [20_120_000, 20_300_000]


def test_a_receive_that_does_not_say_from_whom_is_woken_by_what_came_to_its_port() -> None:
    places = {"c": C, "d": D, "s": S}
    came = '0.010 c > s udp "one"\n0.020 d > s udp "two"'
    receives = tuple(
        call("server", "recvfrom", at, at + 0.05, protocol="udp", local=ANY, data=data)
        for at, data in ((9.9, b"one"), (19.9, b"two"))
    )  # strace took the times of their return before the packets were seen
    ladder = built(evidence({"server": came}, places=places, calls=[receives]))
    words = told(ladder)
    assert words.index(")recv") > words.index("UDP (3)")
    woken = [ladder.events[returned.cause[-1]] for returned in only(CallReturned, ladder)]
    assert [event.at_ns for event in woken if isinstance(event, Arrived)] == [10_000_000, 20_000_000]


# Packets between hosts -----------------------------------------------------------------------------------


def test_a_packet_that_a_whole_capture_lacks_is_lost() -> None:
    ladder = built(evidence({"client1": "c > s S 0", "server": ""}))
    (syn,) = only(Segment, ladder)
    assert (syn.fate, syn.arrived_ns, only(Arrived, ladder)) == ("lost", None, [])


def test_a_packet_that_a_broken_capture_lacks_may_have_arrived() -> None:
    for dropped in (1, None):
        (syn,) = only(Segment, build(evidence({"client1": "c > s S 0", "server": ""}, dropped=dropped)))
        assert syn.fate == "unknown"
    (syn,) = only(Segment, build(evidence({"client1": "c > s S 0"})))
    assert syn.fate == "unknown"


def test_a_retransmission_of_a_lost_segment_arrives_as_itself() -> None:
    ladder = built(evidence({"client1": "0.010 c > s S 0\n1.010 c > s S 0", "server": "1.0102 c > s S 0"}))
    first, second = only(Segment, ladder)
    assert (first.fate, second.fate) == ("lost", "arrived")
    assert second.received_packet is not None
    assert second.received_packet.number == 1


def test_a_packet_that_only_the_receiver_captured_is_there_once() -> None:
    ladder = built(evidence({"client1": "", "server": "0.010 c > s S 0"}))
    (syn,) = only(Segment, ladder)
    assert (syn.sent_packet, syn.fate, len(only(Arrived, ladder))) == (None, "arrived", 1)


def test_packets_that_cross_keep_each_hosts_own_order() -> None:
    crossing = {
        "client1": "0.010 c > s F. 1 ack 1\n0.060 s > c F. 1 ack 1",
        "server": "0.010 s > c F. 1 ack 1\n0.060 c > s F. 1 ack 1",
    }
    ladder = built(evidence(crossing))
    assert told(ladder) == ["FIN-ACK", "FIN-ACK", "→", "→"]


def test_a_quick_arrival_stands_beside_its_sending_whatever_others_did() -> None:
    packets = {"client1": "0.010 c > s S 0", "server": "0.0102 c > s S 0"}
    other = call("client2", "socket", 10.1, 10.15)
    ladder = built(evidence(packets, calls=[(other,)]))
    assert told(ladder) == ["SYN", "→", "socket(", ")socket"]
    own = replace(other, program="server")
    assert told(built(evidence(packets, calls=[(own,)]))) == ["SYN", "socket(", ")socket", "→"]


def test_a_loopback_has_each_packet_once_from_program_to_program() -> None:
    places = {"s": LOCAL["s"], "c": LOCAL["c"]}
    programs = {name: ProgramFact(name, "server", submitted=False) for name in ("server", "client1")}
    calls = (
        (call("client1", "connect", 0.5, 2.5, local=LOCAL["c"], remote=LOCAL["s"], peer=LOCAL["s"]),),
        (
            call(
                "server", "accept4", 0.1, 3.5, result=4, local=LOCAL["s"], remote=LOCAL["c"], peer=LOCAL["c"]
            ),
        ),
    )
    packets = {"server": "c > s S 0\ns > c S. 0 ack 1\nc > s . 1 ack 1"}
    ladder = built(evidence(packets, places=places, programs=programs, calls=calls))
    syn, syn_ack, _ = only(Segment, ladder)
    assert (syn.from_lane, syn.to_lane) == ("server", "server")
    assert (syn.from_program, syn.to_program) == ("client1", "server")
    assert (syn_ack.from_program, syn_ack.to_program) == ("server", "client1")
    assert len(only(Arrived, ladder)) == 3


@pytest.mark.parametrize("address", ["239.1.2.3", "255.255.255.255"])
def test_a_datagram_for_many_is_a_packet_to_each_host_that_it_reached(address: str) -> None:
    places = {**PLACES, "g": Endpoint(address, S.port)}
    ladder = built(evidence('c > g udp "hello"', places=places))
    ways = {(one.from_lane, one.to_lane, one.fate) for one in only(Segment, ladder)}
    assert ways == {("client1", "server", "arrived"), ("client1", "client2", "arrived")}


def test_what_belongs_to_no_conversation_is_counted() -> None:
    seen = evidence({"client1": "c > s S 0"})
    packet = replace(seen.captures["client1"].packets[0], number=2, protocol="other", tcp=None, source=None)
    capture = replace(seen.captures["client1"], packets=(*seen.captures["client1"].packets, packet))
    assert build(replace(seen, captures={"client1": capture})).left_out == {"other": 1}


def test_an_unreachable_port_is_a_packet_of_its_conversation() -> None:
    packets = '0.010 c > s udp "x"\n0.011 s > c icmp 3/3'
    ladder = build(evidence({"client1": packets, "server": packets}))
    assert [one.label for one in only(Segment, ladder)] == ["UDP (1)", "port unreachable"]
    assert {one.dialogue for one in only(Segment, ladder)} == {1}


# States, queues, marks -----------------------------------------------------------------------------------


def test_states_follow_the_segments_that_changed_them() -> None:
    ladder = built(evidence(MEASURED, calls=[(connect(),)]))
    states = [(one.lane, one.state) for one in only(StateChanged, ladder)]
    assert states == [
        ("client1", "SYN-SENT"),
        ("server", "SYN-RECEIVED"),
        ("client1", "ESTABLISHED"),
        ("server", "ESTABLISHED"),
    ]


def test_a_socket_table_confirms_a_state() -> None:
    row = Socket("tcp", C, S, "SYN-SENT", 0, 0)
    table = SocketTable("client1", 111_430_000, (row,))
    ladder = build(evidence(MEASURED, tables=(table,)))
    assert [one.confirmed for one in only(StateChanged, ladder)] == [True, False, False, False]


def test_a_listen_that_worked_makes_a_listener() -> None:
    calls = (
        call("server", "listen", 1, 1.1, local=ANY, arguments="3<TCP:[0.0.0.0:8001]>, 5"),
        call("server", "listen", 2, 2.1, local=ANY, result=-1, error="EADDRINUSE"),
    )
    ladder = build(evidence(calls=[calls]))
    (state,) = only(StateChanged, ladder)
    assert (state.state, state.remote) == ("LISTEN", None)
    assert next(one.label for one in only(CallBegan, ladder)) == "listen(5)"


def test_queues_are_told_where_they_change() -> None:
    def at(ms: float, *rows: Socket) -> SocketTable:
        return SocketTable("server", round(ms * MS), rows)

    data = Socket("tcp", S, C, "ESTABLISHED", 7, 0)
    closed = Socket("tcp", S, C, "CLOSE-WAIT", 8, 0)  # the kernel counts the FIN
    tables = (at(1, listen()), at(2, listen()), at(3, listen(queue=2), data), at(4, listen(queue=2), closed))
    ladder = build(evidence(tables=tables))
    assert [(one.length, one.backlog) for one in only(QueueChanged, ladder)] == [(0, 5), (2, 5)]
    assert [one.size for one in only(BytesWaiting, ladder)] == [7]
    udp = replace(listen(), protocol="udp", state="UNCONN", recv_queue=832, remote=NOBODY)
    assert not build(evidence(tables=(at(1, udp),))).events


def step(number: int, text: str, began_ms: float, ended_ms: float, **rest: Any) -> StepRecord:
    values: dict[str, Any] = {
        "outcome": "done",
        "began_ns": round(began_ms * MS),
        "ended_ns": round(ended_ms * MS),
    } | rest
    return StepRecord(number, text, **values)


def test_steps_are_marks_where_they_take_hold() -> None:
    steps = (
        step(1, "start: server", 1, 2),
        step(2, "wait: listening server, port 8001", 2, 9),
        step(3, "freeze: server", 9, 12),
        step(4, "thaw: server", 30, 33),
        step(5, "wait: exited server", 33, 60, outcome="missed", reason="server is inside accept"),
        StepRecord(6, "snapshot: then", "unreached"),
    )
    ladder = build(evidence(steps=steps, ended_ns=100 * MS))
    marks = [(one.kind, one.text, one.time_ns // MS) for one in only(Mark, ladder)]
    assert marks == [
        ("start", "server", 1),
        ("gate", "listening server, port 8001", 9),
        ("freeze", "server", 12),
        ("thaw", "server", 30),
        ("gate", "exited server", 60),
    ]
    assert (only(Mark, ladder)[-1].missed, only(Mark, ladder)[-1].reason) == (True, "server is inside accept")
    server = next(lane for lane in ladder.lanes if lane.host == "server")
    assert server.strands[0].frozen == (Interval(12 * MS, 30 * MS),)


def test_a_program_that_was_never_thawed_is_frozen_to_the_end_and_a_host_never_plugged_in_unplugged() -> None:
    steps = (step(1, "freeze: server, client1", 1, 2), step(2, "unplug: server", 3, 4))
    ladder = build(evidence(steps=steps, ended_ns=100 * MS))
    lanes = {lane.host: lane for lane in ladder.lanes}
    assert lanes["client1"].strands[0].frozen == (Interval(2 * MS, 100 * MS),)
    assert lanes["server"].unplugged == (Interval(4 * MS, 100 * MS),)


def test_nothing_returns_in_a_frozen_program_before_it_is_thawed() -> None:
    steps = (step(1, "freeze: server", 90, 95), step(2, "thaw: server", 150, 151))
    accept = call("server", "accept4", 80, 149.9, result=4, local=S, remote=C, peer=C)
    ladder = built(evidence(MEASURED, calls=[(accept,)], steps=steps))
    (returned,) = only(CallReturned, ladder)
    assert returned.at_ns == 150 * MS


def test_outputs_keep_their_order_and_a_program_ends_behind_its_last_return() -> None:
    closing = call("server", "close", 89, 89.5, local=ANY)
    ladder = build(
        evidence(outputs=printed("server", "a\n", "b\n"), exits=(ended("server"),), calls=[(closing,)])
    )
    assert [one.data for one in only(Said, ladder)] == [b"a\n", b"b\n"]
    assert isinstance(ladder.events[-1], Ended)


def test_hosts_that_speak_stand_side_by_side_and_who_begins_to_the_left() -> None:
    ladder = build(evidence({"server": "c > s S 0\nd > s S 0"}))
    assert [lane.host for lane in ladder.lanes] == ["client1", "server", "client2"]
    assert [lane.host for lane in build(evidence()).lanes] == list(HOSTS)
    assert [lane.host for lane in build(evidence({"server": "d > s S 0"})).lanes][-1] == "server"


def test_captures_that_contradict_each_other_give_a_total_order_and_a_note() -> None:
    """The client's capture has the answer before what it answers."""
    packets = {
        "client1": '0.030 s > c . 1 ack 2\n0.010 c > s P. 1 ack 1 "a"',
        "server": '0.011 c > s P. 1 ack 1 "a"\n0.029 s > c . 1 ack 2',
    }
    ladder = build(evidence(packets))
    assert told(ladder) == ["PSH-ACK 1:2(1)", "→", "ACK", "→"]
    assert len(ladder.dropped) == 1
    assert "should stand before" in ladder.dropped[0]


def test_a_run_of_nothing_is_an_empty_ladder() -> None:
    ladder = build(evidence())
    assert (ladder.events, ladder.dialogues, len(ladder.lanes)) == ((), (), 3)
    assert D.address in {lane.address for lane in ladder.lanes}

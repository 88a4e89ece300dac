from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.evidence.model import Call, Socket, SocketTable
from kit.packets.conversation import Conversation, conversations
from kit.packets.tcp import disagreements, states
from tests.packets.build import PLACES, trace

if TYPE_CHECKING:
    from kit.packets.model import Endpoint

C, S = PLACES["c"], PLACES["s"]
_MS = 1_000_000
CLOSED_IN_FOUR = """
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
    c > s F. 1 ack 1
    s > c . 1 ack 2
    s > c F. 1 ack 2
    c > s . 2 ack 2
"""


def only(text: str) -> Conversation:
    (conversation,) = conversations(trace(text))
    return conversation


def names(text: str, own: Endpoint, calls: tuple[Call, ...] = ()) -> list[str]:
    return [change.state for change in states(only(text), own, calls)]


def call(name: str, enter_ms: int, return_ms: int | None, own: Endpoint = C, **more: str) -> Call:
    return Call(
        1, "p", 1, name, enter_ms * _MS, None if return_ms is None else return_ms * _MS,
        local=own, remote=S if own == C else C, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_both_ends_of_an_orderly_connection_go_through_figure_5() -> None:
    assert names(CLOSED_IN_FOUR, C) == ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]
    assert names(CLOSED_IN_FOUR, S) == ["SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]


def test_a_change_has_its_time_and_its_packet() -> None:
    first = states(only(CLOSED_IN_FOUR), C)[0]
    assert (first.time_ns, first.cause) == (1 * _MS, only(CLOSED_IN_FOUR).packets[0])


OPENING = "c > s S 0\ns > c S. 0 ack 1\nc > s . 1 ack 1\n"


def test_a_close_in_three_segments_goes_straight_to_time_wait() -> None:
    text = OPENING + "c > s F. 1 ack 1\ns > c F. 1 ack 2\nc > s . 2 ack 2"
    assert names(text, C)[2:] == ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]
    assert names(text, S)[2:] == ["CLOSE-WAIT", "LAST-ACK", "CLOSED"]


def test_fins_that_cross_meet_in_closing() -> None:
    text = OPENING + "c > s F. 1 ack 1\ns > c F. 1 ack 1\nc > s . 2 ack 2\ns > c . 2 ack 2"
    assert names(text, C)[2:] == ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"]


def test_syns_that_cross_meet_in_syn_received() -> None:
    text = "c > s S 0\ns > c S 0\nc > s S. 0 ack 1\ns > c S. 0 ack 1"
    assert names(text, C) == ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]


def test_a_refused_connection_and_a_reset_one_are_closed() -> None:
    assert names("c > s S 0\ns > c R. 0 ack 1", C) == ["SYN-SENT", "CLOSED"]
    assert names(OPENING + "s > c R. 1 ack 1", S) == ["SYN-RECEIVED", "ESTABLISHED", "CLOSED"]


def test_a_fin_counts_when_all_before_it_is_there() -> None:
    text = OPENING + "c > s F. 11 ack 1\nc > s P. 1:11(10) ack 1"
    changes = states(only(text), S)
    assert (changes[-1].state, changes[-1].time_ns) == ("CLOSE-WAIT", 5 * _MS)


def test_an_end_that_the_capture_begins_in_the_middle_of_is_established() -> None:
    assert names("c > s P. 1:6(5) ack 1\ns > c F. 1 ack 6", C) == ["ESTABLISHED", "CLOSE-WAIT"]


def test_connect_comes_before_its_syn_and_its_failure_ends_it() -> None:
    calls = (call("connect", 0, 9, error="ETIMEDOUT"),)
    changes = states(only("c > s S 0\n0.005 c > s S 0"), C, calls)
    assert [(change.time_ns, change.state) for change in changes] == [(0, "SYN-SENT"), (9 * _MS, "CLOSED")]
    assert changes[0].cause is calls[0]


def test_a_connect_that_goes_on_in_the_background_has_not_failed() -> None:
    assert names("c > s S 0", C, (call("connect", 0, 1, error="EINPROGRESS"),)) == ["SYN-SENT"]


def test_shutdown_moves_the_state_where_its_fin_waits_for_bytes() -> None:
    text = OPENING + "0.020 c > s P. 1:6(5) ack 1\n0.021 c > s F. 6 ack 1"
    changes = states(only(text), C, (call("shutdown", 10, 11, arguments="3, SHUT_WR"),))
    assert (changes[-1].state, changes[-1].time_ns) == ("FIN-WAIT-1", 10 * _MS)


def test_a_close_of_one_of_several_descriptors_moves_nothing() -> None:
    text = OPENING + "0.020 c > s P. 1:6(5) ack 1\n0.021 c > s F. 6 ack 1"
    calls = (call("close", 10, 11), call("sendto", 19, 20))
    changes = states(only(text), C, calls)
    assert (changes[-1].state, changes[-1].time_ns) == ("FIN-WAIT-1", 21 * _MS)


def test_shutdown_of_reading_sends_no_fin() -> None:
    calls = (call("shutdown", 3, 9, arguments="3, SHUT_RD"),)
    assert names(OPENING, C, calls) == ["SYN-SENT", "ESTABLISHED"]


@dataclass(frozen=True)
class Moment:
    ms: int
    state: str | None


def table(moment: Moment) -> SocketTable:
    rows = () if moment.state is None else (Socket("tcp", C, S, moment.state, 0, 0),)
    return SocketTable("c", moment.ms * _MS, rows)


def said(*moments: Moment) -> list[tuple[int, str, str]]:
    found = disagreements(states(only(LATER), C), C, S, [table(moment) for moment in moments])
    return [(one.time_ns // _MS, one.derived, one.observed) for one in found]


LATER = """
    0.100 c > s S 0
    0.200 s > c S. 0 ack 1
    0.300 c > s . 1 ack 1
    0.400 c > s F. 1 ack 1
    0.500 s > c F. 1 ack 2
    0.600 c > s . 2 ack 2
"""


def test_a_socket_table_that_says_the_same_confirms() -> None:
    assert said(Moment(50, None), Moment(150, "SYN-SENT"), Moment(250, "ESTABLISHED")) == []


def test_a_socket_table_that_says_something_else_is_told() -> None:
    assert said(Moment(150, "ESTABLISHED")) == [(150, "SYN-SENT", "ESTABLISHED")]
    assert said(Moment(250, None)) == [(250, "ESTABLISHED", "CLOSED")]


def test_a_table_read_beside_a_change_may_show_either() -> None:
    assert said(Moment(198, "ESTABLISHED"), Moment(202, "SYN-SENT")) == []


def test_time_wait_ends_by_itself() -> None:
    assert said(Moment(1_000, "TIME-WAIT"), Moment(61_000, None)) == []
    assert said(Moment(1_000, None)) == [(1_000, "TIME-WAIT", "CLOSED")]

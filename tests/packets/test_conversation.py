"""Claims about kit/packets/conversation.py, on literal segments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.packets.conversation import Conversation, conversations, unreachable
from kit.packets.model import Endpoint, Packet
from tests.packets.build import ISN, PLACES, trace

C, S = PLACES["c"], PLACES["s"]
OPENING = """
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
"""
HELLO = """
    c > s P. 1 ack 1 "hello"
    s > c . 1 ack 6
"""
CLOSE_IN_3 = """
    c > s F. 6 ack 1
    s > c F. 1 ack 7
    c > s . 7 ack 2
"""
CLOSE_IN_4 = """
    c > s F. 6 ack 1
    s > c . 1 ack 7
    s > c F. 1 ack 7
    c > s . 7 ack 2
"""


def one(text: str) -> Conversation:
    (conversation,) = conversations(trace(text))
    return conversation


def numbers(packets: tuple[Packet, ...]) -> list[int]:
    return [packet.number for packet in packets]


# Grouping


def test_both_directions_are_one_conversation_and_the_syn_tells_the_client() -> None:
    found = one(OPENING + HELLO)
    assert (found.protocol, found.client, found.server) == ("tcp", C, S)
    assert len(found.packets) == 5


def test_conversations_come_in_the_order_of_their_first_packets() -> None:
    found = conversations(
        trace("d > s S 0\nc > s S 0\ns > d S. 0 ack 1\ns > c icmp 3/3\nc > s udp 'x'".replace("'", '"'))
    )
    assert [(c.protocol, c.client, len(c.packets)) for c in found] == [
        ("tcp", PLACES["d"], 2),
        ("tcp", C, 1),
        ("udp", C, 1),
    ]


@pytest.mark.parametrize(
    "before", [OPENING + HELLO + CLOSE_IN_3, OPENING, "c > s S 0\ns > c R. 0 ack 1", "c > s . 1 ack 1"]
)
def test_a_syn_with_a_new_number_on_the_same_ports_is_a_new_conversation(before: str) -> None:
    first, second = conversations(trace(before + "\nc > s S 777000\ns > c S. 999 ack 777001"))
    assert first.packets[-1].number == second.packets[0].number - 1
    assert len(second.packets) == 2


def test_a_port_reused_in_the_other_direction_is_a_new_conversation() -> None:
    first, second = conversations(
        trace(OPENING + CLOSE_IN_3.replace("6", "1").replace("7", "2") + "s > c S 9000")
    )
    assert (first.client, second.client) == (C, S)


def test_a_repeated_syn_is_no_new_conversation() -> None:
    assert len(one("c > s S 0\n1.0 c > s S 0\ns > c S. 0 ack 1").packets) == 3


def test_syns_that_cross_are_one_conversation_and_no_three_way_handshake() -> None:
    found = one("c > s S 0\ns > c S 0\nc > s S. 0 ack 1\ns > c S. 0 ack 1")
    assert found.client == C
    assert not found.handshake_complete


def test_a_capture_that_begins_with_the_syn_ack_still_knows_the_client() -> None:
    found = one("s > c S. 0 ack 1\nc > s . 1 ack 1")
    assert (found.client, found.history) == (C, "^hA")
    assert found.opening.syn is None
    assert found.opening.syn_ack is not None


# Opening


def test_the_handshake_is_its_three_segments() -> None:
    found = one(OPENING + HELLO)
    opening = (found.opening.syn, found.opening.syn_ack, found.opening.ack)
    assert [packet.number for packet in opening if packet] == [1, 2, 3]
    assert found.handshake_complete


@pytest.mark.parametrize(
    "text",
    [
        "c > s S 0",
        "c > s S 0\ns > c S. 0 ack 1",
        "c > s S 0\ns > c R. 0 ack 1",
        "c > s S 0\ns > c S. 0 ack 1\nc > s R 1",
        "c > s S 0\ns > c S. 0 ack -5\nc > s . 1 ack 1",
        "c > s S 0\ns > c S. 0 ack 1\nc > s . 1 ack 0",
        "c > s . 1 ack 1\ns > c . 1 ack 1",
    ],
)
def test_a_handshake_that_lacks_a_segment_is_not_complete(text: str) -> None:
    assert not one(text).handshake_complete


def test_the_first_syn_counts_where_it_was_sent_again() -> None:
    found = one("c > s S 0\n1 c > s S 0\n1.1 s > c S. 0 ack 1\n1.2 s > c S. 0 ack 1\n1.3 c > s . 1 ack 1")
    opening = (found.opening.syn, found.opening.syn_ack, found.opening.ack)
    assert [packet.number for packet in opening if packet] == [1, 3, 5]


# Closing


def test_a_fin_answered_by_fin_ack_closes_in_three() -> None:
    found = one(OPENING + HELLO + CLOSE_IN_3)
    assert numbers(found.closing) == [6, 7, 8]
    assert found.closed_orderly
    assert found.first_fin == C
    assert (found.fins.client, found.fins.server) == (found.packets[5], found.packets[6])


def test_a_fin_acknowledged_before_the_other_fin_closes_in_four() -> None:
    found = one(OPENING + HELLO + CLOSE_IN_4)
    assert numbers(found.closing) == [6, 7, 8, 9]
    assert found.closed_orderly


def test_fins_that_cross_close_in_four() -> None:
    found = one(OPENING + "c > s F. 1 ack 1\ns > c F. 1 ack 1\nc > s . 2 ack 2\ns > c . 2 ack 2")
    assert numbers(found.closing) == [4, 5, 6, 7]


def test_a_fin_sent_again_and_a_second_acknowledgement_do_not_count() -> None:
    found = one(
        OPENING + "c > s F. 1 ack 1\nc > s F. 1 ack 1\ns > c F. 1 ack 2\nc > s . 2 ack 2\nc > s . 2 ack 2"
    )
    assert numbers(found.closing) == [4, 6, 7]
    assert numbers(found.retransmissions) == [5]


def test_after_a_half_close_the_data_that_acknowledges_the_fin_counts() -> None:
    found = one(
        OPENING
        + 'c > s F. 1 ack 1\ns > c P. 1 ack 2 "rest"\nc > s . 2 ack 5\ns > c F. 5 ack 2\nc > s . 2 ack 6'
    )
    assert numbers(found.closing) == [4, 5, 7, 8]
    assert found.closed_orderly


@pytest.mark.parametrize(
    ("end", "closing"),
    [
        ("c > s F. 1 ack 1", [4]),
        ("c > s F. 1 ack 1\ns > c . 1 ack 2", [4, 5]),
        ("c > s F. 1 ack 1\ns > c F. 1 ack 2", [4, 5]),
        ("c > s F. 1 ack 1\ns > c R. 1 ack 2", [4]),
        ("s > c R. 1 ack 1", []),
    ],
)
def test_a_close_that_lacks_a_part_is_not_orderly(end: str, closing: list[int]) -> None:
    found = one(OPENING + end)
    assert numbers(found.closing) == closing
    assert not found.closed_orderly


def test_a_reset_after_both_fins_is_not_orderly_and_is_told() -> None:
    found = one(OPENING + HELLO + "c > s F. 6 ack 1\ns > c F. 1 ack 7\ns > c R 2\nc > s . 7 ack 2")
    assert numbers(found.resets) == [8]
    assert not found.closed_orderly


def test_a_reset_after_the_last_acknowledgement_is_the_kernels_answer_to_one_too_many() -> None:
    """An old segment came late, who is in TIME-WAIT acknowledged again, and the other end was closed already."""
    late = "c > s . 6 ack 1\ns > c . 2 ack 7\nc > s R 7"
    found = one(OPENING + HELLO + CLOSE_IN_3 + late)
    assert found.resets == ()
    assert found.closed_orderly
    assert numbers(found.closing) == [6, 7, 8]


def test_a_fin_at_the_wrap_of_the_numbers_is_acknowledged() -> None:
    isn = {**ISN, "c": 2**32 - 2}
    (found,) = conversations(trace(OPENING + "c > s F. 1 ack 1\ns > c F. 1 ack 2\nc > s . 2 ack 2", isn=isn))
    assert found.closed_orderly
    assert found.handshake_complete


def test_a_udp_conversation_has_no_opening_and_no_close() -> None:
    found = one('c > s udp "x"')
    assert (found.opening.syn, found.first_fin, found.closing, found.closed_orderly) == (
        None,
        None,
        (),
        False,
    )


# Retransmissions


def test_bytes_that_were_seen_before_are_a_retransmission_and_acknowledgements_are_none() -> None:
    found = one(
        OPENING + 'c > s P. 1 ack 1 "one"\nc > s P. 4 ack 1 "two"\nc > s P. 1 ack 1 "onetwo"\nc > s . 7 ack 1'
    )
    assert numbers(found.retransmissions) == [6]


def test_a_segment_with_a_new_byte_is_no_retransmission() -> None:
    assert one(OPENING + 'c > s P. 1 ack 1 "one"\nc > s P. 1 ack 1 "onet"').retransmissions == ()


def test_a_segment_that_fills_a_hole_is_no_retransmission() -> None:
    found = one(OPENING + "c > s P. 4:7(3) ack 1\nc > s P. 1:4(3) ack 1\nc > s P. 2:6(4) ack 1")
    assert numbers(found.retransmissions) == [6]


# Streams


def test_a_stream_is_put_in_order_without_what_came_twice() -> None:
    found = one(
        OPENING
        + 'c > s . 4 ack 1 "lo "\nc > s . 1 ack 1 "hel"\nc > s . 2 ack 1 "ello wor"\nc > s . 4 ack 1 "lo "'
    )
    stream = found.stream(C)
    assert (stream.data, stream.gaps) == (b"hello wor", ())
    assert stream.segments == ((0, 5), (3, 6))


def test_a_stream_without_data_is_empty() -> None:
    stream = one(OPENING).stream(S)
    assert (stream.data, stream.gaps, stream.segments) == (b"", (), ())


def test_bytes_that_were_not_captured_are_gaps_at_their_offsets() -> None:
    found = one(OPENING + 'c > s . 3 ack 1 "llo"\nc > s . 9 ack 1 "rld"\nc > s F. 13 ack 1')
    stream = found.stream(C)
    assert (stream.data, stream.gaps) == (b"llorld", ((0, 2), (5, 3), (11, 1)))
    assert stream.segments == ((2, 4), (8, 5))


def test_a_payload_that_the_capture_cut_off_leaves_a_gap() -> None:
    packets = trace(OPENING + 'c > s . 1 ack 1 "hello"')
    cut = replace(packets[3], payload=b"he")
    (found,) = conversations((*packets[:3], cut))
    assert (found.stream(C).data, found.stream(C).gaps) == (b"he", ((2, 3),))


@pytest.mark.parametrize("isn", [2**32 - 1, 2**32 - 3, 2**32 - 6, 2**31 - 2])
def test_a_stream_goes_on_over_the_wrap_of_its_numbers(isn: int) -> None:
    text = OPENING + 'c > s . 4 ack 1 "lo"\nc > s . 1 ack 1 "hel"\nc > s . 6 ack 1 "!"'
    (found,) = conversations(trace(text, isn={**ISN, "c": isn}))
    assert (found.stream(C).data, found.stream(C).gaps) == (b"hello!", ())
    assert [found.relative(packet)[0] for packet in found.segments(C)] == [0, 1, 4, 1, 6]


def test_without_a_syn_the_stream_begins_at_its_lowest_number() -> None:
    stream = one('c > s . 104 ack 1 "lo"\nc > s . 101 ack 1 "hel"').stream(C)
    assert (stream.data, stream.gaps, stream.segments) == (b"hello", (), ((0, 2), (3, 1)))


def test_data_on_the_syn_is_the_beginning_and_data_on_a_reset_is_no_part() -> None:
    found = one('c > s S 0 "he"\ns > c S. 0 ack 3\nc > s P. 3 ack 1 "llo"\nc > s R. 6 ack 1 "why"')
    assert found.stream(C).data == b"hello"


# Numbers and directions


def test_relative_numbers_begin_at_the_syn() -> None:
    found = one(OPENING + HELLO)
    assert [found.relative(packet) for packet in found.packets] == [(0, 0), (0, 1), (1, 1), (1, 1), (1, 6)]


def test_relative_numbers_without_a_syn_begin_at_one() -> None:
    found = one('c > s P. 70 ack 30 "hi"')
    assert found.relative(found.packets[0]) == (1, 1)
    assert found.relative(one('c > s udp "x"').packets[0]) == (0, 0)


def test_packets_are_told_by_their_sender() -> None:
    found = one(OPENING + HELLO)
    assert numbers(found.segments(C)) == [1, 3, 4]
    assert numbers(found.segments(S)) == [2, 5]
    datagrams = one('c > s udp "x"\ns > c udp "y"')
    assert numbers(datagrams.datagrams(S)) == [2]
    assert datagrams.segments(S) == ()
    assert datagrams.peer(S) == C


# Unreachable ports


def test_port_unreachable_answers_the_datagram_that_it_quotes() -> None:
    packets = trace('c > s udp "x"\ns > c icmp 3/3\ns > c icmp 3/1\ns > d icmp 3/3\nc > s icmp 8/0')
    (found,) = conversations(packets)
    assert numbers(unreachable(packets, found)) == [2]


def test_an_error_without_a_quotation_answers_nothing() -> None:
    packets = trace('c > s udp "x"\ns > c icmp 3/3')
    icmp = packets[1].icmp
    assert icmp is not None
    (found,) = conversations(packets)
    assert unreachable((replace(packets[1], icmp=replace(icmp, quoted=None)),), found) == ()


def test_a_socket_that_talks_to_itself_does_not_raise() -> None:
    place = Endpoint("127.0.0.1", 5000)
    (found,) = conversations(trace("c > s S 0\ns > c S. 0 ack 1", {"c": place, "s": place}))
    assert found.history.startswith("S")
    assert not found.closed_orderly

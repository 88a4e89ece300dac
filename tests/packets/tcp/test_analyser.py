"""Each mark on the least trace that earns it, and on one that just does not."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from kit.packets.conversation import conversations
from kit.packets.model import Packet, TcpOptions
from kit.packets.tcp import Analyser, analyse
from kit.packets.tcp.analyser import analyse_all
from tests.packets.build import trace

OPENING = """
    c > s S 0 win 1000
    s > c S. 0 ack 1 win 1000
    c > s . 1 ack 1 win 1000
"""


def marked(text: str) -> dict[int, set[str]]:
    """Give packet number -> its marks, for those that have any."""
    return {facts.packet.number: set(facts.flags) for facts in analyse_all(trace(text)) if facts.flags}


def scaled(packet: Packet, shift: int) -> Packet:
    assert packet.tcp is not None
    return replace(packet, tcp=replace(packet.tcp, options=TcpOptions(window_scale=shift)))


MARKS = {
    "nothing to say": ("c > s P. 1:6(5) ack 1 win 1000\ns > c . 1 ack 6 win 1000", {}),
    "bytes again, late": (
        "c > s P. 1:6(5) ack 1 win 1000\n0.5 c > s P. 1:6(5) ack 1 win 1000",
        {5: {"retransmission"}},
    ),
    "bytes again, acknowledged before": (
        "c > s P. 1:6(5) ack 1 win 1000\ns > c . 1 ack 6 win 1000\n0.5 c > s P. 1:6(5) ack 1 win 1000",
        {6: {"retransmission", "spurious_retransmission"}},
    ),
    "bytes again, asked for by two duplicates": (
        """
        c > s P. 1:6(5) ack 1 win 1000
        c > s P. 11:16(5) ack 1 win 1000
        s > c . 1 ack 6 win 1000
        s > c . 1 ack 6 win 1000
        s > c . 1 ack 6 win 1000
        c > s P. 6:11(5) ack 1 win 1000
        """,
        {
            5: {"lost_segment"},
            7: {"duplicate_ack"},
            8: {"duplicate_ack"},
            9: {"retransmission", "fast_retransmission"},
        },
    ),
    "a gap that closes within the handshake's time": (
        """
        c > s P. 11:16(5) ack 1 win 1000
        c > s P. 1:11(10) ack 1 win 1000
        """,
        {4: {"lost_segment"}, 5: {"out_of_order"}},
    ),
    "a SYN again": ("0.5 c > s S 0 win 1000", {4: {"retransmission"}}),
    "an acknowledgement of what nobody saw": ("s > c . 1 ack 100 win 1000", {4: {"ack_lost_segment"}}),
    "one before the next, empty, and its answer": (
        "c > s . 0 ack 1 win 1000\ns > c . 1 ack 1 win 1000",
        {4: {"keep_alive"}, 5: {"keep_alive_ack"}},
    ),
    "a closed window, a byte into it, the answer, and its opening": (
        """
        s > c . 1 ack 1 win 0
        c > s . 1:2(1) ack 1 win 1000
        s > c . 1 ack 1 win 0
        s > c . 1 ack 1 win 500
        """,
        {
            4: {"zero_window"},
            5: {"zero_window_probe"},
            6: {"zero_window", "zero_window_probe_ack"},
            7: {"window_update"},
        },
    ),
    "bytes up to the window's edge": ("c > s P. 1:1001(1000) ack 1 win 1000", {4: {"window_full"}}),
    "bytes up to one before the window's edge": ("c > s P. 1:1000(999) ack 1 win 1000", {}),
    "a reset says nothing of windows": ("s > c R. 1 ack 1 win 0", {}),
}


@pytest.mark.parametrize(("text", "expected"), MARKS.values(), ids=MARKS.keys())
def test_a_segment_is_marked_by_the_rule_it_meets(text: str, expected: dict[int, set[str]]) -> None:
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    assert marked(OPENING + lines) == expected


def test_duplicates_of_an_acknowledgement_are_counted_until_it_changes() -> None:
    found = analyse_all(
        trace(
            OPENING
            + "c > s P. 1:6(5) ack 1 win 1000\n"
            + "s > c . 1 ack 1 win 1000\n" * 3
            + "s > c . 1 ack 6 win 1000\n" * 2
        )
    )
    assert [facts.duplicates for facts in found][4:] == [1, 2, 3, 0, 1]


def test_a_window_is_scaled_only_where_both_syns_say_so() -> None:
    for answer, is_full in ((scaled, True), (lambda packet, _shift: packet, False)):
        packets = trace(OPENING + "s > c . 1 ack 1 win 100\nc > s P. 1:401(400) ack 1 win 1000")
        packets = (scaled(packets[0], 2), answer(packets[1], 2), *packets[2:])
        assert ("window_full" in list(analyse_all(packets))[-1].flags) is is_full


def test_the_window_of_a_syn_is_never_scaled() -> None:
    packets = trace("c > s S 0 win 100\ns > c S. 0 ack 1 win 100\nc > s P. 1:101(100) ack 1 win 100")
    packets = (scaled(packets[0], 2), scaled(packets[1], 2), packets[2])
    assert list(analyse_all(packets))[-1].flags == {"window_full"}


def test_nothing_is_said_of_a_full_window_where_no_syn_told_its_scale() -> None:
    assert marked("s > c . 1 ack 1 win 100\nc > s P. 1:101(100) ack 1 win 100") == {}


def test_numbers_are_relative_and_survive_the_wrap() -> None:
    isn = {"c": 2**32 - 3, "s": 2**32 - 2}
    packets = trace(OPENING + "c > s P. 1:6(5) ack 1 win 1000\ns > c . 1 ack 6 win 1000", isn=isn)
    found = list(analyse_all(packets))
    assert [(facts.seq, facts.ack) for facts in found] == [(0, 0), (0, 1), (1, 1), (1, 1), (1, 6)]
    assert all(not facts.flags for facts in found)


def test_round_trip_time_is_from_the_first_segment_that_ended_there() -> None:
    found = list(
        analyse_all(
            trace(
                OPENING
                + "0.100 c > s P. 1:6(5) ack 1 win 1000\n0.300 c > s P. 1:6(5) ack 1 win 1000\n0.350 s > c . 1 ack 6 win 1000"
            )
        )
    )
    assert (found[-1].acknowledges, found[-1].rtt_ns) == (4, 250_000_000)
    assert [facts.rtt_ns for facts in found[:4]] == [None, 1_000_000, 1_000_000, None]


def test_bytes_in_flight_are_those_between_the_first_unacknowledged_and_the_last() -> None:
    found = analyse_all(
        trace(
            OPENING
            + "c > s . 1:101(100) ack 1 win 1000\nc > s . 101:201(100) ack 1 win 1000\n"
            + "s > c . 1 ack 151 win 1000\nc > s . 201:211(10) ack 1 win 1000"
        )
    )
    assert [facts.bytes_in_flight for facts in found][3:] == [100, 200, None, 60]


def test_what_a_host_sends_twice_is_sent_again_however_fast_it_was() -> None:
    """On a link of microseconds the marks say out_of_order; the sender's own capture knows better."""
    opening = "c > s S 0 win 1000\n0.1 s > c S. 0 ack 1 win 1000\n0.101 c > s . 1 ack 1 win 1000\n"
    found = list(
        analyse_all(
            trace(
                opening
                + "c > s . 1:101(100) ack 1 win 1000\nc > s . 101:201(100) ack 1 win 1000\nc > s . 1:101(100) ack 1 win 1000"
            )
        )
    )
    assert found[-1].flags == {"out_of_order"}
    assert [facts.sent_again for facts in found] == [False] * 5 + [True]


def test_a_keep_alive_with_a_byte_is_not_sent_again() -> None:
    found = list(analyse_all(trace(OPENING + "c > s . 1:6(5) ack 1 win 1000\nc > s . 5:6(1) ack 1 win 1000")))
    assert found[-1].flags == {"keep_alive"}
    assert not found[-1].sent_again


COMPLETENESS = {
    "whole": (OPENING + "c > s P. 1:6(5) ack 1\ns > c F. 1 ack 6", 31),
    "refused": ("c > s S 0\ns > c R. 0 ack 1", 37),
    "reset after data": (OPENING + "c > s P. 1:6(5) ack 1\ns > c R. 1 ack 6", 47),
    "unanswered": ("c > s S 0\nc > s S 0", 1),
    "from the middle": ("c > s P. 1:6(5) ack 1\ns > c . 1 ack 6", 12),
}


@pytest.mark.parametrize(("text", "bits"), COMPLETENESS.values(), ids=COMPLETENESS.keys())
def test_completeness_tells_what_was_seen(text: str, bits: int) -> None:
    (conversation,) = conversations(trace(text))
    assert analyse(conversation).completeness == bits


def test_a_syn_with_another_number_is_another_conversation_on_a_reused_port() -> None:
    packets = trace(OPENING + "s > c R. 1 ack 1\nc > s S 5000\ns > c S. 7000 ack 5001")
    found = list(analyse_all(packets))
    assert [facts.conversation for facts in found] == [0, 0, 0, 0, 1, 1]
    assert found[4].flags == {"reused_port"}
    assert (found[4].seq, found[5].ack) == (0, 1)
    first, second = conversations(packets)
    assert "reused_port" not in analyse(first).segments[0].flags
    assert "reused_port" in analyse(second).segments[0].flags


def test_packets_without_tcp_have_no_facts() -> None:
    analyser = Analyser()
    assert [analyser.feed(packet) for packet in trace('c > s udp "x"\ns > c icmp 3/3')] == [None, None]


def test_the_analysis_of_a_conversation_tells_the_whole() -> None:
    (conversation,) = conversations(
        trace(
            """
            c > s S 0
            s > c S. 0 ack 1
            c > s . 1 ack 1
            c > s P. 1 ack 1 "hello"
            s > c . 1 ack 6
            s > c P. 1 ack 6 "hi"
            0.5 c > s P. 1 ack 3 "hello"
            c > s F. 6 ack 3
            s > c F. 3 ack 7
            1.0 c > s . 7 ack 4
            """
        )
    )
    analysis = analyse(conversation)
    assert analysis.history == "ShADadTFf"
    assert analysis.conn_state == "SF"
    assert analysis.duration_ns == 999_000_000
    assert analysis.bytes == (5, 2)
    assert analysis.handshake_ns == 2_000_000
    assert analysis.first_closer == conversation.client
    assert len(analysis.closing) == 3
    assert [facts.packet.number for facts in analysis.retransmissions] == [7]
    seventh = analysis.facts(7)
    assert seventh is not None
    assert "spurious_retransmission" in seventh.flags
    assert analysis.facts(11) is None


def test_an_analysis_of_datagrams_has_no_segments() -> None:
    (conversation,) = conversations(trace('c > s udp "x"\ns > c udp "y"'))
    analysis = analyse(conversation)
    assert (analysis.segments, analysis.completeness, analysis.handshake_ns) == ((), 0, None)
    assert analysis.conn_state == "SF"


def test_memory_does_not_grow_with_the_packets_of_a_conversation() -> None:
    exchange = "c > s . {0}:{1}(10) ack 1 win 1000\ns > c . 1 ack {1} win 1000"
    packets = trace(OPENING + "\n".join(exchange.format(at, at + 10) for at in range(1, 20_000, 10)))
    analyser = Analyser()
    for packet in packets[:1000]:
        analyser.feed(packet)
    tracemalloc.start()
    for packet in packets[1000:]:
        analyser.feed(packet)
    grown_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown_bytes < 2_000

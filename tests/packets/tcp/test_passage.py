from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kit.packets.tcp import between
from tests.packets.build import trace

if TYPE_CHECKING:
    from kit.packets.model import Packet
    from kit.packets.tcp import Passage

SENT = trace("0.1 c > s . 1:11(10) ack 1\n0.2 c > s . 11:21(10) ack 1\n0.3 c > s . 21:31(10) ack 1")
_MS = 1_000_000


def arrived(*arrivals: tuple[Packet, int]) -> list[Packet]:
    """Give a capture of these packets, each so many milliseconds after it was sent."""
    came = sorted(
        (replace(packet, time_ns=packet.time_ns + ms * _MS) for packet, ms in arrivals),
        key=lambda packet: packet.time_ns,
    )
    return [replace(packet, number=number) for number, packet in enumerate(came, 101)]


def went(passage: Passage) -> list[tuple[int, int | None]]:
    return [(trip.sent.number, trip.arrived.number if trip.arrived else None) for trip in passage.trips]


def test_each_packet_is_found_with_its_delay() -> None:
    passage = between(SENT, arrived(*((packet, 5) for packet in SENT)))
    assert went(passage) == [(1, 101), (2, 102), (3, 103)]
    assert [trip.delay_ns for trip in passage.trips] == [5 * _MS] * 3
    assert (passage.lost, passage.reordered, passage.repeated) == ((), (), ())


def test_what_only_the_sender_saw_was_lost() -> None:
    passage = between(SENT, arrived((SENT[0], 1), (SENT[2], 1)))
    assert [packet.number for packet in passage.lost] == [2]
    assert passage.arrival(2) is None
    assert passage.trips[1].delay_ns is None


def test_the_late_one_is_reordered_and_not_those_that_passed_it() -> None:
    passage = between(SENT, arrived((SENT[0], 250), (SENT[1], 1), (SENT[2], 1)))
    assert [trip.sent.number for trip in passage.reordered] == [1]
    assert [trip.sent.number for trip in passage.delayed(200 * _MS)] == [1]


def test_of_two_that_look_alike_the_later_one_made_it() -> None:
    again = replace(SENT[0], number=4, time_ns=SENT[0].time_ns + 400 * _MS)
    passage = between([*SENT, again], arrived((SENT[1], 1), (SENT[2], 1), (again, 1)))
    assert [packet.number for packet in passage.lost] == [1]
    assert went(passage)[3] == (4, 103)


def test_one_that_came_before_the_copy_was_sent_is_the_first() -> None:
    again = replace(SENT[0], number=4, time_ns=SENT[0].time_ns + 400 * _MS)
    passage = between([*SENT, again], arrived((SENT[0], 1)))
    assert [packet.number for packet in passage.lost] == [2, 3, 4]


def test_two_slow_ones_that_look_alike_keep_their_order() -> None:
    again = replace(SENT[0], number=4, time_ns=SENT[0].time_ns + 200 * _MS)
    passage = between([SENT[0], again], arrived((SENT[0], 300), (again, 300)))
    assert [trip.delay_ns for trip in passage.trips] == [300 * _MS] * 2


def test_a_copy_that_the_network_made_is_repeated() -> None:
    passage = between(SENT, arrived((SENT[0], 1), (SENT[0], 2), (SENT[1], 1), (SENT[2], 1)))
    assert went(passage) == [(1, 101), (2, 103), (3, 104)]
    assert [packet.number for packet in passage.repeated] == [102]


def test_what_others_sent_is_passed_over() -> None:
    passage = between(SENT[:1], arrived((SENT[0], 1), (SENT[1], 1)))
    assert went(passage) == [(1, 101)]
    assert passage.repeated == ()

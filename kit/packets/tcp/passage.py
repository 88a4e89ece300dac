"""What became of packets between two hosts: the same packet found in both captures.

A capture alone can only guess what was lost or overtaken. Two captures on one clock tell: what the sender's has
and the receiver's has not was lost on the way; the difference of the two times is the delay.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from kit.packets.model import Packet


@dataclass(frozen=True, slots=True)
class Trip:
    """A packet that was sent. `arrived` None: the other capture has it not.

    `reordered`: one that was sent later arrived before it (RFC 4737 3.3 gives the late one that name).
    """

    sent: Packet
    arrived: Packet | None
    reordered: bool = False

    @property
    def delay_ns(self) -> int | None:
        return None if self.arrived is None else self.arrived.time_ns - self.sent.time_ns


@dataclass(frozen=True)
class Passage:
    """Every packet that was sent, in that order. `repeated` are arrivals that nobody sent: copies of the network.

    That a packet is among `lost` says that it did not arrive only where the receiver's capture is whole and
    went on long enough.
    """

    trips: tuple[Trip, ...]
    repeated: tuple[Packet, ...]

    @cached_property
    def lost(self) -> tuple[Packet, ...]:
        return tuple(trip.sent for trip in self.trips if trip.arrived is None)

    @cached_property
    def reordered(self) -> tuple[Trip, ...]:
        return tuple(trip for trip in self.trips if trip.reordered)

    def delayed(self, by_ns: int) -> tuple[Trip, ...]:
        """Give those that took at least so long."""
        return tuple(trip for trip in self.trips if trip.delay_ns is not None and trip.delay_ns >= by_ns)

    def arrival(self, number: int) -> Packet | None:
        """Give what the packet of this number, in the sender's capture, arrived as."""
        trip = self._by_number.get(number)
        return None if trip is None else trip.arrived

    @cached_property
    def _by_number(self) -> dict[int, Trip]:
        return {trip.sent.number: trip for trip in self.trips}


def between(sent: Iterable[Packet], received: Iterable[Packet]) -> Passage:
    """Find each packet that one host sent to another in the other's capture.

    `sent` are the packets that left (of the sender's capture those from its address to the other's);
    `received` is the other's capture, or any part of it that holds all that came from the sender: only packets
    that look like one of `sent` count.
    """
    copies: dict[Hashable, tuple[list[Packet], list[Packet]]] = defaultdict(lambda: ([], []))
    trips = list(sent)
    for packet in trips:
        copies[_identity(packet)][0].append(packet)
    for packet in received:
        alike = copies.get(_identity(packet))
        if alike is not None:
            alike[1].append(packet)
    arrivals: dict[int, Packet] = {}
    repeated: list[Packet] = []
    for left, came in copies.values():
        pairs = dict(_pairs(left, came))
        arrivals |= pairs
        matched = {packet.number for packet in pairs.values()}
        repeated += (packet for packet in came if packet.number not in matched)
    late = _late(arrivals)
    return Passage(
        tuple(Trip(one, arrivals.get(one.number), one.number in late) for one in trips),
        tuple(sorted(repeated, key=lambda packet: packet.number)),
    )


def _pairs(left: Sequence[Packet], came: Sequence[Packet]) -> Iterator[tuple[int, Packet]]:
    """Match packets that look alike, none with one that was sent after it came.

    As many came as left, or more: each is the first that came behind it. Fewer: the last copies made it, for
    a copy is sent because the one before is missed.
    """
    if len(came) >= len(left):
        waiting = iter(came)
        for one in left:
            found = next((packet for packet in waiting if packet.time_ns >= one.time_ns), None)
            if found is not None:
                yield one.number, found
        return
    senders = reversed(left)
    for packet in reversed(came):
        sender = next((one for one in senders if one.time_ns <= packet.time_ns), None)
        if sender is not None:
            yield sender.number, packet


def _late(arrivals: dict[int, Packet]) -> set[int]:
    """Give those that one sent later had overtaken: in order of arrival, their number is below one before."""
    late = set()
    newest = 0
    for number in sorted(arrivals, key=lambda number: arrivals[number].number):
        if number < newest:
            late.add(number)
        newest = max(newest, number)
    return late


def _identity(packet: Packet) -> Hashable:
    """Give what nobody on the way changes; the timestamp option tells most copies apart (RFC 7323 3)."""
    tcp = packet.tcp
    header = tcp and (tcp.seq, tcp.ack, tcp.flags, tcp.window, tcp.length, tcp.options)
    datagram = packet.udp and (packet.udp.length, packet.payload)
    message = packet.icmp and (packet.icmp.type, packet.icmp.code, packet.icmp.quoted)
    return packet.protocol, packet.source, packet.target, header, datagram, message

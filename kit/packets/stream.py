"""Sequence numbers and the byte stream that they number (RFC 9293 3.4, 3.10.7.4).

Sequence numbers are 32 bits and wrap. Here they become plain integers that count on from the first
one seen, so that everything above compares and sorts them as numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.packets.model import Flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.packets.model import Packet, Tcp

_WRAP = 1 << 32
_SYN_ACK = Flags.SYN | Flags.ACK


@dataclass(frozen=True, slots=True)
class Stream:
    """What one side sent. `data` are the bytes that were seen, in order: the stream itself where `gaps` is empty.

    `gaps` are (offset in the stream, length) of bytes known to exist but not captured; `segments` are
    (offset in the stream, packet number) of the packets that brought new bytes.
    """

    data: bytes
    gaps: tuple[tuple[int, int], ...]
    segments: tuple[tuple[int, int], ...]


def space(tcp: Tcp) -> int:
    """Give how much sequence space a segment takes: its payload, and one for a SYN and a FIN each."""
    return tcp.length + bool(tcp.flags & Flags.SYN) + bool(tcp.flags & Flags.FIN)


def unwrap(packets: Iterable[Packet], origin: int) -> Iterator[tuple[int, Packet]]:
    """Number each segment of one sender from `origin`, over any number of wraps.

    A segment is taken to be the nearest one to the segment before it: half of the number space.
    """
    last = 0
    for packet in packets:
        if packet.tcp is None:
            continue
        last += (packet.tcp.seq - origin - last + _WRAP // 2) % _WRAP - _WRAP // 2
        yield last, packet


def reassemble(packets: Sequence[Packet]) -> Stream:
    """Put one sender's segments in order. Overlaps are taken from the segment that begins first.

    The stream begins behind the SYN; without one, at the lowest number seen. A RST's payload is no
    part of it (RFC 9293 3.10.7.4); a FIN tells where it ends.
    """
    parts = []
    end = 0
    syn = next((p.tcp for p in packets if p.tcp is not None and p.tcp.flags & Flags.SYN), None)
    first = next((p.tcp for p in packets if p.tcp is not None), None)
    origin = syn.seq + 1 if syn else first.seq if first else 0
    for seq, packet in unwrap(packets, origin):
        tcp = packet.tcp
        if tcp is None or tcp.flags & Flags.RST:
            continue
        begin = seq + bool(tcp.flags & Flags.SYN)
        if tcp.length or tcp.flags & Flags.FIN:
            parts.append((begin, packet.number, packet.payload[: tcp.length]))
            end = max(end, begin + tcp.length)
    parts.sort(key=lambda part: part[:2])
    return _join(parts, end, 0 if syn or not parts else parts[0][0])


def _join(parts: list[tuple[int, int, bytes]], end: int, start: int) -> Stream:
    data = bytearray()
    gaps: list[tuple[int, int]] = []
    segments: list[tuple[int, int]] = []
    position = start
    for begin, number, payload in parts:
        new = payload[max(0, position - begin) :]
        if not new:
            continue
        if begin > position:
            gaps.append((position - start, begin - position))
            position = begin
        segments.append((position - start, number))
        data += new
        position += len(new)
    if position < end:
        gaps.append((position - start, end - position))
    return Stream(bytes(data), tuple(gaps), tuple(segments))


class Seen:
    """The ranges of one sender's sequence space that its capture already holds. Logarithmic in the holes."""

    __slots__ = ("_begins", "_ends")

    def __init__(self) -> None:
        self._begins: list[int] = []  # of ranges that are sorted and apart from each other
        self._ends: list[int] = []

    def add(self, begin: int, end: int) -> bool:
        """Note [begin, end); tell whether all of it was there before."""
        begins, ends = self._begins, self._ends
        if ends and begins[-1] <= begin <= ends[-1]:  # nearly always: it goes on where the last one ended
            if end <= ends[-1]:
                return True
            ends[-1] = end
            return False
        low = bisect_left(ends, begin)
        high = bisect_right(begins, end)
        if low < high:  # it touches the ranges low to high - 1
            if begins[low] <= begin and end <= ends[low]:
                return True
            begin, end = min(begin, begins[low]), max(end, ends[high - 1])
        begins[low:high] = [begin]
        ends[low:high] = [end]
        return False


class Numbered:
    """One side of a connection, as far as its numbers go: `base` is its initial sequence number, once known."""

    __slots__ = ("base",)

    def __init__(self) -> None:
        self.base: int | None = None


def begins_anew(tcp: Tcp, sender: Numbered) -> bool:
    """Tell whether a segment opens another connection between the same ends.

    A SYN with another initial sequence number than the sender had is a new connection (RFC 9293 3.4.1,
    3.10.7.4 on TIME-WAIT); one with the same is a retransmission.
    """
    return sender.base is not None and tcp.flags & _SYN_ACK == Flags.SYN and tcp.seq != sender.base


def number(tcp: Tcp, sender: Numbered, peer: Numbered) -> None:
    """Learn the initial sequence numbers: a SYN has it, any other first segment and acknowledgement is behind it."""
    if sender.base is None:
        sender.base = tcp.seq if tcp.flags & Flags.SYN else (tcp.seq - 1) % _WRAP
    if peer.base is None and tcp.flags & Flags.ACK:
        peer.base = (tcp.ack - 1) % _WRAP

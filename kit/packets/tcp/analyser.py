"""Segments in, facts out: the analysis of a capture as a stream.

`feed` takes the packets of one capture in their order. It keeps two sides a connection (kit.packets.tcp.side)
and nothing of the packets themselves, so it can follow a capture of any length. The order in which a
segment's marks, numbers and acknowledgement are worked out is tshark's: one depends on the other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kit.packets.model import Flags
from kit.packets.stream import begins_anew, number
from kit.packets.tcp import model, rules
from kit.packets.tcp.model import SegmentFacts
from kit.packets.tcp.rules import difference
from kit.packets.tcp.side import NO_SCALE, UNCOUNTED, UNKNOWN_SCALE, Sent, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.packets.model import Endpoint, Packet, Tcp

_MASK = 0xFFFF_FFFF
_FIN, _SYN, _RST, _ACK = (int(flag) for flag in (Flags.FIN, Flags.SYN, Flags.RST, Flags.ACK))
_SYN_OR_FIN = _SYN | _FIN
_CONTROL = _SYN | _FIN | _RST
_SYN_ACK = _SYN | _ACK
_LARGEST_SCALE = 14  # RFC 7323 2.3
_MOST_IN_FLIGHT = 2_000_000_000  # more than any window: numbers that make no sense
_SACK_BLOCKS = 3  # RFC 2018 3: that many fit beside the timestamp option


@cache
def _names(marks: int) -> frozenset[str]:
    return frozenset(name for bit, name in model.FLAG_NAMES.items() if marks & bit)


class Connection:
    """What both sides of one connection have shown. `index` counts from 0, as tshark's tcp.stream."""

    __slots__ = ("completeness", "first", "handshake_ns", "index", "is_open", "second", "syn_ns")

    def __init__(self, index: int) -> None:
        self.index = index
        self.first = Side()
        self.second = Side()
        self.completeness = 0
        self.is_open = False  # a segment was seen
        self.syn_ns = 0  # when the last SYN came; 0: none, and in a capture without times all are 0
        self.handshake_ns: int | None = None

    def note(self, tcp: Tcp, bits: int, time_ns: int, sender: Side, peer: Side) -> None:
        """Take from a segment what the following ones are judged by."""
        self.completeness |= _shows(bits & (_SYN_ACK | _CONTROL), tcp.length > 0, self.is_open)
        self.is_open = True
        kind = bits & _SYN_ACK
        if kind == _SYN:
            self.syn_ns = time_ns
        elif kind == _ACK:
            sender.unscaled = False
            if not self.handshake_ns and self.syn_ns:
                self.handshake_ns = time_ns - self.syn_ns
                if self.handshake_ns:
                    sender.patience_ns = peer.patience_ns = self.handshake_ns
        if tcp.options.window_scale is not None:
            sender.scale = min(tcp.options.window_scale, _LARGEST_SCALE)
        if bits & _SYN:
            sender.unscaled = True
            _agree_on_scale(sender, peer, is_answer=kind == _SYN_ACK)


# What a segment shows of its conversation, by its SYN and ACK and whether it has payload. A SYN counts where it
# opens the conversation: any other is sent again. Its payload is RFC 7413's.
_SHOWN_BY: Mapping[tuple[int, bool], int] = {
    (_SYN, False): model.SYN_SEEN,
    (_SYN, True): model.SYN_SEEN | model.DATA_SEEN,
    (_SYN_ACK, False): model.SYN_ACK_SEEN,
    (_SYN_ACK, True): model.SYN_ACK_SEEN,
    (_ACK, False): model.ACK_SEEN,
    (_ACK, True): model.DATA_SEEN,
}


@cache
def _shows(bits: int, has_payload: bool, is_open: bool) -> int:
    kind = bits & _SYN_ACK
    shown = 0 if kind == _SYN and is_open else _SHOWN_BY.get((kind, has_payload), 0)
    if bits & _FIN and bits & _ACK:
        shown |= model.FIN_SEEN
    if bits & _RST:
        shown |= model.RST_SEEN
    return shown


def _agree_on_scale(sender: Side, peer: Side, *, is_answer: bool) -> None:
    """Windows are scaled only where both SYNs say so (RFC 7323 2.2)."""
    if sender.scale == UNKNOWN_SCALE:
        sender.scale = peer.scale = NO_SCALE
    elif is_answer and peer.scale == NO_SCALE:
        sender.scale = NO_SCALE


class Analyser:
    """Follows every TCP connection of one capture."""

    def __init__(self) -> None:
        self._ways: dict[tuple[Endpoint, Endpoint], tuple[Connection, Side, Side]] = {}
        self.connections = 0

    def feed(self, packet: Packet) -> SegmentFacts | None:
        """Give the facts of the capture's next packet; None for what is no TCP segment. Never raises."""
        tcp, source, target = packet.tcp, packet.source, packet.target
        if tcp is None or source is None or target is None:
            return None
        marks = 0
        way = self._ways.get((source, target))
        bits = int(tcp.flags)
        if way is None:
            way = self._open(source, target)
        elif bits & _SYN:
            if begins_anew(tcp, way[1]):
                way = self._open(source, target)
                marks = model.REUSED_PORT
            else:
                marks = _reopened(tcp, bits, way[1])
        connection, sender, peer = way
        if sender.base is None or peer.base is None:
            number(tcp, sender, peer)
        facts = _segment(packet, source, tcp, marks, way)
        connection.note(tcp, bits, packet.time_ns, sender, peer)
        return facts

    def connection(self, one: Endpoint, other: Endpoint) -> Connection | None:
        """Give what is known of the latest connection between two ends."""
        way = self._ways.get((one, other))
        return None if way is None else way[0]

    def _open(self, source: Endpoint, target: Endpoint) -> tuple[Connection, Side, Side]:
        connection = Connection(self.connections)
        self.connections += 1
        self._ways[target, source] = connection, connection.second, connection.first
        way = self._ways[source, target] = connection, connection.first, connection.second
        return way


def analyse_all(packets: Iterable[Packet]) -> Iterable[SegmentFacts]:
    """Give the facts of every segment of a capture, one after the other."""
    feed = Analyser().feed
    return (facts for packet in packets if (facts := feed(packet)) is not None)


def _reopened(tcp: Tcp, bits: int, sender: Side) -> int:
    """Take a SYN on a connection that has numbers: sent again, or a SYN-ACK with numbers of its own."""
    if not bits & _ACK:
        if sender.base is not None:
            # A RST may have moved them: its number is what the peer acknowledged (RFC 9293 3.5.2).
            sender.next_seq = sender.contiguous
    elif sender.base is not None and tcp.seq != sender.base:
        sender.base = tcp.seq
        return model.REUSED_PORT
    return 0


def _segment(
    packet: Packet, sender_end: Endpoint, tcp: Tcp, marks: int, way: tuple[Connection, Side, Side]
) -> SegmentFacts:
    connection, sender, peer = way
    bits = int(tcp.flags)
    seq, ack, length, time_ns = tcp.seq, tcp.ack, tcp.length, packet.time_ns
    has_ack = bits & _ACK != 0
    peer.in_flight_known |= has_ack
    ahead = difference(seq, sender.next_seq)
    begin = sender.next_seq + ahead
    end = begin + length + (bits & _SYN_OR_FIN != 0)
    marks |= _marks(tcp, bits, ahead, sender, peer, time_ns)
    duplicates = sender.duplicates if marks & model.DUPLICATE_ACK else 0
    if ack != sender.acknowledged:
        sender.duplicates = 0
    if has_ack and peer.contiguous and difference(ack, peer.contiguous) > 0:
        marks |= _acknowledged_the_unseen(peer)
    sent_again = False
    if end > begin:
        if not marks & model.KEEP_ALIVE:
            marks |= _sent_before(tcp, ahead, time_ns, sender, peer)
            if not bits & _RST:
                sent_again = sender.seen.add(begin, end)
        sender.unacknowledged.add(begin, end, Sent(packet.number, time_ns))
    if not marks & model.ZERO_WINDOW_PROBE:
        _advance(begin, end, time_ns, sender)
    sender.window, sender.acknowledged, sender.acknowledged_ns = tcp.window, ack, time_ns
    sender.last_marks, sender.sacked = marks, _sacked(tcp)
    answered = peer.unacknowledged.acknowledge(peer.next_seq + difference(ack, peer.next_seq))
    return SegmentFacts(
        packet,
        sender_end,
        connection.index,
        (seq - (sender.base or 0)) & _MASK,
        (ack - (peer.base or 0)) & _MASK if has_ack else 0,
        _names(marks),
        duplicates,
        answered and answered.number,
        answered and time_ns - answered.time_ns,
        _in_flight(sender, peer, bits) if length else None,
        sent_again,
    )


def _marks(tcp: Tcp, bits: int, ahead: int, sender: Side, peer: Side, time_ns: int) -> int:
    """Give the marks that tell of the window and of what is missing or repeated."""
    if rules.is_probe(tcp, ahead, peer):
        return model.ZERO_WINDOW_PROBE
    if bits & _RST:
        return 0
    marks = 0
    is_plain = not bits & _CONTROL
    for mark, applies in rules.PRESENT[tcp.length > 0, is_plain]:
        if applies(tcp, ahead, time_ns, sender, peer):
            marks |= mark
    if marks & model.LOST_SEGMENT:
        sender.in_flight_known = False
    if is_plain and not tcp.length and rules.is_repeated(tcp, ahead, sender):
        again = rules.repeated(tcp, sender, peer)
        if again == model.DUPLICATE_ACK:
            sender.duplicates = 1 if sender.duplicates == UNCOUNTED else sender.duplicates + 1
        marks |= again
    return marks


def _acknowledged_the_unseen(peer: Side) -> int:
    """Mark an acknowledgement of what the capture does not have: once for each hole."""
    if peer.contiguous < peer.next_seq:
        peer.contiguous = peer.next_seq
        return model.ACK_LOST_SEGMENT
    is_first = peer.duplicates == 0
    peer.duplicates = UNCOUNTED
    return model.ACK_LOST_SEGMENT if is_first else 0


def _sent_before(tcp: Tcp, ahead: int, time_ns: int, sender: Side, peer: Side) -> int:
    for mark, applies in rules.SENT_BEFORE:
        if applies(tcp, ahead, time_ns, sender, peer):
            return mark
    return 0


def _advance(begin: int, end: int, time_ns: int, sender: Side) -> None:
    if end > sender.next_seq or not sender.next_seq:
        sender.next_seq = end
        sender.next_seq_ns = time_ns
    if begin == sender.contiguous or not sender.contiguous:
        sender.contiguous = sender.next_seq


def _in_flight(sender: Side, peer: Side, bits: int) -> int | None:
    if not sender.in_flight_known:
        return None
    size = sender.unacknowledged.reach - peer.sacked
    if not 0 < size < _MOST_IN_FLIGHT:
        return None
    return size - (bits & _SYN_OR_FIN != 0) or None


def _sacked(tcp: Tcp) -> int:
    if not tcp.options.sack_blocks:
        return 0
    return sum((right - left) & _MASK for left, right in tcp.options.sack_blocks[:_SACK_BLOCKS])

"""Packets of one host, grouped into conversations (both directions of a 5-tuple), and what TCP did in them.

Times and order are the capture's own: what a host sent is seen when it left, what it received when it came.
Questions about a sender (its retransmissions, its first FIN) are best asked at that sender's own host.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from kit.packets import zeek
from kit.packets.model import Endpoint, Flags, Packet
from kit.packets.stream import Numbered, Seen, Stream, begins_anew, number, reassemble, space, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kit.packets.model import Tcp

_WRAP = 1 << 32
_SYN_ACK = Flags.SYN | Flags.ACK
_KIND = Flags.SYN | Flags.ACK | Flags.FIN | Flags.RST


@dataclass(frozen=True, slots=True)
class Opening:
    """The three segments of the handshake (RFC 9293 3.5, figure 6); None where one was not seen."""

    syn: Packet | None = None
    syn_ack: Packet | None = None
    ack: Packet | None = None


@dataclass(frozen=True, slots=True)
class Fins:
    """The first segment of each side that carries a FIN, or None."""

    client: Packet | None = None
    server: Packet | None = None


@dataclass(frozen=True)
class Conversation:
    """Both directions of one 5-tuple, in one capture. A SYN on a finished one begins a new conversation.

    `client` is the originator: who sent the first SYN (or, where the capture has none, the target of a
    SYN-ACK that comes first, else the sender of the first packet).
    """

    protocol: Literal["tcp", "udp"]
    client: Endpoint
    server: Endpoint
    packets: tuple[Packet, ...]
    reused: bool = False  # an earlier conversation in this capture had the same ends

    def peer(self, end: Endpoint) -> Endpoint:
        return self.server if end == self.client else self.client

    def segments(self, sender: Endpoint) -> tuple[Packet, ...]:
        """Give the TCP segments that this end sent, in the capture's order."""
        return tuple(packet for packet in self.packets if packet.tcp is not None and packet.source == sender)

    def datagrams(self, sender: Endpoint) -> tuple[Packet, ...]:
        """Give the UDP datagrams that this end sent, in the capture's order."""
        return tuple(packet for packet in self.packets if packet.udp is not None and packet.source == sender)

    @cached_property
    def opening(self) -> Opening:
        """The first SYN, the SYN-ACK that acknowledges it, and the ACK that acknowledges that (RFC 9293 3.5).

        A simultaneous open (figure 7) is no three-way handshake: its third segment stays None.
        """
        client, server = self.segments(self.client), self.segments(self.server)
        syn = _first(client, lambda tcp: tcp.flags & _KIND == Flags.SYN)
        if syn is None or syn.tcp is None:
            syn_ack = _first(server, lambda tcp: tcp.flags & _KIND == _SYN_ACK)
            return Opening(None, syn_ack)
        begin = (syn.tcp.seq + 1) % _WRAP
        syn_ack = _first(server, lambda tcp: tcp.flags & _KIND == _SYN_ACK and _covers(tcp.ack, begin))
        if syn_ack is None or syn_ack.tcp is None:
            return Opening(syn)
        end = (syn_ack.tcp.seq + 1) % _WRAP
        after = [packet for packet in client if packet.number > syn_ack.number]
        ack = _first(after, lambda tcp: tcp.flags & _CONTROLLED == Flags.ACK and _covers(tcp.ack, end))
        return Opening(syn, syn_ack, ack)

    @cached_property
    def handshake_complete(self) -> bool:
        """Whether all three segments of the handshake were seen."""
        return None not in (self.opening.syn, self.opening.syn_ack, self.opening.ack)

    @cached_property
    def fins(self) -> Fins:
        """The first FIN of each side (RFC 9293 3.6)."""
        first = [_first(self.segments(end), _has_fin) for end in (self.client, self.server)]
        return Fins(*first)

    @cached_property
    def first_fin(self) -> Endpoint | None:
        """Who sent a FIN first, in this capture: the active closer. It is who keeps TIME-WAIT (RFC 9293 3.6)."""
        packet = _first(self.packets, _has_fin)
        return None if packet is None else packet.source

    @cached_property
    def resets(self) -> tuple[Packet, ...]:
        """All segments with RST, of both sides (RFC 9293 3.5.2), but for those that come when the close is complete.

        One of these is no program's: an old segment that arrives late makes the side in TIME-WAIT acknowledge once
        more, and where that meets no connection any more the kernel answers with RST (3.10.7.1).
        """
        answers = self._fin_answers
        over = (
            max((one.number for one in answers if one is not None), default=0)
            if None not in answers
            else None
        )
        return tuple(
            packet
            for packet in self.packets
            if packet.tcp is not None
            and packet.tcp.flags & Flags.RST
            and (over is None or packet.number < over)
        )

    @cached_property
    def _fin_answers(self) -> tuple[Packet | None, Packet | None]:
        """The first acknowledgement of the client's FIN, and of the server's."""
        client, server = self.fins.client, self.fins.server
        return (
            None if client is None else self._acknowledgement(client, self.server),
            None if server is None else self._acknowledgement(server, self.client),
        )

    @cached_property
    def closing(self) -> tuple[Packet, ...]:
        """The segments of the close (RFC 9293 3.6, figure 12), in the capture's order.

        They are: of each side, the first segment with a FIN; and for each of these, the first segment of
        the other side that acknowledges it. A segment that does both counts once, so a FIN answered by
        FIN-ACK gives 3, a FIN answered by ACK and then FIN gives 4, and FINs that cross give 4.
        Retransmissions and further acknowledgements do not count.
        """
        found: dict[int, Packet] = {}
        for fin, answer in zip((self.fins.client, self.fins.server), self._fin_answers, strict=True):
            found |= {packet.number: packet for packet in (fin, answer) if packet is not None}
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def closed_orderly(self) -> bool:
        """Whether both sides sent a FIN, both FINs were acknowledged, and no RST came (RFC 9293 3.6)."""
        return not self.resets and None not in self._fin_answers

    def _acknowledgement(self, fin: Packet, by: Endpoint) -> Packet | None:
        if fin.tcp is None:
            return None
        end = (fin.tcp.seq + space(fin.tcp)) % _WRAP
        after = [packet for packet in self.segments(by) if packet.number > fin.number]
        return _first(after, lambda tcp: tcp.flags & _ACK_OR_RST == Flags.ACK and _covers(tcp.ack, end))

    @cached_property
    def retransmissions(self) -> tuple[Packet, ...]:
        """Segments with payload, SYN or FIN whose whole sequence range this capture saw before (RFC 9293 3.8.1).

        At the sender's own host these are all that it sent again; elsewhere only those of which both came.
        """
        again = []
        for end in dict.fromkeys((self.client, self.server)):
            seen = Seen()
            for seq, packet in unwrap(self.segments(end), self._isn(end)):
                if packet.tcp is None or packet.tcp.flags & Flags.RST or not space(packet.tcp):
                    continue
                if seen.add(seq, seq + space(packet.tcp)):
                    again.append(packet)
        return tuple(sorted(again, key=lambda packet: packet.number))

    def stream(self, sender: Endpoint) -> Stream:
        """Give the bytes that this end sent, put in order by their numbers (RFC 9293 3.4)."""
        return reassemble(self.segments(sender))

    def relative(self, packet: Packet) -> tuple[int, int]:
        """Give (seq, ack) counted from each side's initial sequence number, as readers of traces know them.

        The first byte of data is 1. Without a SYN in the capture the first number seen is 1, too. The
        acknowledgement is 0 where the segment has none. (0, 0) for a packet that is no TCP segment of this.
        """
        if packet.tcp is None or packet.source not in (self.client, self.server):
            return 0, 0
        seq = (packet.tcp.seq - self._isn(packet.source)) % _WRAP
        if not packet.tcp.flags & Flags.ACK:
            return seq, 0
        return seq, (packet.tcp.ack - self._isn(self.peer(packet.source))) % _WRAP

    def _isn(self, end: Endpoint) -> int:
        return self._isns.get(end, 0)

    @cached_property
    def _isns(self) -> dict[Endpoint, int]:
        """Each side's initial sequence number: of its SYN, else one before the first number that tells."""
        found: dict[Endpoint, int] = {}
        for end in (self.client, self.server):
            own, other = self.segments(end), self.segments(self.peer(end))
            syn = _first(own, lambda tcp: bool(tcp.flags & Flags.SYN))
            told = _first(other, lambda tcp: bool(tcp.flags & Flags.ACK))
            if syn is not None and syn.tcp is not None:
                found[end] = syn.tcp.seq
            elif own and own[0].tcp is not None:
                found[end] = (own[0].tcp.seq - 1) % _WRAP
            elif told is not None and told.tcp is not None:
                found[end] = (told.tcp.ack - 1) % _WRAP
        return found

    @cached_property
    def history(self) -> str:
        """Zeek's letters, `ShADadFf`; see kit.packets.zeek for each."""
        letters = {"tcp": zeek.tcp_history, "udp": zeek.udp_history}[self.protocol]
        return letters(self.packets, self.client)

    @cached_property
    def conn_state(self) -> str:
        """Zeek's name for how the conversation stands (S0, SF, REJ, RSTO, ...); for UDP, who spoke."""
        if self.protocol == "tcp":
            return zeek.tcp_state(self.packets, self.client)
        return zeek.udp_state(self.packets, self.client)


_CONTROLLED = Flags.SYN | Flags.ACK | Flags.RST
_ACK_OR_RST = Flags.ACK | Flags.RST


def conversations(packets: Iterable[Packet]) -> tuple[Conversation, ...]:
    """Group the TCP and UDP packets of one capture, in order of first packet.

    Where a TCP connection ends and the next between the same ends begins is `begins_anew`'s to tell.
    """
    groups: list[_Group] = []
    current: dict[tuple[str, Endpoint | None, Endpoint | None], _Group] = {}
    for packet in packets:
        tcp = packet.tcp
        if tcp is None and packet.udp is None:
            continue
        key = packet.protocol, packet.source, packet.target
        group = current.get(key)
        if group is None or (tcp is not None and begins_anew(tcp, group.sides[packet.source])):
            group = _Group(packet, reused=group is not None)
            groups.append(group)
            current[key] = current[packet.protocol, packet.target, packet.source] = group
        if tcp is not None:
            number(tcp, group.sides[packet.source], group.sides[packet.target])
        group.packets.append(packet)
    return tuple(_conversation(group) for group in groups)


class _Group:
    """A conversation while its packets are gathered."""

    __slots__ = ("packets", "reused", "sides")

    def __init__(self, first: Packet, *, reused: bool) -> None:
        self.packets: list[Packet] = []
        self.reused = reused
        self.sides = {end: Numbered() for end in (first.source, first.target)}


def _conversation(group: _Group) -> Conversation:
    first = group.packets[0]
    if first.source is None or first.target is None:
        raise ValueError(f"packet {first.number} has a transport header but no ends")
    ends = first.source, first.target
    if first.tcp is not None and first.tcp.flags & _KIND == _SYN_ACK:
        ends = first.target, first.source
    protocol: Literal["tcp", "udp"] = "tcp" if first.tcp is not None else "udp"
    return Conversation(protocol, *ends, tuple(group.packets), group.reused)


def unreachable(packets: Iterable[Packet], conversation: Conversation) -> tuple[Packet, ...]:
    """Give the ICMP messages that a port of this conversation is unreachable.

    RFC 792 (type 3, code 3) and RFC 4443 3.1 (type 1, code 4): they quote the packet that found no socket.
    """
    ends = {conversation.client, conversation.server}
    return tuple(
        packet
        for packet in packets
        if packet.icmp is not None
        and (packet.protocol, packet.icmp.type, packet.icmp.code) in _PORT_UNREACHABLE
        and packet.icmp.quoted is not None
        and set(packet.icmp.quoted) == ends
    )


_PORT_UNREACHABLE = frozenset({("icmp", 3, 3), ("icmp6", 1, 4)})


def _has_fin(tcp: Tcp) -> bool:
    return bool(tcp.flags & Flags.FIN)


def _covers(ack: int, end: int) -> bool:
    """Tell whether an acknowledgement number reaches `end`, over a wrap (RFC 9293 3.4)."""
    return (ack - end) % _WRAP < _WRAP // 2


def _first(packets: Iterable[Packet], wanted: Callable[[Tcp], bool]) -> Packet | None:
    return next((packet for packet in packets if packet.tcp is not None and wanted(packet.tcp)), None)

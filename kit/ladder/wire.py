"""All packets of a run, each once: from which host to which, in which conversation, and whether it arrived."""

from __future__ import annotations

import ipaddress
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kit.packets.conversation import unreachable
from kit.packets.tcp import between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.evidence.model import Evidence
    from kit.ladder.model import Fate
    from kit.ladder.order import Key
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Flags, Packet


class View(NamedTuple):
    """A packet in the capture of one host, with that capture's conversation."""

    host: str
    packet: Packet
    conversation: Conversation


@dataclass(frozen=True)
class Crossing:
    """A packet on its way, seen where it left, where it came, or at both."""

    from_host: str
    to_host: str
    sent: View | None
    received: View | None
    fate: Fate

    @property
    def view(self) -> View:
        """The packet where it is best known: at its sender."""
        view = self.sent or self.received
        if view is None:
            raise ValueError("a packet that nobody saw")
        return view

    @property
    def packet(self) -> Packet:
        return self.view.packet

    @cached_property
    def relative(self) -> tuple[int, int]:
        return self.view.conversation.relative(self.packet)

    @property
    def sent_key(self) -> Key:
        return "sent", self.view.host, self.packet.number

    @property
    def arrived_key(self) -> Key:
        return "arrived", self.view.host, self.packet.number

    def flags(self, wanted: Flags) -> bool:
        return self.packet.tcp is not None and bool(self.packet.tcp.flags & wanted)

    @property
    def arrived_ns(self) -> int | None:
        return self.received.packet.time_ns if self.received else None


@dataclass(frozen=True)
class Talk:
    """A conversation as all captures together have it; `crossings` in order of sending."""

    protocol: str
    client: Endpoint
    server: Endpoint
    client_host: str
    server_host: str
    crossings: tuple[Crossing, ...]
    views: Mapping[str, Conversation] = field(repr=False)

    @property
    def began_ns(self) -> int:
        return self.crossings[0].packet.time_ns

    def sent_by(self, end: Endpoint) -> Iterator[Crossing]:
        """Give the TCP segments or UDP datagrams that this end sent."""
        return (one for one in self.crossings if one.packet.source == end and one.packet.icmp is None)

    def peer(self, end: Endpoint) -> Endpoint:
        return self.server if end == self.client else self.client

    def host_of(self, end: Endpoint) -> str:
        return self.client_host if end == self.client else self.server_host


@dataclass(frozen=True)
class Wire:
    talks: tuple[Talk, ...]
    left_out: Mapping[str, int]


def read_wire(evidence: Evidence) -> Wire:
    """Join the captures of all hosts. What belongs to no conversation between hosts is counted by protocol."""
    outgoing: dict[tuple[str, str], list[View]] = defaultdict(list)
    incoming: dict[tuple[str, str], list[View]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for host in evidence.captures:
        views = _views(evidence, host)
        left_out.update(
            packet.protocol
            for packet in evidence.captures[host].packets
            if packet.number not in views and _is_own(evidence, host, packet)
        )
        for view in views.values():
            ends = _hosts(evidence, view)
            if ends is None:
                continue
            if ends[0] == host:
                outgoing[ends].append(view)
            else:
                incoming[ends].append(view)
    crossings = [
        one
        for ends in sorted({*outgoing, *incoming})
        for one in _join(evidence, *ends, outgoing[ends], incoming[ends])
    ]
    return Wire(_talks(evidence, crossings), left_out)


def _is_own(evidence: Evidence, host: str, packet: Packet) -> bool:
    """Whether to count the packet here: each is counted once, at the host that sent it."""
    if packet.arp is not None:
        return packet.arp.sender == evidence.hosts[host].address
    return packet.source is None or evidence.host_of(packet.source.address) in (host, None)


def _views(evidence: Evidence, host: str) -> dict[int, View]:
    """Give the packets of TCP and UDP, and the ICMP messages about them, by number."""
    packets = evidence.captures[host].packets
    messages = [packet for packet in packets if packet.icmp is not None]
    found = {}
    for conversation in evidence.conversations[host]:
        about = unreachable(messages, conversation) if messages else ()
        for packet in (*conversation.packets, *about):
            found[packet.number] = View(host, packet, conversation)
    return found


def _hosts(evidence: Evidence, view: View) -> tuple[str, str] | None:
    """Give sender and receiver; None where one of them is no host, or neither is the one that captured.

    What is sent to many has arrived at each host that captured it.
    """
    source, target = view.packet.source, view.packet.target
    if source is None or target is None:
        return None
    ends = [_host_at(evidence, view.host, end) for end in (source, target)]
    if ends[0] is not None and _is_for_many(target):
        ends[1] = _first_other(evidence, ends[0]) if ends[0] == view.host else view.host
    if ends[0] is None or ends[1] is None or view.host not in ends:
        return None
    return ends[0], ends[1]


def _is_for_many(target: Endpoint) -> bool:
    """Whether it is a group, or everybody."""
    address = ipaddress.ip_address(target.address)
    return address.is_multicast or str(address) == "255.255.255.255"


def _first_other(evidence: Evidence, host: str) -> str | None:
    """Give the host where a packet to many is said to have arrived; the others have copies of it."""
    return next((other for other in evidence.captures if other != host), None)


def _host_at(evidence: Evidence, at: str, end: Endpoint) -> str | None:
    known = evidence.host_of(end.address)
    if known is None and ipaddress.ip_address(end.address).is_loopback:
        return at
    return known


def _join(
    evidence: Evidence, from_host: str, to_host: str, sent: list[View], received: list[View]
) -> Iterator[Crossing]:
    if from_host == to_host:  # a loopback's capture has each packet once
        yield from (Crossing(from_host, to_host, view, view, "arrived") for view in sent)
        return
    passage = between([view.packet for view in sent], [view.packet for view in received])
    by_number = {view.packet.number: view for view in received}
    capture = evidence.captures.get(to_host)
    missing: Fate = "lost" if capture is not None and capture.whole else "unknown"
    for view in sent:
        arrival = passage.arrival(view.packet.number)
        came = by_number.pop(arrival.number) if arrival else None
        yield Crossing(from_host, to_host, view, came, "arrived" if came else missing)
    for view in by_number.values():  # what its sender's capture missed, and copies that the network made
        yield Crossing(from_host, to_host, None, view, "arrived")


def _talks(evidence: Evidence, crossings: Iterable[Crossing]) -> tuple[Talk, ...]:
    """Group by conversation: two captures' conversations are one where they share a packet."""
    groups: dict[int, list[Crossing]] = {}
    place: dict[int, int] = {}  # id of a capture's conversation -> its group
    for one in sorted(crossings, key=lambda one: (one.packet.time_ns, one.view.host, one.packet.number)):
        ids = {id(view.conversation) for view in (one.sent, one.received) if view}
        known = sorted({place[each] for each in ids if each in place})
        into = known[0] if known else len(groups)
        for other in known[1:]:
            groups[into] += groups[other]
            groups[other] = []
            place = {each: into if group == other else group for each, group in place.items()}
        groups.setdefault(into, []).append(one)
        place |= dict.fromkeys(ids, into)
    talks = [_talk(evidence, group) for group in groups.values() if group]
    return tuple(sorted(talks, key=lambda talk: talk.began_ns))


def _talk(evidence: Evidence, group: list[Crossing]) -> Talk:
    group.sort(key=lambda one: (one.packet.time_ns, one.view.host, one.packet.number))
    views = {
        view.host: view.conversation for one in reversed(group) for view in (one.sent, one.received) if view
    }
    first = group[0].view
    conversation = first.conversation
    # What the two captures say of who began differs where one of them missed the first packets.
    told = next((one for one in views.values() if one.opening.syn is not None), conversation)
    ends = (told.client, told.server)
    client_host, server_host = (_host_at(evidence, first.host, end) or group[0].to_host for end in ends)
    return Talk(told.protocol, *ends, client_host, server_host, tuple(group), views)

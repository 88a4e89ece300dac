"""The packets of a host as filters see them: with what their conversation adds to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._filter_fields import View
from kit.checks._wire import conversations_at, packets_at
from kit.packets.model import Flags
from kit.packets.tcp import analyse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.evidence.model import Evidence
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet


def views(evidence: Evidence, host: str) -> list[View]:
    """Give every packet that a host saw while the timeline went on, in its capture's order."""
    addresses = {name: fact.address for name, fact in evidence.hosts.items()}
    addresses6 = {name: fact.address6 for name, fact in evidence.hosts.items() if fact.address6}
    told = {
        view.packet.number: view
        for conversation in conversations_at(evidence, host)
        if conversation.protocol == "tcp"
        for view in _of(conversation, addresses, addresses6)
    }
    return [
        told.get(packet.number) or View(packet, addresses, addresses6=addresses6)
        for packet in packets_at(evidence, host)
    ]


def _of(
    conversation: Conversation, addresses: Mapping[str, str], addresses6: Mapping[str, str]
) -> Iterator[View]:
    scales = _scales(conversation)
    for facts in analyse(conversation).segments:
        window = _window(facts.packet, scales)
        yield View(facts.packet, addresses, facts.seq, facts.ack, window, facts.flags, addresses6)


def _scales(conversation: Conversation) -> dict[Endpoint, int]:
    """Give the shift of each side's window: none unless both SYNs have the option (RFC 7323 2.2)."""
    found = {}
    for end in (conversation.client, conversation.server):
        for packet in conversation.segments(end):
            tcp = packet.tcp
            if tcp is not None and tcp.flags & Flags.SYN and tcp.options.window_scale is not None:
                found[end] = tcp.options.window_scale
    return found if len(found) == 2 else {}


def _window(packet: Packet, scales: Mapping[Endpoint, int]) -> int:
    """Give the bytes that a segment offers; the window of a SYN is never scaled (RFC 7323 2.2)."""
    if packet.tcp is None or packet.source is None:
        return 0
    shift = 0 if packet.tcp.flags & Flags.SYN else scales.get(packet.source, 0)
    return packet.tcp.window << shift

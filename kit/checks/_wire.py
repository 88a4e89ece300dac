"""What lies between two hosts in a capture: conversations and packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._peers import host_at, socket_calls, spoke_from
from kit.packets.conversation import Conversation, conversations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.checks._params import Between
    from kit.evidence.model import Evidence
    from kit.packets.model import Endpoint, Packet


def ends(params: Between) -> tuple[str, ...]:
    """Give the hosts whose captures show the two: one, where both ends are on one host."""
    return tuple(dict.fromkeys((params.from_, params.to)))


def packets_at(evidence: Evidence, host: str) -> tuple[Packet, ...]:
    """Give what was captured at a host while the timeline went on.

    After a missed gate the kit ends every program, and the kernel closes what was open then:
    those packets say nothing about the programs.
    """
    capture = evidence.captures.get(host)
    if capture is None:
        return ()
    missed = evidence.missed_step
    if missed is None or missed.ended_ns is None:
        return capture.packets
    return tuple(packet for packet in capture.packets if packet.time_ns <= missed.ended_ns)


def conversations_at(evidence: Evidence, host: str) -> tuple[Conversation, ...]:
    if evidence.missed_step is None:
        return evidence.conversations.get(host, ())
    return conversations(packets_at(evidence, host))


def opened(evidence: Evidence, at: str, params: Between) -> tuple[Conversation, ...]:
    """Give the TCP conversations that `from` began with `to`, as seen at a host."""
    return tuple(
        conversation
        for conversation in between(evidence, at, params)
        if host_at(evidence, at, conversation.client) == params.from_
    )


def between(evidence: Evidence, at: str, params: Between) -> tuple[Conversation, ...]:
    """Give the TCP conversations of the two, whoever began, as seen at a host."""
    return tuple(
        conversation
        for conversation in conversations_at(evidence, at)
        if conversation.protocol == "tcp"
        and params.port in (None, conversation.server.port)
        and _hosts(evidence, at, conversation) in ((params.from_, params.to), (params.to, params.from_))
    )


def _hosts(evidence: Evidence, at: str, conversation: Conversation) -> tuple[str | None, str | None]:
    return host_at(evidence, at, conversation.client), host_at(evidence, at, conversation.server)


def sent_segments(evidence: Evidence, params: Between) -> Iterator[Packet]:
    """Give the TCP segments that `from` sent to `to`, from the capture of `from`."""
    at = params.from_
    for packet in packets_at(evidence, at):
        if packet.tcp is None or packet.source is None or packet.target is None:
            continue
        if params.port not in (None, packet.source.port, packet.target.port):
            continue
        if host_at(evidence, at, packet.source) == at and host_at(evidence, at, packet.target) == params.to:
            yield packet


def side(evidence: Evidence, at: str, endpoint: Endpoint) -> str:
    """Name the end of a conversation: its host, or its address where it is no host's."""
    return host_at(evidence, at, endpoint) or str(endpoint)


def sender(evidence: Evidence, at: str, packet: Packet) -> str:
    """Name who sent a packet that was seen at a host."""
    return "nobody" if packet.source is None else side(evidence, at, packet.source)


def sender_in(evidence: Evidence, conversation: Conversation, program: str, other: str) -> Endpoint | None:
    """Give the end from which a program speaks with another in a conversation, by the calls of both."""
    for end in (conversation.client, conversation.server):
        if spoke_from(evidence, program, end) and spoke_from(evidence, other, conversation.peer(end)):
            return end
    return None


def tried_instead(evidence: Evidence, params: Between) -> str:
    """Say where `from` tried to connect to, by its calls and its SYNs; nothing where it tried nowhere."""
    programs = [fact.name for fact in evidence.programs.values() if fact.host == params.from_]
    connects = (call for program in programs for call in socket_calls(evidence, program, "connect"))
    tried = [call.peer for call in connects if call.protocol == "tcp" and call.peer is not None]
    tried += [
        conversation.server
        for conversation in conversations_at(evidence, params.from_)
        if conversation.opening.syn is not None
        and host_at(evidence, params.from_, conversation.client) == params.from_
    ]
    return f"; it tried {', '.join(map(str, dict.fromkeys(tried)))}" if tried else ""


def departure_ns(evidence: Evidence, at: str, packet: Packet) -> int:
    """Give when a segment seen at a host was sent: its time in its sender's capture, where it is there."""
    sender = None if packet.source is None else host_at(evidence, at, packet.source)
    if sender is None or sender == at:
        return packet.time_ns
    own = (twin for twin in packets_at(evidence, sender) if _identity(twin) == _identity(packet))
    return min((twin.time_ns for twin in own), default=packet.time_ns)


def _identity(packet: Packet) -> tuple[object, ...]:
    tcp = packet.tcp
    numbers = None if tcp is None else (tcp.seq, tcp.length, tcp.flags)
    return packet.source, packet.target, numbers

"""The job of every peer, listen-accept, and what came of it: judged from its captures and output alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.packets import pcap
from kit.packets.conversation import conversations
from kit.packets.decode import decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.packets.conversation import Conversation

PORT = 8001
HOSTS = ("server", "client1", "client2")
CLIENTS_AT = {"server": 2, "client1": 1, "client2": 1}  # whose conversations are seen there
SERVED = b"1 client1\n2 client2\n"


@dataclass(frozen=True, slots=True)
class Done:
    """`ordered`: the server said that it took both, in order. `opened`: hosts whose capture has all from the first
    SYN on. `queued`: both connections stood before the server said a word, so that the order is accept's doing.
    """

    ordered: bool
    opened: int
    queued: bool


def done(output: bytes, captures: Mapping[str, bytes]) -> Done:
    """Judge what the server printed and the pcap files, by host; one that is missing or broken has no packets."""
    served = {host: _served(captures.get(host, b"")) for host in HOSTS}
    opened = [
        host
        for host, count in CLIENTS_AT.items()
        if len(served[host]) == count and all(each.handshake_complete for each in served[host])
    ]
    return Done(output == SERVED, len(opened), _queued(served["server"]))


def _served(data: bytes) -> list[Conversation]:
    """Give the conversations in which something was said: a client that was refused tries again."""
    try:
        frames = pcap.read(data).frames
    except pcap.PcapError:
        return []
    packets = [decode(frame, number) for number, frame in enumerate(frames, 1)]
    return [
        each
        for each in conversations(packets)
        if each.protocol == "tcp" and any(packet.payload for packet in each.packets)
    ]


def _queued(served: Sequence[Conversation]) -> bool:
    answers = [packet.time_ns for each in served for packet in each.segments(each.server) if packet.payload]
    stood = [each.opening.ack.time_ns for each in served if each.opening.ack is not None]
    return len(stood) == CLIENTS_AT["server"] and bool(answers) and max(stood) < min(answers)

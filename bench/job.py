"""The job of every peer, listen-accept, and what came of it: judged from its captures and output alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.packets import pcap
from kit.packets.conversation import conversations
from kit.packets.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.packets.conversation import Conversation
    from kit.packets.model import Packet

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


def packets(data: bytes) -> tuple[Packet, ...]:
    """Give the packets of a pcap file; one that is broken, or has nothing, has none."""
    try:
        return tuple(decode(frame, number) for number, frame in enumerate(pcap.read(data).frames, 1))
    except pcap.PcapError:
        return ()


def done(output: bytes, captured: Mapping[str, Iterable[Packet]]) -> Done:
    """Judge what the server printed and the packets, by host; of a host that is not named there are none."""
    served = {host: _served(captured.get(host, ())) for host in HOSTS}
    opened = [
        host
        for host, count in CLIENTS_AT.items()
        if len(served[host]) == count and all(each.handshake_complete for each in served[host])
    ]
    return Done(output == SERVED, len(opened), _queued(served["server"]))


def _served(captured: Iterable[Packet]) -> list[Conversation]:
    """Give the conversations in which something was said: a client that was refused tries again."""
    return [
        each
        for each in conversations(captured)
        if each.protocol == "tcp" and any(packet.payload for packet in each.packets)
    ]


def _queued(served: Sequence[Conversation]) -> bool:
    answers = [packet.time_ns for each in served for packet in each.segments(each.server) if packet.payload]
    stood = [each.opening.ack.time_ns for each in served if each.opening.ack is not None]
    return len(stood) == CLIENTS_AT["server"] and bool(answers) and max(stood) < min(answers)

"""A capture of TCP conversations that no TCP would have, so that every rule of the analyser meets its borders.

Numbers are drawn from those that a rule compares with: the next one, the one before, the last acknowledgement,
the edge of the window. The same seed gives the same capture.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from kit.packets import pcap
from kit.packets.model import Flags, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

ADDRESSES = tuple(ip_address(address).packed for address in ("198.18.0.2", "198.18.0.3"))
RAW_IP = 101
_STEPS_NS = (1_000, 1_000, 200_000, 1_000_000, 4_000_000, 25_000_000, 300_000_000)
_KINDS = (
    *(Flags.ACK,) * 12,
    *(Flags.ACK | Flags.PSH,) * 6,
    Flags.FIN | Flags.ACK,
    Flags.RST,
    Flags.RST | Flags.ACK,
    Flags.SYN,
    Flags.SYN | Flags.ACK,
    Flags(0),
)
_MASK = 0xFFFF_FFFF


@dataclass
class _End:
    address: bytes
    port: int
    begin: int
    due: int = 0
    acknowledged: int = 0
    window: int = 1000


def capture(random: Random, conversations: int = 300, segments: int = 60) -> bytes:
    """Give a pcap file of so many conversations, one after the other."""
    time_ns = 1_600_000_000_000_000_000
    records = [pcap.header(RAW_IP, 65535)]
    for number in range(conversations):
        ends = [
            _End(ADDRESSES[side], 20_000 + number + side, random.choice((0, 1000, _MASK - 40, _MASK)))
            for side in (0, 1)
        ]
        for end in ends:
            end.due = (end.begin + random.choice((0, 1))) & _MASK
        for packet in _conversation(random, ends, segments):
            time_ns += random.choice(_STEPS_NS)
            records.append(pcap.record(Frame(time_ns, packet, len(packet), RAW_IP)))
    return b"".join(records)


def _conversation(random: Random, ends: list[_End], segments: int) -> Iterator[bytes]:
    if random.random() < 0.7:
        for side, flags in ((0, Flags.SYN), (1, Flags.SYN | Flags.ACK)):
            own, peer = ends[side], ends[1 - side]
            yield _packet(own, peer, (own.begin, peer.due), flags, b"", _syn_options(random))
            own.due = (own.begin + 1) & _MASK
    for _ in range(segments):
        side = random.randrange(2)
        yield _segment(random, ends[side], ends[1 - side])


def _segment(random: Random, own: _End, peer: _End) -> bytes:
    flags = random.choice(_KINDS)
    length = random.choice((0, 0, 0, 1, 10, 100))
    if random.random() < 0.1:  # to the edge of the peer's window
        length = min(peer.window, 1000)
    sent = (own.due - own.begin) & _MASK
    seq = own.due + max(-sent, random.choice((*(0,) * 12, -1, -1, -length, -10, -100, 10, 1000, -2000)))
    if flags & Flags.SYN:
        own.begin = seq = own.begin + random.choice((0, 0, 0, 77))
    ack = random.choice(
        (peer.due, peer.due, own.acknowledged, own.acknowledged, peer.due - 10, peer.due + 10)
    )
    own.window = random.choice((own.window, own.window, own.window, own.window, 0, 1, 500, 1000))
    options = _syn_options(random) if flags & Flags.SYN else _sack(random, ack)
    packet = _packet(own, peer, (seq & _MASK, ack & _MASK), flags, bytes(length), options)
    end = seq + length + bool(flags & (Flags.SYN | Flags.FIN))
    if end > own.due or flags & Flags.SYN:
        own.due = end & _MASK
    own.acknowledged = ack & _MASK
    return packet


def _syn_options(random: Random) -> bytes:
    return random.choice((b"", b"\x03\x03\x02\x01", b"\x03\x03\x07\x01", b"\x03\x03\x0f\x01"))


def _sack(random: Random, ack: int) -> bytes:
    if random.random() < 0.9:
        return b""
    blocks = random.randrange(1, 5)
    edges = (((ack + 20 * at) & _MASK, (ack + 20 * at + 10) & _MASK) for at in range(1, blocks + 1))
    return bytes((1, 1, 5, 2 + 8 * blocks)) + b"".join(struct.pack(">II", *edge) for edge in edges)


def _packet(
    own: _End, peer: _End, numbers: tuple[int, int], flags: Flags, payload: bytes, options: bytes
) -> bytes:
    seq, ack = numbers
    head = struct.pack(
        ">HHIIBBHHH", own.port, peer.port, seq, ack, (20 + len(options)) // 4 << 4, flags, own.window, 0, 0
    )
    size = 20 + len(head) + len(options) + len(payload)
    network = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 1, 0, 64, 6, 0, own.address, peer.address)
    return network + head + options + payload

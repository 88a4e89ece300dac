"""Values of the packet layer: what one captured frame says.

A `Frame` is bytes with a time; a `Packet` is the frame decoded. Decoding never raises: what could
not be read is named in `faults`, and the layers above it are None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Literal


class Flags(IntFlag):
    """The control bits of a TCP segment (RFC 9293 3.1)."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10
    URG = 0x20
    ECE = 0x40
    CWR = 0x80

    @property
    def letters(self) -> str:
        """Give tcpdump's and packetdrill's letters: `S`, `S.`, `P.`, `F.`, `R`, `.`."""
        return "".join(letter for flag, letter in _LETTERS if self & flag)


_LETTERS = (
    (Flags.FIN, "F"),
    (Flags.SYN, "S"),
    (Flags.RST, "R"),
    (Flags.PSH, "P"),
    (Flags.URG, "U"),
    (Flags.ECE, "E"),
    (Flags.CWR, "W"),
    (Flags.ACK, "."),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """`data` is what was kept, `length` what was on the wire (bytes); `link_type` is libpcap's number."""

    time_ns: int
    data: bytes
    length: int
    link_type: int


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class TcpOptions:
    """RFC 9293 3.2, RFC 7323, RFC 2018. None where the segment does not carry the option."""

    mss: int | None = None
    window_scale: int | None = None
    sack_permitted: bool = False
    sack_blocks: tuple[tuple[int, int], ...] = ()
    timestamp: tuple[int, int] | None = None  # TSval, TSecr


@dataclass(frozen=True, slots=True)
class Tcp:
    """`length` is the payload's length on the wire, from the IP header; `header_length` is in bytes."""

    seq: int
    ack: int
    flags: Flags
    window: int
    header_length: int
    length: int
    options: TcpOptions


@dataclass(frozen=True, slots=True)
class Udp:
    """`length` is the payload's length on the wire, in bytes."""

    length: int


@dataclass(frozen=True, slots=True)
class Icmp:
    """`quoted` is the first packet inside an error message (source, target), where it could be read."""

    type: int
    code: int
    quoted: tuple[Endpoint, Endpoint] | None = None


@dataclass(frozen=True, slots=True)
class Arp:
    operation: int  # 1 request, 2 reply
    sender: str
    target: str


@dataclass(frozen=True, slots=True)
class Packet:
    """One decoded frame. `number` counts from 1 in its capture, as Wireshark does."""

    number: int
    time_ns: int
    length: int  # bytes on the wire
    protocol: Literal["tcp", "udp", "icmp", "icmp6", "arp", "ip", "other"]
    source: Endpoint | None = None  # port 0 where the protocol has none
    target: Endpoint | None = None
    tcp: Tcp | None = None
    udp: Udp | None = None
    icmp: Icmp | None = None
    arp: Arp | None = None
    ip_header_length: int = 0
    payload: bytes = b""  # of TCP or UDP, as far as it was captured
    faults: tuple[str, ...] = ()

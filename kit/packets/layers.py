"""What has been read of one frame so far: each layer's function adds to it."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from kit.packets.model import Endpoint

if TYPE_CHECKING:
    from kit.packets.model import Arp, Icmp, Tcp, Udp

Protocol = Literal["tcp", "udp", "icmp", "icmp6", "arp", "ip", "other"]


class Layers:
    """What has been read of one frame so far: class attributes are the values of layers not there."""

    protocol: Protocol = "other"
    source: Endpoint | None = None
    target: Endpoint | None = None
    tcp: Tcp | None = None
    udp: Udp | None = None
    icmp: Icmp | None = None
    arp: Arp | None = None
    ip_header_length = 0
    payload = b""
    faults: tuple[str, ...] = ()
    quoted = False  # inside an ICMP error message, where a second one is not followed
    fragmented = False  # the first of several fragments

    def __init__(self, data: bytes, wire_length: int) -> None:
        self.data = data
        self.wire_end = max(wire_length, len(data))  # where the packet ends on the wire; IP corrects it
        self.source_address = b""
        self.target_address = b""

    def fault(self, text: str) -> None:
        self.faults += (text,)

    def ends(self, source_port: int, target_port: int) -> None:
        self.source, self.target = _ends(self.source_address, self.target_address, source_port, target_port)

    def settle(self) -> None:
        """Name the ends of an IP packet in which no ports were found."""
        if self.source is None and self.source_address:
            self.ends(0, 0)


@lru_cache(maxsize=4096)
def address(raw: bytes) -> str:
    return str(ipaddress.ip_address(raw))


@lru_cache(maxsize=16384)
def _ends(source: bytes, target: bytes, source_port: int, target_port: int) -> tuple[Endpoint, Endpoint]:
    return Endpoint(address(source), source_port), Endpoint(address(target), target_port)

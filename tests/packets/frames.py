"""Frames from literals, byte by byte, for the tests of the decoder."""

from __future__ import annotations

import struct
from ipaddress import ip_address

from kit.packets.model import Frame

CLIENT, SERVER = "198.18.0.3", "198.18.0.2"
CLIENT6, SERVER6 = "fd00::3", "fd00::2"
MACS = bytes.fromhex("02420ac60002 02420ac60003")


def frame(data: bytes, link_type: int = 1, length: int | None = None) -> Frame:
    return Frame(17, data, len(data) if length is None else length, link_type)


def ethernet(body: bytes, ether_type: int = 0x0800, tags: bytes = b"") -> bytes:
    return MACS + tags + struct.pack(">H", ether_type) + body


def ipv4(
    body: bytes, protocol: int = 6, *, options: bytes = b"", total: int | None = None, fragment: int = 0
) -> bytes:
    size = 20 + len(options)
    return (
        struct.pack(
            ">BBHHHBBH4s4s",
            0x40 | size // 4,
            0,
            size + len(body) if total is None else total,
            1,
            fragment,
            64,
            protocol,
            0,
            ip_address(CLIENT).packed,
            ip_address(SERVER).packed,
        )
        + options
        + body
    )


def ipv6(body: bytes, following: int = 6) -> bytes:
    ends = ip_address(CLIENT6).packed + ip_address(SERVER6).packed
    return struct.pack(">IHBB", 0x6000_0000, len(body), following, 64) + ends + body


def tcp(
    payload: bytes = b"", *, options: bytes = b"", flags: int = 0x18, header_length: int | None = None
) -> bytes:
    size = 20 + len(options) if header_length is None else header_length
    return (
        struct.pack(">HHIIBBHHH", 40001, 8001, 1000, 2000, size // 4 << 4, flags, 502, 0, 0)
        + options
        + payload
    )


def udp(payload: bytes = b"", *, length: int | None = None) -> bytes:
    return struct.pack(">HHHH", 40001, 9000, 8 + len(payload) if length is None else length, 0) + payload


def icmp(kind: int, code: int, body: bytes = b"") -> bytes:
    return struct.pack(">BBHI", kind, code, 0, 0) + body


def arp(operation: int = 1, protocol: int = 0x0800) -> bytes:
    head = struct.pack(">HHBBH", 1, protocol, 6, 4, operation)
    return head + MACS[:6] + ip_address(CLIENT).packed + bytes(6) + ip_address(SERVER).packed

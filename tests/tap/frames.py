"""Ethernet frames with an IPv4 or IPv6 packet in them, as bytes."""

from __future__ import annotations

import socket
import struct

MACS = bytes.fromhex("0242c6120003 0242c6120002".replace(" ", ""))
ENDS6 = ("fd00::2", "fd00::3")
CLIENT, SERVER = "198.18.0.2", "198.18.0.3"
FIN, SYN, RST, PSH, ACK, URG = (1 << place for place in range(6))


def ipv4(protocol: int, body: bytes, *, fragment: int = 0, options: bytes = b"") -> bytes:
    words, length = 5 + len(options) // 4, 20 + len(options) + len(body)
    head = struct.pack(">BBHHHBBH", 0x40 | words, 0, length, 7, fragment, 64, protocol, 0)
    ends = socket.inet_aton(CLIENT) + socket.inet_aton(SERVER)
    return MACS + b"\x08\x00" + head + ends + options + body


def ipv6(following: int, body: bytes) -> bytes:
    head = struct.pack(">IHBB", 6 << 28, len(body), following, 64)
    return (
        MACS + b"\x86\xdd" + head + b"".join(socket.inet_pton(socket.AF_INET6, end) for end in ENDS6) + body
    )


def over_ipv6(frame: bytes, *, extensions: bytes = b"") -> bytes:
    """Give the same transport over IPv6; `extensions` begin with the number of the first, each has the next one's."""
    protocol, body = frame[23], frame[34:]
    following = extensions[0] if extensions else protocol
    return ipv6(following, extensions[1:] + body)


def tcp(flags: int, payload: bytes = b"", *, options: bytes = b"") -> bytes:
    offset = (5 + len(options) // 4) << 4
    head = struct.pack(">HHIIBBHHH", 40001, 8001, 1, 1, offset, flags, 512, 0, 0)
    return ipv4(6, head + options + payload)


def udp(payload: bytes) -> bytes:
    return ipv4(17, struct.pack(">HHHH", 40001, 53, 8 + len(payload), 0) + payload)


def icmp(kind: int, code: int) -> bytes:
    return ipv4(1, bytes([kind, code, *bytes(6)]))

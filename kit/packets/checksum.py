"""Whether a packet's checksum fits it. Only for frames that came over a wire: a sender's card may fill it in later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.packets.model import Frame, Packet

ETHERNET = 1  # the link type
_AT = 14
_TCP, _UDP, _ICMP = 6, 17, 1
WRONG = "the checksum is wrong: its receiver drops it"


def unheard_if_wrong(packet: Packet, frame: Frame) -> Packet:
    """Give the packet as its receiver takes it: one with a wrong checksum is no segment, datagram or message."""
    if is_right(frame):
        return packet
    faults = (*packet.faults, WRONG)
    return replace(packet, protocol="other", tcp=None, udp=None, icmp=None, payload=b"", faults=faults)


def is_right(frame: Frame) -> bool:
    """Sum an IPv4 packet's header, and its TCP, UDP or ICMP (RFC 1071). True for what is cut or none of these: nothing is
    known of it."""
    data = frame.data
    if frame.link_type != ETHERNET or data[12:14] != b"\x08\x00" or len(data) < _AT + 20:
        return True
    header = data[_AT : _AT + (data[_AT] & 0x0F) * 4]
    if len(header) < 20 or _sum(header) != 0xFFFF:
        return False
    total, protocol = int.from_bytes(data[_AT + 2 : _AT + 4], "big"), data[_AT + 9]
    body = data[_AT + (data[_AT] & 0x0F) * 4 : _AT + total]
    is_part = bool(int.from_bytes(data[_AT + 6 : _AT + 8], "big") & 0x3FFF)
    if len(data) < _AT + total or is_part or protocol not in (_TCP, _UDP, _ICMP):
        return True
    if protocol == _UDP and body[6:8] == b"\0\0":  # RFC 768: none was made
        return True
    ends = b"" if protocol == _ICMP else data[_AT + 12 : _AT + 20] + bytes([0, protocol])
    length = b"" if protocol == _ICMP else len(body).to_bytes(2, "big")
    return _sum(ends + length + body) == 0xFFFF


def _sum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total

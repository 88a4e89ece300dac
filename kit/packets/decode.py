"""Frames -> packets: link layer, ARP, IPv4, IPv6, ICMP; TCP and UDP are kit.packets.transport.

Every layer is a function that reads its header at an offset and hands on to the next by a table:
link type -> function, ether type -> function, IP protocol -> function, option kind -> function.
It never raises, whatever the bytes: what is cut or malformed is named in the packet's `faults`, and
the layers above stay None. Checksums are never looked at: with offload, the card fills them in later.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Literal

from kit.packets.layers import Layers, address
from kit.packets.model import Arp, Icmp, Packet
from kit.packets.transport import tcp, udp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kit.packets.model import Frame


_U16 = Struct(">H")
_IPV4 = Struct(">xxHxxHxBxx4s4s")  # total length, fragment, protocol, source, target
_IPV6 = Struct(">4xHBx16s16s")  # payload length, next header, source, target
_ARP = Struct(">HHBBH")  # hardware, protocol, their address lengths, operation


def decode(frame: Frame, number: int) -> Packet:
    """Decode one frame. `number` is its place in the capture, from 1. Never raises."""
    layers = Layers(frame.data, frame.length)
    read = LINK_TYPES.get(frame.link_type)
    if read is None:
        layers.fault(f"link type {frame.link_type} is not read")
    else:
        read(layers, 0)
    layers.settle()
    return Packet(
        number,
        frame.time_ns,
        frame.length,
        layers.protocol,
        layers.source,
        layers.target,
        layers.tcp,
        layers.udp,
        layers.icmp,
        layers.arp,
        layers.ip_header_length,
        layers.payload,
        layers.faults,
    )


# Link layers ------------------------------------------------------------------------------------------


def _ethernet(layers: Layers, at: int) -> None:
    _ether_type(layers, at + 12)


def _ether_type(layers: Layers, at: int) -> None:
    data = layers.data
    size = len(data)
    while at + 2 <= size:
        (ether_type,) = _U16.unpack_from(data, at)
        if ether_type not in _VLAN_TAGS:
            read = ETHER_TYPES.get(ether_type)
            if read is not None:
                read(layers, at + 2)
            return
        at += 4
    layers.fault("ethernet: truncated")


def _cooked_v1(layers: Layers, at: int) -> None:
    """LINKTYPE_LINUX_SLL: packet type, device type, address length, address, ether type (16 bytes)."""
    _ether_type(layers, at + 14)


def _cooked_v2(layers: Layers, at: int) -> None:
    """LINKTYPE_LINUX_SLL2: the ether type comes first, of 20 bytes."""
    if len(layers.data) < at + 20:
        layers.fault("cooked: truncated")
        return
    read = ETHER_TYPES.get(_U16.unpack_from(layers.data, at)[0])
    if read is not None:
        read(layers, at + 20)


def _bsd_loopback(layers: Layers, at: int) -> None:
    """LINKTYPE_NULL: the address family, in the byte order of the machine that captured."""
    family = layers.data[at : at + 4]
    if len(family) < 4:
        layers.fault("loopback: truncated")
        return
    read = _FAMILIES.get(min(int.from_bytes(family, "big"), int.from_bytes(family, "little")))
    if read is not None:
        read(layers, at + 4)


def _raw_ip(layers: Layers, at: int) -> None:
    if len(layers.data) <= at:
        layers.fault("ip: truncated")
        return
    version = layers.data[at] >> 4
    read = _VERSIONS.get(version)
    if read is None:
        layers.fault(f"ip: version {version}")
    else:
        read(layers, at)


# Network layers ---------------------------------------------------------------------------------------


def _arp(layers: Layers, at: int) -> None:
    """RFC 826; only IPv4 addresses are told."""
    layers.protocol = "arp"
    data = layers.data
    if len(data) < at + 8:
        layers.fault("arp: truncated")
        return
    _, protocol, hardware_size, protocol_size, operation = _ARP.unpack_from(data, at)
    if protocol != 0x0800 or protocol_size != 4:
        layers.fault(f"arp: for protocol {protocol:#06x}, not IPv4")
        return
    sender = at + 8 + hardware_size
    target = sender + 4 + hardware_size
    if len(data) < target + 4:
        layers.fault("arp: truncated")
        return
    layers.arp = Arp(operation, address(data[sender : sender + 4]), address(data[target : target + 4]))


def _ipv4(layers: Layers, at: int) -> None:
    """RFC 791 3.1."""
    layers.protocol = "ip"
    data = layers.data
    if len(data) < at + 20:
        layers.fault("ip: truncated")
        return
    first = data[at]
    if first >> 4 != 4:
        layers.fault(f"ip: version {first >> 4}")
        return
    total, fragment, protocol, layers.source_address, layers.target_address = _IPV4.unpack_from(data, at)
    header_length = (first & 15) * 4
    layers.ip_header_length = header_length
    if header_length < 20:
        layers.fault(f"ip: header length {header_length} is below 20")
        return
    if total == 0:
        total = layers.wire_end - at  # segmentation offload: the card would have filled it in
    if total < header_length:
        layers.fault(f"ip: total length {total} is below its header's {header_length}")
        return
    _end(layers, at + total)
    if fragment & 0x1FFF:
        layers.fault(f"ip: fragment at {(fragment & 0x1FFF) * 8}, its ports are in the first one")
        return
    if fragment & 0x2000:
        layers.fragmented = True
        layers.fault("ip: first fragment, more follow")
    _transport(layers, protocol, at + header_length)


def _ipv6(layers: Layers, at: int) -> None:
    """RFC 8200 3 and 4. `ip_header_length` counts the extension headers too."""
    layers.protocol = "ip"
    data = layers.data
    if len(data) < at + 40:
        layers.fault("ip: truncated")
        return
    if data[at] >> 4 != 6:
        layers.fault(f"ip: version {data[at] >> 4}")
        return
    length, following, layers.source_address, layers.target_address = _IPV6.unpack_from(data, at)
    if length:  # 0: a jumbogram, or segmentation offload
        _end(layers, at + 40 + length)
    next_at = at + 40
    while following in _EXTENSIONS:
        if len(data) < next_at + 8:
            layers.ip_header_length = next_at - at
            layers.fault("ip: truncated extension header")
            return
        if following == _FRAGMENT and _is_later_fragment(layers, next_at):
            layers.ip_header_length = next_at + 8 - at
            return
        size = _EXTENSIONS[following](data[next_at + 1])
        following = data[next_at]
        next_at += size
    layers.ip_header_length = next_at - at
    _transport(layers, following, next_at)


def _is_later_fragment(layers: Layers, at: int) -> bool:
    (offset,) = _U16.unpack_from(layers.data, at + 2)
    if offset & 0xFFF8:
        layers.fault(f"ip: fragment at {offset & 0xFFF8}, its ports are in the first one")
        return True
    if offset & 1:
        layers.fragmented = True
        layers.fault("ip: first fragment, more follow")
    return False


def _end(layers: Layers, end: int) -> None:
    """Take the packet's end from its header, if the frame was that long: a link may pad it, never shorten it."""
    if end > layers.wire_end:
        layers.fault(f"ip: its length goes {end - layers.wire_end} bytes beyond the frame")
    else:
        layers.wire_end = end


# Transport layers -------------------------------------------------------------------------------------


def _transport(layers: Layers, protocol: int, at: int) -> None:
    read = PROTOCOLS.get(protocol)
    if read is not None:
        read(layers, at, min(len(layers.data), layers.wire_end))


def _icmp(layers: Layers, at: int, end: int) -> None:
    """RFC 792."""
    _any_icmp(layers, at, end, "icmp", _ICMP_ERRORS)


def _icmp6(layers: Layers, at: int, end: int) -> None:
    """RFC 4443 2.1: types below 128 are errors."""
    _any_icmp(layers, at, end, "icmp6", _ICMP6_ERRORS)


def _any_icmp(
    layers: Layers, at: int, end: int, name: Literal["icmp", "icmp6"], errors: frozenset[int]
) -> None:
    layers.protocol = name
    if end < at + 8:
        layers.fault(f"{name}: truncated")
        return
    kind, code = layers.data[at], layers.data[at + 1]
    quoted = None
    if kind in errors and not layers.quoted:
        inner = Layers(layers.data[:end], end)
        inner.quoted = True
        _raw_ip(inner, at + 8)
        inner.settle()
        if inner.source is not None and inner.target is not None:
            quoted = inner.source, inner.target
        else:
            layers.fault(f"{name}: the quoted packet cannot be read")
    layers.icmp = Icmp(kind, code, quoted)


# Tables -----------------------------------------------------------------------------------------------


# https://www.iana.org/assignments/protocol-numbers
PROTOCOLS: Mapping[int, Callable[[Layers, int, int], None]] = {1: _icmp, 6: tcp, 17: udp, 58: _icmp6}

_ICMP_ERRORS = frozenset({3, 4, 5, 11, 12})  # RFC 1122 3.2.2: those that quote a packet
_ICMP6_ERRORS = frozenset({1, 2, 3, 4})

_FRAGMENT = 44


def _in_8_octets(length: int) -> int:
    """Give the size of an extension header; its length does not count the first 8 bytes (RFC 8200 4.3)."""
    return (length + 1) * 8


def _in_4_octets(length: int) -> int:
    """Give the size of an authentication header; its length is in words, minus 2 (RFC 4302 2.2)."""
    return (length + 2) * 4


def _always_8(_length: int) -> int:
    return 8


# Next header -> size of that extension header, from its length byte (RFC 7045 lists them).
_EXTENSIONS: Mapping[int, Callable[[int], int]] = {
    0: _in_8_octets,  # hop-by-hop options
    43: _in_8_octets,  # routing
    _FRAGMENT: _always_8,
    51: _in_4_octets,  # authentication
    60: _in_8_octets,  # destination options
    135: _in_8_octets,  # mobility
    139: _in_8_octets,  # host identity
    140: _in_8_octets,  # shim6
}

_VLAN_TAGS = frozenset({0x8100, 0x88A8, 0x9100})  # IEEE 802.1Q, 802.1ad, and 802.1ad before it was named
ETHER_TYPES: Mapping[int, Callable[[Layers, int], None]] = {0x0800: _ipv4, 0x0806: _arp, 0x86DD: _ipv6}
_VERSIONS: Mapping[int, Callable[[Layers, int], None]] = {4: _ipv4, 6: _ipv6}

# AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
_FAMILIES: Mapping[int, Callable[[Layers, int], None]] = {
    2: _ipv4,
    10: _ipv6,
    24: _ipv6,
    28: _ipv6,
    30: _ipv6,
}

# https://www.tcpdump.org/linktypes.html
LINK_TYPES: Mapping[int, Callable[[Layers, int], None]] = {
    0: _bsd_loopback,
    1: _ethernet,
    101: _raw_ip,
    113: _cooked_v1,
    228: _ipv4,
    229: _ipv6,
    276: _cooked_v2,
}

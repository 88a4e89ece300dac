"""What one IPv4 or IPv6 packet says, and whether it fits a filter that was read outside. Pure.

The filter is that of the check `count`, without what only a whole capture tells (see `KNOWN`). It comes as a tree:

    ["all", [TREE, ...]]   ["any", [TREE, ...]]   ["not", TREE]
    ["has", FIELD]                      the packet has the field, and it is not nothing
    ["every", FIELD, "!=", VALUE]       the packet has the field, and so is each value of it
    ["some", FIELD, "<", VALUE]         one value of it is so
    ["among", FIELD, [[LOW, HIGH], ...]]  one value of it is in one of the ranges, ends included
"""

from __future__ import annotations

import operator
import socket
from struct import Struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Fields = Mapping[str, tuple[Any, ...]]

ETHERNET_BYTES = 14
IPV4_TYPE, IPV6_TYPE = b"\x08\x00", b"\x86\xdd"
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}  # IANA's protocol numbers
_IPV4 = Struct(">xxHxxHxBxx4s4s")  # total length, fragment, protocol, source, target (RFC 791 3.1)
_IPV6 = Struct(">4xHBx16s16s")  # payload length, next header, source, target (RFC 8200 3)
# Next header of an extension header -> how its size in bytes follows from its length byte (RFC 7045, RFC 8200 4)
_EXTENSIONS: dict[int, Callable[[int], int]] = {
    0: lambda length: 8 * (length + 1),
    43: lambda length: 8 * (length + 1),
    44: lambda _length: 8,
    51: lambda length: 4 * (length + 2),
    60: lambda length: 8 * (length + 1),
    135: lambda length: 8 * (length + 1),
    139: lambda length: 8 * (length + 1),
    140: lambda length: 8 * (length + 1),
}
_FRAGMENT = 44
_FRAGMENT_OFFSET6 = 0xFFF8
_PORTS = Struct(">HH")
_TCP_ENDS, _FLAGS = 20, {"fin": 0x01, "syn": 0x02, "reset": 0x04, "push": 0x08, "ack": 0x10, "urg": 0x20}
_UDP_ENDS = 8
_FRAGMENT_OFFSET = 0x1FFF

KNOWN = frozenset(  # of a packet of a link, which is an IPv4 one
    {"frame.len", "ip", "ip.src", "ip.dst", "ip.addr", "tcp", "tcp.len", "udp", "udp.length", "icmp"}
    | {"icmp.type", "icmp.code", "tcp.window_size_value"}
    | {f"tcp.flags.{flag}" for flag in _FLAGS}
    | {f"{protocol}.{port}" for protocol in ("tcp", "udp") for port in ("srcport", "dstport", "port")}
)
KNOWN_OF_ANY = KNOWN | {"ipv6", "ipv6.src", "ipv6.dst", "ipv6.addr", "icmpv6", "icmpv6.type", "icmpv6.code"}


def payload_bytes(found: Fields, protocol: str) -> int:
    """Give how much payload a packet of this protocol has; 0 for one of another."""
    if protocol == "udp":
        return sum(length - _UDP_ENDS for length in found.get("udp.length", ()))
    return sum(found.get("tcp.len", ()))


def fields(frame: bytes) -> Fields:
    """Read an Ethernet frame. What is cut or malformed has the fields before that, another packet no further ones."""
    found: dict[str, tuple[Any, ...]] = {"frame.len": (len(frame),)}
    read = _READ_IP.get(frame[12:14])
    if read is not None:
        read(found, memoryview(frame)[ETHERNET_BYTES:])
    return found


def _ipv4(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    if len(packet) < _IPV4.size:
        return
    total, fragment, number, *ends = _IPV4.unpack_from(packet)
    source, target = map(socket.inet_ntoa, ends)
    found |= {"ip": (True,), "ip.src": (source,), "ip.dst": (target,), "ip.addr": (source, target)}
    header = (packet[0] & 0x0F) * 4
    protocol = PROTOCOLS.get(number)
    if protocol is not None and not fragment & _FRAGMENT_OFFSET:
        found[protocol] = (True,)
        _READ[protocol](found, packet[header:total])


def _ipv6(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    if len(packet) < _IPV6.size:
        return
    length, following, *ends = _IPV6.unpack_from(packet)
    source, target = (socket.inet_ntop(socket.AF_INET6, end) for end in ends)
    found |= {"ipv6": (True,), "ipv6.src": (source,), "ipv6.dst": (target,), "ipv6.addr": (source, target)}
    packet = packet[_IPV6.size : _IPV6.size + length]
    while following in _EXTENSIONS:
        is_later = following == _FRAGMENT and int.from_bytes(packet[2:4], "big") & _FRAGMENT_OFFSET6
        if len(packet) < 8 or is_later:
            return
        following, packet = packet[0], packet[_EXTENSIONS[following](packet[1]) :]
    protocol = PROTOCOLS.get(following)
    if protocol is not None:
        found[protocol] = (True,)
        _READ[protocol](found, packet)


_READ_IP: dict[bytes, Callable[[dict[str, tuple[Any, ...]], memoryview], None]] = {
    IPV4_TYPE: _ipv4,
    IPV6_TYPE: _ipv6,
}


def _icmp(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    _type_and_code(found, "icmp", packet)


def _icmp6(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    _type_and_code(found, "icmpv6", packet)


def _type_and_code(found: dict[str, tuple[Any, ...]], name: str, packet: memoryview) -> None:
    if len(packet) >= 4:  # type, code, checksum (RFC 792, RFC 4443 2.1)
        found |= {f"{name}.type": (packet[0],), f"{name}.code": (packet[1],)}


def _tcp(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    _ports(found, "tcp", packet)
    if len(packet) < _TCP_ENDS:
        return
    header = (packet[12] >> 4) * 4  # RFC 9293 3.1
    if _TCP_ENDS <= header <= len(packet):
        found["tcp.len"] = (len(packet) - header,)
        found |= {f"tcp.flags.{name}": (int(bool(packet[13] & bit)),) for name, bit in _FLAGS.items()}
        found["tcp.window_size_value"] = (int.from_bytes(packet[14:16], "big"),)


def _udp(found: dict[str, tuple[Any, ...]], packet: memoryview) -> None:
    _ports(found, "udp", packet)
    if len(packet) >= _UDP_ENDS:
        found["udp.length"] = (int.from_bytes(packet[4:6], "big"),)  # RFC 768


def _ports(found: dict[str, tuple[Any, ...]], protocol: str, packet: memoryview) -> None:
    if len(packet) >= _PORTS.size:
        source, target = _PORTS.unpack_from(packet)
        found |= {
            f"{protocol}.srcport": (source,),
            f"{protocol}.dstport": (target,),
            f"{protocol}.port": (source, target),
        }


_READ: dict[str, Callable[[dict[str, tuple[Any, ...]], memoryview], None]] = {
    "icmp": _icmp,
    "icmpv6": _icmp6,
    "tcp": _tcp,
    "udp": _udp,
}


# Whether they fit


def fits(tree: list[Any], found: Fields) -> bool:
    return _TESTS[tree[0]](found, *tree[1:])


def _every(found: Fields, name: str, comparison: str, value: Any) -> bool:
    values = found.get(name, ())
    return bool(values) and all(COMPARE[comparison](one, value) for one in values)


def _some(found: Fields, name: str, comparison: str, value: Any) -> bool:
    return any(COMPARE[comparison](one, value) for one in found.get(name, ()))


def _among(found: Fields, name: str, ranges: list[list[Any]]) -> bool:
    return any(low <= one <= high for one in found.get(name, ()) for low, high in ranges)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TESTS: dict[str, Callable[..., bool]] = {
    "all": lambda found, trees: all(fits(tree, found) for tree in trees),
    "any": lambda found, trees: any(fits(tree, found) for tree in trees),
    "not": lambda found, tree: not fits(tree, found),
    "has": lambda found, name: bool(found.get(name)),
    "every": _every,
    "some": _some,
    "among": _among,
}

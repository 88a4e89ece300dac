"""The fields of the filter language, as Wireshark names and counts them.

frame.len                                     bytes on the wire
ip.src ip.dst ip.addr                         an IPv4 address, or a host's name
ipv6.src ipv6.dst ipv6.addr                   an IPv6 address, or a host's name
tcp.srcport tcp.dstport tcp.port              the same for udp
tcp.seq tcp.ack                               relative: 0 is the SYN, 1 the first byte
tcp.len                                       bytes of payload
tcp.flags.syn .ack .fin .reset .push .urg     0 or 1
tcp.window_size                               bytes, the scale of the handshake applied (RFC 7323 2.2)
tcp.window_size_value                         the same as it stands in the header, without the scale
udp.length                                    bytes with the 8 of the header (RFC 768)
icmp.type icmp.code                           the same for icmpv6
arp icmp icmpv6 ip ipv6 tcp udp               stand alone: whether the packet is one
tcp.analysis.NAME                             stand alone: the marks of the analyser
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kit.checks._grammar import refuse
from kit.packets.model import Flags
from kit.packets.tcp.model import FLAG_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lark import Token

    from kit.packets.model import Packet

_UDP_HEADER_BYTES = 8
_ORDERED = ("==", "!=", "<", "<=", ">", ">=")
_EQUAL = ("==", "!=")


@dataclass(frozen=True, slots=True)
class View:
    """A packet as a filter sees it: with what its conversation and its run add to it."""

    packet: Packet
    addresses: Mapping[str, str]  # host -> IPv4 address
    seq: int = 0  # relative
    ack: int = 0
    window: int = 0  # scaled, in bytes
    marks: frozenset[str] = frozenset()  # of the analyser
    addresses6: Mapping[str, str] = field(default_factory=dict)  # host -> IPv6 address, where it has one


Values = Callable[[View], tuple[Any, ...]]
_KINDS = {"number": _ORDERED, "bit": _EQUAL, "address": _EQUAL, "address6": _EQUAL, "alone": ()}
_EXAMPLES = {
    "number": "> 0",
    "bit": "== 1",
    "address": "== 198.18.0.2",
    "address6": "== fd00::2",
    "alone": "",
}
_ADDRESSES = {
    "address": (ipaddress.IPv4Address, "an IPv4 address or the name of a host"),
    "address6": (ipaddress.IPv6Address, "an IPv6 address or the name of a host"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """`values` gives what a packet has of it: none where it lacks the field, two of `tcp.port`."""

    kind: Literal["number", "bit", "address", "address6", "alone"]
    values: Values
    highest: int = 0

    @property
    def alone(self) -> bool:
        return self.kind == "alone"

    @property
    def comparisons(self) -> tuple[str, ...]:
        return _KINDS[self.kind]

    @property
    def example(self) -> str:
        return _EXAMPLES[self.kind]

    def meaning(self, value: Token) -> Callable[[View], Any]:
        """Give what a word of a filter stands for, which for a host is known with the run."""
        said = self.said(value)
        if value.type == "NAME":
            if self.kind == "address6":
                return lambda view: view.addresses6.get(str(said))
            return lambda view: view.addresses.get(str(said))
        return lambda _view: said

    def said(self, value: Token) -> int | str:
        """Read a word of a filter as a value of the field: a number, an address or the name of a host."""
        if self.kind not in _ADDRESSES:
            return self.number(value)
        if value.type == "NAME":
            return str(value)
        read, wanted = _ADDRESSES[self.kind]
        try:
            return str(read(str(value)))
        except ValueError:
            refuse(value, f"expected {wanted}, found '{value}'")

    def number(self, value: Token) -> int:
        """Read a number that the field can have."""
        if value.type != "NUMBER" or self.kind in _ADDRESSES:
            refuse(value, f"expected {self._wanted}, found '{value}'")
        number = int(value, 0) if value.startswith("0x") else int(value)
        if number > self.highest:
            refuse(value, f"expected {self._wanted}, found '{value}'")
        return number

    @property
    def _wanted(self) -> str:
        if self.kind in _ADDRESSES:
            return _ADDRESSES[self.kind][1]
        return "0 or 1" if self.kind == "bit" else f"a number up to {self.highest}"


def _of_ip(mark: Literal[".", ":"], *ends: Literal["source", "target"]) -> Values:
    """Give the addresses of a version, which have its mark in them."""

    def values(view: View) -> tuple[Any, ...]:
        found = [getattr(view.packet, end) for end in ends]
        return tuple(end.address for end in found if end is not None and _mark_of(end.address) == mark)

    return values


def _mark_of(address: str) -> str:
    return ":" if ":" in address else "."  # an IPv6 one may end in an IPv4 one


def _ports(protocol: str, *ends: Literal["source", "target"]) -> Values:
    def values(view: View) -> tuple[Any, ...]:
        if view.packet.protocol != protocol:
            return ()
        found = [getattr(view.packet, end) for end in ends]
        return tuple(end.port for end in found if end is not None)

    return values


def _flag(flag: Flags) -> Values:
    return lambda view: () if view.packet.tcp is None else (int(flag in view.packet.tcp.flags),)


def _of_tcp(value: Callable[[View], int]) -> Values:
    return lambda view: () if view.packet.tcp is None else (value(view),)


def _is(*protocols: str) -> Values:
    return lambda view: (True,) if view.packet.protocol in protocols else ()


def _has_ip(mark: Literal[".", ":"]) -> Values:
    return lambda view: (True,) if _of_ip(mark, "source")(view) and view.packet.arp is None else ()


def _icmp(protocol: Literal["icmp", "icmp6"], name: Literal["type", "code"]) -> Values:
    def values(view: View) -> tuple[int, ...]:
        packet = view.packet
        return (
            (getattr(packet.icmp, name),) if packet.icmp is not None and packet.protocol == protocol else ()
        )

    return values


def _marked(name: str) -> Values:
    return lambda view: (True,) if name in view.marks else ()


# Wireshark's names of the analyser's marks, where they are not the same.
_WIRESHARK_NAMES = {"reused_port": "reused_ports"}
_16_BITS, _32_BITS = (1 << 16) - 1, (1 << 32) - 1
_WINDOW_MAX = _16_BITS << 14  # RFC 7323 2.3: the shift is 14 at most

FIELDS: dict[str, Field] = {
    "frame.len": Field("number", lambda view: (view.packet.length,), _32_BITS),
    "ip.src": Field("address", _of_ip(".", "source")),
    "ip.dst": Field("address", _of_ip(".", "target")),
    "ip.addr": Field("address", _of_ip(".", "source", "target")),
    "ipv6.src": Field("address6", _of_ip(":", "source")),
    "ipv6.dst": Field("address6", _of_ip(":", "target")),
    "ipv6.addr": Field("address6", _of_ip(":", "source", "target")),
    **{
        f"{protocol}.{name}": Field("number", _ports(protocol, *ends), _16_BITS)
        for protocol in ("tcp", "udp")
        for name, ends in (
            ("srcport", ("source",)),
            ("dstport", ("target",)),
            ("port", ("source", "target")),
        )
    },
    "tcp.seq": Field("number", _of_tcp(lambda view: view.seq), _32_BITS),
    "tcp.ack": Field("number", _of_tcp(lambda view: view.ack), _32_BITS),
    "tcp.len": Field(
        "number", _of_tcp(lambda view: view.packet.tcp.length if view.packet.tcp else 0), _16_BITS
    ),
    "tcp.window_size": Field("number", _of_tcp(lambda view: view.window), _WINDOW_MAX),
    "tcp.window_size_value": Field(
        "number", _of_tcp(lambda view: view.packet.tcp.window if view.packet.tcp else 0), _16_BITS
    ),
    "tcp.flags.syn": Field("bit", _flag(Flags.SYN), 1),
    "tcp.flags.ack": Field("bit", _flag(Flags.ACK), 1),
    "tcp.flags.fin": Field("bit", _flag(Flags.FIN), 1),
    "tcp.flags.reset": Field("bit", _flag(Flags.RST), 1),
    "tcp.flags.push": Field("bit", _flag(Flags.PSH), 1),
    "tcp.flags.urg": Field("bit", _flag(Flags.URG), 1),
    "udp.length": Field(
        "number",
        lambda view: () if view.packet.udp is None else (view.packet.udp.length + _UDP_HEADER_BYTES,),
        _16_BITS,
    ),
    "icmp.type": Field("number", _icmp("icmp", "type"), 255),
    "icmp.code": Field("number", _icmp("icmp", "code"), 255),
    "icmpv6.type": Field("number", _icmp("icmp6", "type"), 255),
    "icmpv6.code": Field("number", _icmp("icmp6", "code"), 255),
    "arp": Field("alone", _is("arp")),
    "icmp": Field("alone", _is("icmp")),
    "icmpv6": Field("alone", _is("icmp6")),
    "ip": Field("alone", _has_ip(".")),
    "ipv6": Field("alone", _has_ip(":")),
    "tcp": Field("alone", _is("tcp")),
    "udp": Field("alone", _is("udp")),
    **{
        f"tcp.analysis.{_WIRESHARK_NAMES.get(mark, mark)}": Field("alone", _marked(mark))
        for mark in sorted(FLAG_NAMES.values())
    },
}

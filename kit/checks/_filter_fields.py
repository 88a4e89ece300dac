"""The fields of the filter language, as Wireshark names and counts them.

frame.len                                     bytes on the wire
ip.src ip.dst ip.addr                         an IPv4 address, or a host's name
tcp.srcport tcp.dstport tcp.port              the same for udp
tcp.seq tcp.ack                               relative: 0 is the SYN, 1 the first byte
tcp.len                                       bytes of payload
tcp.flags.syn .ack .fin .reset .push .urg     0 or 1
tcp.window_size                               bytes, the scale of the handshake applied (RFC 7323 2.2)
tcp.window_size_value                         the same as it stands in the header, without the scale
udp.length                                    bytes with the 8 of the header (RFC 768)
icmp.type icmp.code
arp icmp ip tcp udp                           stand alone: whether the packet is one
tcp.analysis.NAME                             stand alone: the marks of the analyser
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
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
    addresses: Mapping[str, str]  # host -> address
    seq: int = 0  # relative
    ack: int = 0
    window: int = 0  # scaled, in bytes
    marks: frozenset[str] = frozenset()  # of the analyser


Values = Callable[[View], tuple[Any, ...]]
_KINDS = {"number": _ORDERED, "bit": _EQUAL, "address": _EQUAL, "alone": ()}
_EXAMPLES = {"number": "> 0", "bit": "== 1", "address": "== 198.18.0.2", "alone": ""}


@dataclass(frozen=True, slots=True)
class Field:
    """`values` gives what a packet has of it: none where it lacks the field, two of `tcp.port`."""

    kind: Literal["number", "bit", "address", "alone"]
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
            return lambda view: view.addresses.get(str(said))
        return lambda _view: said

    def said(self, value: Token) -> int | str:
        """Read a word of a filter as a value of the field: a number, an address or the name of a host."""
        if self.kind != "address":
            return self.number(value)
        if value.type == "NAME":
            return str(value)
        try:
            return str(ipaddress.IPv4Address(str(value)))
        except ValueError:
            refuse(value, f"expected an IPv4 address or the name of a host, found '{value}'")

    def number(self, value: Token) -> int:
        """Read a number that the field can have."""
        if value.type != "NUMBER" or self.kind == "address":
            refuse(value, f"expected {self._wanted}, found '{value}'")
        number = int(value, 0) if value.startswith("0x") else int(value)
        if number > self.highest:
            refuse(value, f"expected {self._wanted}, found '{value}'")
        return number

    @property
    def _wanted(self) -> str:
        if self.kind == "address":
            return "an IPv4 address or the name of a host"
        return "0 or 1" if self.kind == "bit" else f"a number up to {self.highest}"


def _of_ip(*ends: Literal["source", "target"]) -> Values:
    def values(view: View) -> tuple[Any, ...]:
        found = [getattr(view.packet, end) for end in ends]
        return tuple(end.address for end in found if end is not None and "." in end.address)

    return values


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


def _marked(name: str) -> Values:
    return lambda view: (True,) if name in view.marks else ()


# Wireshark's names of the analyser's marks, where they are not the same.
_WIRESHARK_NAMES = {"reused_port": "reused_ports"}
_16_BITS, _32_BITS = (1 << 16) - 1, (1 << 32) - 1
_WINDOW_MAX = _16_BITS << 14  # RFC 7323 2.3: the shift is 14 at most

FIELDS: dict[str, Field] = {
    "frame.len": Field("number", lambda view: (view.packet.length,), _32_BITS),
    "ip.src": Field("address", _of_ip("source")),
    "ip.dst": Field("address", _of_ip("target")),
    "ip.addr": Field("address", _of_ip("source", "target")),
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
    "icmp.type": Field("number", lambda view: _icmp(view, "type"), 255),
    "icmp.code": Field("number", lambda view: _icmp(view, "code"), 255),
    "arp": Field("alone", _is("arp")),
    "icmp": Field("alone", _is("icmp")),
    "ip": Field("alone", lambda view: (True,) if _of_ip("source")(view) and view.packet.arp is None else ()),
    "tcp": Field("alone", _is("tcp")),
    "udp": Field("alone", _is("udp")),
    **{
        f"tcp.analysis.{_WIRESHARK_NAMES.get(mark, mark)}": Field("alone", _marked(mark))
        for mark in sorted(FLAG_NAMES.values())
    },
}


def _icmp(view: View, name: Literal["type", "code"]) -> tuple[int, ...]:
    packet = view.packet
    return (getattr(packet.icmp, name),) if packet.icmp is not None and packet.protocol == "icmp" else ()

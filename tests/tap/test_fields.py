"""A packet has the fields that the check `count` sees of it, and fits a filter's tree as it fits the filter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.checks._filter import fields_in, parse
from kit.checks._filter_fields import FIELDS, View
from kit.packets.decode import decode
from kit.packets.model import Frame
from kit.tap.fields import KNOWN_OF_ANY, fields, fits, payload_bytes
from tests.tap.frames import (
    ACK,
    CLIENT,
    ENDS6,
    FIN,
    PSH,
    RST,
    SERVER,
    SYN,
    URG,
    icmp,
    ipv4,
    ipv6,
    over_ipv6,
    tcp,
    udp,
)

FRAMES = {
    "syn": tcp(SYN, options=b"\x02\x04\x05\xb4"),
    "data": tcp(PSH | ACK, b"hello"),
    "fin": tcp(FIN | ACK),
    "reset": tcp(RST),
    "urgent": tcp(URG | ACK, b"!"),
    "datagram": udp(b"hi"),
    "empty datagram": udp(b""),
    "unreachable": icmp(3, 3),
    "with options": ipv4(17, udp(b"hi")[34:], options=b"\x01" * 4),
    "another protocol": ipv4(47, b"x" * 8),
    "a later fragment": ipv4(17, b"x" * 24, fragment=100),
    "syn over IPv6": over_ipv6(tcp(SYN, options=b"\x02\x04\x05\xb4")),
    "data over IPv6": over_ipv6(tcp(PSH | ACK, b"hello")),
    "datagram over IPv6": over_ipv6(udp(b"hi")),
    "unreachable over IPv6": ipv6(58, bytes([1, 4, *bytes(6)])),
    "behind an option": over_ipv6(udp(b"hi"), extensions=bytes([60, 17, 0, 1, 4, 0, 0, 0, 0])),
    "an IPv6 fragment": over_ipv6(udp(b"hi"), extensions=bytes([44, 17, 0, 0, 9, 0, 0, 0, 1])),
    "the first IPv6 fragment": over_ipv6(udp(b"hi"), extensions=bytes([44, 17, 0, 0, 1, 0, 0, 0, 1])),
    "cut in an option": ipv6(60, b"\x11\x00\x01"),
    "no next header": ipv6(59, b""),
    "ICMP over IPv6": ipv6(1, bytes(8)),
    "ICMPv6 over IPv4": ipv4(58, bytes(8)),
    "no IP": bytes(12) + b"\x08\x06" + bytes(28),
    "padded": tcp(ACK).ljust(60, b"\0"),
}


def view(frame: bytes) -> View:
    return View(decode(Frame(0, frame, len(frame), 1), 1), {"client": CLIENT, "server": SERVER})


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_every_known_field_has_the_values_that_the_filter_sees(frame: bytes) -> None:
    found, seen = fields(frame), view(frame)
    assert {name: tuple(found.get(name, ())) for name in KNOWN_OF_ANY} == {
        name: FIELDS[name].values(seen) for name in KNOWN_OF_ANY
    }


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(
    "text",
    [
        "tcp",
        "not tcp",
        "udp or icmp",
        "tcp and tcp.len > 0",
        "tcp.flags.syn == 1 and not tcp.flags.ack == 1",
        "tcp.window_size_value > 0 and not tcp.window_size_value == 7",
        "tcp.port == 8001",
        "tcp.port != 8001",
        "udp.port in {1..52, 40001}",
        f"ip.src == {CLIENT} and ip.addr != 10.0.0.1",
        f"ip.dst in {{{SERVER}}}",
        "udp.length >= 10",
        "frame.len <= 60",
        "frame.len < 54 or icmp.code == 3",
        "ipv6 and not tcp",
        f"ipv6.src == {ENDS6[0]} or ip",
        f"ipv6.addr != FD00:0::{ENDS6[1][-1]}",
        "icmpv6.type == 1 and icmpv6.code == 4 and icmpv6",
    ],
)
def test_a_tree_fits_where_its_filter_does(text: str, frame: bytes) -> None:
    parsed = parse(text)
    assert fits(as_sent(parsed.tree), fields(frame)) == parsed.fits(view(frame))
    assert set(fields_in(parsed.tree)) <= KNOWN_OF_ANY


def as_sent(tree: tuple[Any, ...]) -> list[Any]:
    sent: list[Any] = json.loads(json.dumps(tree))
    return sent


@pytest.mark.parametrize(
    ("frame", "last"),
    [
        (tcp(SYN)[:14], "frame.len"),
        (tcp(SYN)[:33], "frame.len"),
        (tcp(SYN)[:34], "tcp"),
        (tcp(SYN)[:38], "tcp.port"),
        (tcp(SYN)[:46] + b"\x10" + tcp(SYN)[47:], "tcp.port"),  # a header shorter than a header is
        (tcp(SYN)[:46] + b"\xf0" + tcp(SYN)[47:], "tcp.port"),  # and one longer than the packet
        (udp(b"hi")[:36], "udp"),
        (udp(b"hi")[:40], "udp.port"),
        (icmp(3, 3)[:37], "icmp"),
    ],
)
def test_a_cut_packet_has_the_fields_before_the_cut(frame: bytes, last: str) -> None:
    assert list(fields(frame))[-1] == last


def test_payload_is_of_the_protocol_that_is_asked_for() -> None:
    assert payload_bytes(fields(tcp(ACK, b"hello")), "tcp") == 5
    assert payload_bytes(fields(tcp(ACK)), "tcp") == 0
    assert payload_bytes(fields(udp(b"hi")), "udp") == 2
    assert payload_bytes(fields(udp(b"hi")), "tcp") == 0
    assert payload_bytes(fields(tcp(ACK, b"hello")), "udp") == 0

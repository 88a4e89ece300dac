"""Frames that a tap tells apart: what only a bridge's own end on the machine says is no host's."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from kit.tap.capture import FENCE_MARK, FENCE_TYPE, Captured
from tests.packets import frames

# As Linux's bridge sends it when it begins to snoop: a report for 224.0.0.106, from no address.
IGMP_REPORT = bytes.fromhex("2200f9020000000104000000e000006a")


def captured(data: bytes) -> Captured:
    return Captured(1, data, len(data))


def igmp(source: str) -> bytes:
    packet = frames.ipv4(IGMP_REPORT, protocol=2)
    return frames.ethernet(packet.replace(ip_address(frames.CLIENT).packed, ip_address(source).packed))


@pytest.mark.parametrize(
    ("data", "is_bridges_own"),
    [
        (igmp("0.0.0.0"), True),
        (igmp("198.18.0.2"), False),  # a program of a host joins a group
        (frames.ethernet(frames.ipv6(frames.udp(b"hello"), following=17), 0x86DD), True),
        (frames.ethernet(frames.ipv4(frames.tcp(b"hello"))), False),
        (frames.ethernet(frames.arp(), 0x0806), False),
        (b"\0" * 12 + b"\x08\x00", False),  # cut behind the Ethernet header
        (b"", False),
    ],
)
def test_what_only_a_bridge_says_is_told_from_what_hosts_say(data: bytes, is_bridges_own: bool) -> None:
    assert captured(data).is_bridges_own(has_ipv6=False) is is_bridges_own


@pytest.mark.parametrize(
    ("source", "is_bridges_own"),
    [("::", True), ("fe80::42:c6ff:fe12:2", True), ("fd00::3", False), ("::1", False)],
)
def test_with_ipv6_only_what_comes_from_no_hosts_address_is_a_bridges(
    source: str, is_bridges_own: bool
) -> None:
    packet = frames.ipv6(frames.udp(b"hello"), following=17)
    packet = packet[:8] + ip_address(source).packed + packet[24:]
    told = captured(frames.ethernet(packet, 0x86DD))
    assert told.is_bridges_own(has_ipv6=True) is is_bridges_own
    assert told.is_bridges_own(has_ipv6=False)


def test_a_fence_is_known_by_its_type_and_its_mark() -> None:
    assert captured(bytes(12) + FENCE_TYPE + FENCE_MARK).is_fence
    assert captured(bytes(12) + FENCE_TYPE + FENCE_MARK + (7).to_bytes(8) + bytes(30)).fence == 7
    assert captured(bytes(60)).fence is None
    assert not captured(bytes(12) + FENCE_TYPE + b"somebody else's").is_fence

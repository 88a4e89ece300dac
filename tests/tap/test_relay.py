"""What is for everybody goes round a bridge that drops it, in a host of its own: a namespace with one end of a wire."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kit.tap.capture import IPV4_TYPE, RELAY_TYPE, hardware_address
from kit.tap.forwarder import NOWHERE
from kit.tap.relay import Relay, hardware_address_of
from tests.tap.test_host import CLONE_NEWNET

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]
HERE, PEER = "198.18.0.2", "198.18.0.3"
PEERS_MAC = bytes.fromhex("0242c6120003")
GROUP = "239.1.2.3"


def packet(source: str, target: str, payload: bytes) -> bytes:
    """Give an IPv4 packet with a datagram to port 9000, whose checksum is left out (RFC 768)."""
    datagram = struct.pack(">HHHH", 40000, 9000, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 1, 17, 0)
    head += socket.inet_aton(source) + socket.inet_aton(target)
    total = sum(struct.unpack(">10H", head))
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return head[:10] + struct.pack(">H", checksum) + head[12:] + datagram


@pytest.fixture
def wire() -> Iterator[socket.socket]:
    """Give the other end of this thread's `eth0`: what arrives there was sent by the host, and the other way round."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    assert libc.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    lines = [
        "link set lo up",
        "link add eth0 type veth peer name wire",
        f"address add {HERE}/28 dev eth0",
        "link set eth0 up",
        "link set wire up",
        "route add 224.0.0.0/4 dev eth0",
    ]
    try:
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines).encode(), check=True)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003)) as end:
            end.bind(("wire", 0x0003))
            end.settimeout(10)
            yield end
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(home)


def listener() -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.bind(("", 9000))
    joined = socket.inet_aton(GROUP) + socket.inet_aton("0.0.0.0")
    found.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    found.settimeout(10)
    return found


def made() -> closing[Relay]:
    return closing(Relay("eth0", hardware_address("eth0")))


def carried(payload: bytes) -> bytes:
    return b"\xff" * 6 + PEERS_MAC + RELAY_TYPE + packet(PEER, GROUP, payload)


def itself(payload: bytes) -> bytes:
    data = packet(PEER, GROUP, payload)
    return hardware_address_of(data[16:20]) + PEERS_MAC + IPV4_TYPE + data


def test_what_was_carried_comes_in_by_the_interface_in_order(wire: socket.socket) -> None:
    with made() as relay, listener() as heard:
        for word in (b"one", b"two", b"two"):
            wire.send(carried(word))
            assert relay.settle(plugged=True) == ""
        assert [heard.recvfrom(10) for _ in range(3)] == [
            (word, (PEER, 40000)) for word in (b"one", b"two", b"two")
        ]


def test_what_has_come_by_itself_is_not_put_in_a_second_time(wire: socket.socket) -> None:
    with made() as relay, listener() as heard:
        for frame in (itself(b"one"), carried(b"one"), carried(b"end")):
            wire.send(frame)
        assert relay.settle(plugged=True) == ""
        assert [heard.recv(10), heard.recv(10)] == [b"one", b"end"]


def test_a_host_that_is_unplugged_gets_nothing(wire: socket.socket) -> None:
    with made() as relay, listener() as heard:
        wire.send(carried(b"lost"))
        assert relay.settle(plugged=False) == ""
        wire.send(carried(b"end"))
        assert relay.settle(plugged=True) == ""
        assert heard.recv(10) == b"end"


def test_what_leaves_to_a_group_leaves_a_second_time_as_large_as_it_was(wire: socket.socket) -> None:
    with made() as relay, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x" * 1472, (GROUP, 9000))  # a whole frame
        assert relay.hear(plugged=True) == ""
        diverted = f"neighbour replace {PEER} lladdr {NOWHERE.hex(':')} dev eth0 nud permanent"
        subprocess.run(["ip", *diverted.split()], check=True)
        sender.sendto(
            b"y", (PEER, 9000)
        )  # to one alone, though its address begins like a group's: nothing to carry
        assert relay.hear(plugged=True) == ""
        sender.sendto(b"z", (GROUP, 9000))
        assert relay.hear(plugged=True) == ""
    frames: list[bytes] = []
    while sum(frame[12:14] == RELAY_TYPE for frame in frames) < 2:
        frames.append(wire.recv(2000))
    assert [
        (frame[12:14], len(frame), frame[-1:]) for frame in frames if frame[12:14] in (IPV4_TYPE, RELAY_TYPE)
    ] == [
        (IPV4_TYPE, 1514, b"x"),
        (RELAY_TYPE, 1514, b"x"),
        (IPV4_TYPE, 43, b"y"),
        (IPV4_TYPE, 43, b"z"),
        (RELAY_TYPE, 43, b"z"),
    ]
    copies = [frame for frame in frames if len(frame) == 1514]
    assert copies[0][14:] == copies[1][14:]
    assert copies[0][:6] == bytes.fromhex("01005e010203")


def test_groups_and_everybody_have_their_hardware_addresses() -> None:
    assert hardware_address_of(socket.inet_aton("239.129.2.3")) == bytes.fromhex("01005e010203")
    assert hardware_address_of(socket.inet_aton("255.255.255.255")) == b"\xff" * 6
    assert hardware_address_of(socket.inet_aton("198.18.0.15")) == b"\xff" * 6

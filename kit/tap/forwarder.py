"""Puts on what this host sends to others, as the rules of each direction have it.

The kernel here is told, by a permanent neighbour, that the other host has a hardware address which no bridge passes
on. So what it sends there leaves by the interface, where the capture sees it once, and is heard by a socket of ours,
which sends it on to the true address when and as it is due, where a rule asks for chance through netem (kit.tap.netem). Without that it needs AF_PACKET and `ip neighbour`: no module, no
queueing discipline, no firewall, and nothing at the receiver. What goes on has waited for the link's limit already,
and passes it by.
"""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.tap import link
from kit.tap.capture import (
    IPV4_TYPE,
    PACKET_OUTGOING,
    PACKET_STATISTICS,
    SNAP_BYTES,
    SOL_PACKET,
    Captured,
    filtered,
)
from kit.tap.direction import NS_PER_S, Direction, Rule
from kit.tap.netem import Netem

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of pause frames, which end at the first bridge (IEEE 802.1D table 7-10; net/bridge/br_input.c)
NOWHERE = bytes.fromhex("0180c2000001")
PACKET_QDISC_BYPASS = 20  # linux/if_packet.h
# linux/filter.h: `ld` of the packet's type (SKF_AD_OFF + SKF_AD_PKTTYPE), `ldh` of the Ethernet type
_ONLY_OUTGOING_IPV4 = (
    (0x30, 0, 0, 0xFFFFF004),
    (0x15, 0, 3, PACKET_OUTGOING),
    (0x28, 0, 0, 12),
    (0x15, 0, 1, int.from_bytes(IPV4_TYPE, "big")),
    (0x06, 0, 0, SNAP_BYTES),
    (0x06, 0, 0, 0),
)
FRAMES_AT_ONCE = 256  # so that a flood cannot keep the tap from its other work


class Peer(NamedTuple):
    name: str
    address: str
    mac: bytes
    direction: Direction
    netem: Netem | None = None  # behind the direction's rules


class Forwarder:
    def __init__(self, interface: str, mac: bytes, told: list[dict[str, Any]]) -> None:
        """`told`: for each direction `to`, `address`, `mac`, `bytes_per_s`, `rules` and `netem`; see `Direction`, `Netem`."""
        self._interface = interface
        self._mac = mac
        peers = [_peer(one, number, interface, mac) for number, one in enumerate(told)]
        self._peers = {socket.inet_aton(peer.address): peer for peer in peers}
        self._macs = frozenset(peer.mac for peer in peers)
        self._heard = filtered(interface, _ONLY_OUTGOING_IPV4)
        self._sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        with suppress(OSError):  # without it a packet is counted twice by the link's limit
            self._sender.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        self._sender.bind((interface, 0))

    def make_netem(self) -> Iterator[dict[str, Any]]:
        """Have the kernel do what rules leave to chance; give for each what became of it."""
        for peer in self._peers.values():
            if peer.netem is not None:
                yield {"to": peer.name, **peer.netem.make()}

    @property
    def fds(self) -> list[int]:
        """Where something is to be heard. Ask when netem is made."""
        outs = (peer.netem.fd for peer in self._peers.values() if peer.netem is not None)
        return [self._heard.fileno(), *(fd for fd in outs if fd is not None)]

    def divert(self) -> str:
        """Have the kernel hand over what it sends to the peers; give what `ip` complained of."""
        return link.run_ip(
            [
                f"neighbour replace {peer.address} lladdr {NOWHERE.hex(':')} dev {self._interface} nud permanent"
                for peer in self._peers.values()
            ]
        )

    def hear(self) -> None:
        """Take what has left. It is put on by `put_on`."""
        for _ in range(FRAMES_AT_ONCE):
            try:
                frame = self._heard.recv(SNAP_BYTES)
            except BlockingIOError:
                break
            peer = self._peers.get(frame[30:34])
            if peer is not None and frame[:6] == NOWHERE:
                peer.direction.take(peer.mac + frame[6:], time.time_ns())

    def put_on(self) -> None:
        """Send on what is due. Raises OSError where the kernel does not take it."""
        now_ns = time.time_ns()
        for peer in self._peers.values():
            for frame in peer.direction.due(now_ns):
                if peer.netem is None:
                    self._sender.send(frame)
                else:
                    peer.netem.put_in(frame)
            if peer.netem is not None:
                for frame in peer.netem.came_out(peer.mac, FRAMES_AT_ONCE):
                    self._sender.send(frame)

    def release(self, until: str) -> None:
        for peer in self._peers.values():
            peer.direction.release(until, time.time_ns())

    def acts(self) -> Iterator[dict[str, Any]]:
        """Give what was done since this was asked last."""
        for peer in self._peers.values():
            for act in peer.direction.done():
                yield {"to": peer.name, **act}

    @property
    def waits_s(self) -> float | None:
        """How long nothing is due; None while nothing is on its way."""
        due = [peer.direction.next_ns for peer in self._peers.values()]
        next_ns = min((one for one in due if one is not None), default=None)
        return None if next_ns is None else max(0, next_ns - time.time_ns()) / NS_PER_S

    @property
    def under_way(self) -> int:
        by_chance = sum(peer.netem.under_way for peer in self._peers.values() if peer.netem is not None)
        return by_chance + sum(peer.direction.under_way for peer in self._peers.values())

    def chances(self) -> Iterator[dict[str, Any]]:
        """Give how many packets netem was given, and how many came out of it."""
        for peer in self._peers.values():
            if peer.netem is not None:
                counts = {"put_in": peer.netem.put_in_count, "came_out": peer.netem.came_out_count}
                yield {"to": peer.name, **counts}

    def as_sent(self, frame: Captured) -> Captured | None:
        """Give a frame of the capture with the address that it goes to; None for one that this put on."""
        if frame.data[6:12] != self._mac or frame.data[12:14] != IPV4_TYPE:
            return frame
        if frame.data[:6] in self._macs:  # whatever netem has made of the rest
            return None
        peer = self._peers.get(frame.data[30:34])
        if peer is None:
            return frame
        return frame._replace(data=peer.mac + frame.data[6:])

    def finish(self) -> int:
        """Give how many packets the kernel lost because this did not keep up: lost by no rule."""
        statistics = self._heard.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self._heard.close()
        self._sender.close()
        for peer in self._peers.values():
            if peer.netem is not None:
                peer.netem.close()
        lost: int = struct.unpack("=II", statistics)[1]
        return lost


def _peer(told: dict[str, Any], number: int, interface: str, own_mac: bytes) -> Peer:
    rules = [Rule(number, rule) for number, rule in told["rules"]]
    mac = bytes.fromhex(told["mac"].replace(":", ""))
    netem = None if told["netem"] is None else Netem(number, interface, own_mac, told["netem"])
    return Peer(told["to"], told["address"], mac, Direction(rules, told["bytes_per_s"]), netem)

"""Carries what a host sends to everybody, or to a group, past a bridge whose machine drops it.

An engine's firewall lets through the bridge of an internal network only what goes to an address of its subnet: no group
(239.1.2.3), no 255.255.255.255. It sees IPv4, and frames of no other type. So the tap of the sender, which hears what left,
sends the packet once more in a frame of a type of its own (IEEE 802 0x88B6, for local experiments), and the other taps
put it where it would have come from: into the interface's own door, by a pair of veth whose end redirects all that it
receives (tc-mirred(8)). The kernel then does all that it does with a packet that came by itself.

A bridge that drops nothing brings both, the packet first: then a tap has heard it already, and leaves it at that.
"""

from __future__ import annotations

import select
import socket
from collections import Counter, deque
from contextlib import suppress

from kit.tap import link
from kit.tap.capture import IPV4_TYPE, PACKET_OUTGOING, RELAY_TYPE, SNAP_BYTES, SOL_PACKET, filtered
from kit.tap.forwarder import FRAMES_AT_ONCE, PACKET_QDISC_BYPASS

DOOR, BEHIND_DOOR = "kit-door", "kit-behind"
# linux/filter.h: `ldh` of the Ethernet type, `ldb` of the address's first byte, whose lowest bit says group
_TO_EVERYBODY = (
    (0x28, 0, 0, 12),
    (0x15, 3, 0, int.from_bytes(RELAY_TYPE, "big")),
    (0x15, 0, 3, int.from_bytes(IPV4_TYPE, "big")),
    (0x30, 0, 0, 0),
    (0x45, 0, 1, 1),
    (0x06, 0, 0, SNAP_BYTES),
    (0x06, 0, 0, 0),
)
_EVERYBODY = b"\xff" * 6
_IGMP = 2
_REMEMBERED = 1024  # packets that came by themselves, until their second copy comes
SETTLES_WITHIN_S = 1.0


class Relay:
    def __init__(self, interface: str, mac: bytes) -> None:
        self._interface = interface
        self._mac = mac
        self._heard = filtered(interface, _TO_EVERYBODY)
        with suppress(OSError):  # without it a packet is counted twice by the link's limit
            self._heard.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        self._door: socket.socket | None = None  # made when there is something to put in
        self._came: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._put_in: Counter[bytes] = Counter()  # and not heard yet
        self.fd = self._heard.fileno()

    def hear(self, *, plugged: bool) -> str:
        """Carry what has left, put in what was carried; give why it could not be. Raises OSError."""
        for _ in range(FRAMES_AT_ONCE):
            try:
                frame, address = self._heard.recvfrom(SNAP_BYTES)
            except BlockingIOError:
                break
            if complaint := self._take(frame, is_own=address[2] == PACKET_OUTGOING, plugged=plugged):
                return complaint
        return ""

    @property
    def has_door(self) -> bool:
        """Whether the host has interfaces now that it had not before."""
        return self._door is not None

    def close(self) -> None:
        self._heard.close()
        if self._door is not None:
            self._door.close()

    def _take(self, frame: bytes, *, is_own: bool, plugged: bool) -> str:
        if frame[12:14] == RELAY_TYPE:
            return self._arrived(frame) if plugged and not is_own else ""
        if is_own:
            return self._left(frame)
        if self._put_in[frame]:
            self._put_in[frame] -= 1
        else:
            self._came.append(frame)
        return ""

    def settle(self, *, plugged: bool) -> str:
        """Do as `hear`, and wait until what was put in has come."""
        complaint = self.hear(plugged=plugged)
        while not complaint and +self._put_in and select.select([self.fd], [], [], SETTLES_WITHIN_S)[0]:
            complaint = self.hear(plugged=plugged)
        return complaint

    def _left(self, frame: bytes) -> str:
        if frame[23] == _IGMP:  # for bridges and routers; somebody here has joined a group
            return self._make_door()
        if frame[:6] == hardware_address_of(frame[30:34]):  # and not what a link's forwarder takes
            self._heard.send(_EVERYBODY + self._mac + RELAY_TYPE + frame[14:])
        return ""

    def _arrived(self, frame: bytes) -> str:
        packet = frame[14:]
        whole = hardware_address_of(packet[16:20]) + frame[6:12] + IPV4_TYPE + packet
        if whole in self._came:
            self._came.remove(whole)
            return ""
        if complaint := self._make_door():
            return complaint
        self._put_in[whole] += 1
        if self._door is not None:
            self._door.send(whole)
        return ""

    def _make_door(self) -> str:
        """Make it once; give what was complained of."""
        if self._door is None:
            if complaint := link.make_door(DOOR, BEHIND_DOOR, self._interface):
                return complaint
            self._door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._door.bind((BEHIND_DOOR, 0))
        return ""


def hardware_address_of(target: bytes) -> bytes:
    """Give the address of the frames to a group (RFC 1112 6.4), and of those to everybody."""
    if target[0] >> 4 == 14:
        return b"\x01\x00\x5e" + bytes([target[1] & 0x7F]) + target[2:]
    return _EVERYBODY

"""Fences: frames of ours that tell how far the captures of a host are.

A *fence* has an ethertype for local experiments (IEEE 802 0x88B5) and is addressed to its own sender, so that no
bridge forwards it. The capture that shows it has shown everything before it: this is how the tap knows that capturing
has begun, and that nothing is left in a buffer at the end. A burst that a capture has no room for may take a fence
with it, so it is sent until it is shown. Each has a number of its own: what comes late answers for no other.
"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from kit.tap.capture import FENCE_MARK, FENCE_NUMBER_BYTES, FENCE_TYPE, hardware_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kit.tap.capture import Captured

AGAIN_S = 0.05


class Fences:
    """Sends fences. One socket for all: closing one of AF_PACKET waits 10 ms for the kernel."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._number = 0

    def next(self) -> int:
        """Give a number that no fence had before."""
        self._number += 1
        return self._number

    def send(self, interface: str, number: int) -> None:
        address = hardware_address(interface)
        marked = FENCE_TYPE + FENCE_MARK + number.to_bytes(FENCE_NUMBER_BYTES)
        frame = (address + address + marked).ljust(60, b"\0")
        self._socket.sendto(frame, (interface, 0))


class Fence:
    """One fence. `on_shown` is called once all captures have shown it, at once where there are none."""

    def __init__(self, fences: Fences, interfaces: Iterable[str], on_shown: Callable[[], None]) -> None:
        self.on_shown = on_shown
        self._fences = fences
        self._number = fences.next()
        self._missing = set(interfaces)
        self._sent: set[str] = set()
        self._again_s = 0.0  # by the monotonic clock

    def misses(self, interface: str) -> bool:
        return interface in self._missing

    @property
    def waits_s(self) -> float | None:
        """How long until it is sent again; None: it is not."""
        return max(0.0, self._again_s - time.monotonic()) if self._missing & self._sent else None

    def send(self) -> None:
        """Send it to all captures that have not shown it."""
        for interface in tuple(self._missing):
            self.send_to(interface)
        if not self._missing:
            self.on_shown()

    def send_to(self, interface: str) -> None:
        self._fences.send(interface, self._number)
        self._sent.add(interface)
        self._again_s = time.monotonic() + AGAIN_S

    def tend(self) -> None:
        """Send it again where it was sent and is not shown, once it is time."""
        if self.waits_s == 0:
            for interface in self._missing & self._sent:
                self.send_to(interface)

    def see(self, interface: str, frames: Iterable[Captured]) -> None:
        """Take what a capture has shown."""
        if interface in self._missing and any(frame.fence == self._number for frame in frames):
            self._missing.discard(interface)
            if not self._missing:
                self.on_shown()

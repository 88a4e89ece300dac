"""Chance on a link: tc-netem(8), where this kernel has it, for what goes from here to one other host.

The queueing discipline sits on a pair of veth of its own. What the link's exact rules let go on is put into the near
end, waits, is lost, doubled or damaged there as netem draws, and what comes out of the far end is put on the wire. So it acts
on the packets of this direction alone; what limits all that leaves (kit.tap.link) stays as it is; and the host's capture has
every packet once, as it left.
"""

from __future__ import annotations

import errno
import socket
import subprocess
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kit.tap import link
from kit.tap.capture import BUFFER_BYTES, IPV4_TYPE, PACKET_OUTGOING, SNAP_BYTES, filtered

if TYPE_CHECKING:
    from collections.abc import Iterator

# Above what `link_packets_per_s` lets a host send in the longest delay; a full queue drops, and netem counts that
LIMIT_PACKETS = 20_000
CHANCES = ("loss", "duplicate", "reorder", "corrupt")
HEADER_BYTES = 14  # of Ethernet
SO_SNDBUFFORCE = 32  # asm-generic/socket.h
NS_PER_MS = 1_000_000
LATE_NS = 10 * NS_PER_MS  # how long after its time a busy kernel may let a packet out
# linux/filter.h: `ld` of the packet's type (SKF_AD_OFF + SKF_AD_PKTTYPE)
_ONLY_INCOMING = (
    (0x30, 0, 0, 0xFFFFF004),
    (0x15, 0, 1, PACKET_OUTGOING),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, SNAP_BYTES),
)


def ends(number: int) -> tuple[str, str]:
    """Give the names of the two ends of a direction's pair of veth: what is put in, what comes out."""
    return f"kit-netem{number}", f"kit-netem{number}-out"


def pair(near: str, far: str, mtu: int) -> list[str]:
    """Give the lines of `ip` that make it."""
    made = f"link add {near} mtu {mtu} type veth peer name {far} mtu {mtu}"
    return [made, f"link set {near} up", f"link set {far} up"]


def asked(told: dict[str, Any], *, seeded: bool = True) -> list[str]:
    """Give netem's words for what an author wrote of it; older `tc` do not know the last two."""
    words = []
    if told["delay_ms"]:
        words += ["delay", f"{told['delay_ms']:g}ms"]
        words += [f"{told['jitter_ms']:g}ms"] if told["jitter_ms"] else []
    for chance in CHANCES:
        words += [chance, told[chance]] if told[chance] else []
    return [*words, *(["seed", str(told["seed"])] if seeded else [])]


def command(device: str, words: list[str]) -> list[str]:
    """Give the command that has netem act on what is sent into the device."""
    return ["tc", "qdisc", "add", "dev", device, "root", "netem", "limit", str(LIMIT_PACKETS), *words]


class Netem:
    """The chances of one direction. `make` first; then `put_in`, and `came_out` as soon as `fd` can be read."""

    def __init__(self, number: int, interface: str, mac: bytes, told: dict[str, Any]) -> None:
        """`told`: `loss`, `duplicate`, `reorder`, `corrupt` ("5%", or "" for never), `delay_ms`, `jitter_ms`, `seed`."""
        self._near, self._far = ends(number)
        self._interface = interface
        self._mac = mac
        self._told = told
        # without a distribution of its own, netem draws a delay from all that are within the jitter
        self._longest_ns = int((told["delay_ms"] + told["jitter_ms"]) * NS_PER_MS) + LATE_NS
        self._sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._heard: socket.socket | None = None  # where the kernel took it
        self._put_in_ns: deque[int] = deque()  # when, of those that may not have come out
        self.put_in_count = self.came_out_count = 0

    def make(self) -> dict[str, Any]:
        """Have the kernel do it; give what was asked, what it took, and why not where it `refused`."""
        about = {"asked": " ".join(asked(self._told)), "took": "", "seeded": False}
        complaint = link.run_ip(pair(self._near, self._far, link.mtu_of(self._interface))) or self._add()
        if complaint:
            return {**about, "refused": complaint}
        for end in (self._near, self._far):
            link.offloads_off(end)
        self._heard = filtered(self._far, _ONLY_INCOMING)
        with suppress(PermissionError):  # CAP_NET_ADMIN of the first user namespace is asked for
            self._sender.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
        self._sender.bind((self._near, 0))
        took = _shown(self._near)
        return {**about, "took": took, "seeded": f" seed {self._told['seed']}" in took}

    def _add(self) -> str:
        """Give what `tc` complained of, of the seed at last only where it complains without one, too."""
        if not link.run(command(self._near, asked(self._told))):
            return ""
        return link.run(command(self._near, asked(self._told, seeded=False)))

    @property
    def fd(self) -> int | None:
        return None if self._heard is None else self._heard.fileno()

    def put_in(self, frame: bytes) -> None:
        """Send it into the near end. Raises OSError where the kernel does not take it."""
        self._put_in_ns.append(time.monotonic_ns())
        self.put_in_count += 1
        try:
            self._sender.send(frame)
        except OSError as error:
            if (
                error.errno != errno.ENOBUFS
            ):  # netem's queue is full: it has dropped the packet, as a router does
                raise

    def came_out(self, peer: bytes, most: int) -> Iterator[bytes]:
        """Give the frames that netem let out, for the hardware address of the peer.

        A bit that netem inverted is in the IPv4 packet, or was in the frame's header, which is put right: on a wire, its own
        check would have ended such a frame.
        """
        for _ in range(most):
            try:
                frame = b"" if self._heard is None else self._heard.recv(SNAP_BYTES)
            except BlockingIOError:
                return
            # one bit at most is wrong, so one of the two still tells a frame of ours from the kernel's own
            if frame[6:12] == self._mac or frame[12:14] == IPV4_TYPE:
                self.came_out_count += 1
                yield peer + self._mac + IPV4_TYPE + frame[HEADER_BYTES:]

    @property
    def under_way(self) -> int:
        """How many may still come out: those that were put in within the longest delay."""
        now_ns = time.monotonic_ns()
        while self._put_in_ns and now_ns - self._put_in_ns[0] > self._longest_ns:
            self._put_in_ns.popleft()
        return len(self._put_in_ns)

    def close(self) -> None:
        self._sender.close()
        if self._heard is not None:
            self._heard.close()


def _shown(device: str) -> str:
    """Give netem as the kernel has it, in the words of `tc`."""
    shown = subprocess.run(
        ["tc", "qdisc", "show", "dev", device, "root"], capture_output=True, check=False, text=True
    ).stdout
    return " ".join(shown.split())

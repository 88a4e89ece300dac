"""Frames of one interface, from tcpdump or, where it cannot run, from an AF_PACKET socket of ours.

Some of them are fences (see `kit.tap.fence`), which never reach the evidence.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import select
import signal
import socket
import struct
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from kit.tap.files import is_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ETH_P_ALL = 0x0003  # linux/if_ether.h
SIOCGIFHWADDR = 0x8927  # linux/sockios.h
SOL_PACKET = 263  # linux/socket.h
PACKET_STATISTICS = 6  # linux/if_packet.h
SO_TIMESTAMPNS = 35  # asm-generic/socket.h
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
SO_ATTACH_FILTER = 26
FENCE_TYPE = b"\x88\xb5"
RELAY_TYPE = b"\x88\xb6"  # what kit.tap.relay carries, IEEE 802's other type for local experiments
IPV4_TYPE = b"\x08\x00"
IPV6_TYPE = b"\x86\xdd"
_LINK_LOCAL = b"\xfe\x80"  # of fe80::/10, with what every machine puts behind (RFC 4291 2.5.6)
FENCE_MARK = b"kit-fence"
FENCE_NUMBER_BYTES = 8
BUFFER_BYTES = 16 << 20
# Of tcpdump on a link: 2,500 places for a frame, twice what its host may send in a quarter of a second
LINK_BUFFER_BYTES = 4 << 20
SNAP_BYTES = 1 << 18
LINKTYPE_ETHERNET = 1
PCAP_NANOSECOND_MAGIC = 0xA1B23C4D
_RECORD = struct.Struct("=IIII")
_DROPPED = re.compile(r"(\d+) packets? dropped by kernel")
COUNTS_WITHIN_S = 5.0  # tcpdump answers at once; a stopped machine costs the count, never the run

FILE_HEADER = struct.pack("=IHHiIII", PCAP_NANOSECOND_MAGIC, 2, 4, 0, 0, SNAP_BYTES, LINKTYPE_ETHERNET)


class Captured(NamedTuple):
    time_ns: int
    data: bytes
    length: int

    @property
    def is_fence(self) -> bool:
        return self.fence is not None

    @property
    def fence(self) -> int | None:
        """Give a fence's number, None for what is no fence."""
        if self.data[12:14] != FENCE_TYPE or not self.data.startswith(FENCE_MARK, 14):
            return None
        return int.from_bytes(self.data[14 + len(FENCE_MARK) :][:FENCE_NUMBER_BYTES])

    def is_bridges_own(self, *, has_ipv6: bool) -> bool:
        """Whether only a bridge's end on the machine says this: IPv6 where it is off on every host, or from an
        address that no host has (::, and one of the link alone), and reports of multicast groups (IGMP,
        protocol 2) from 0.0.0.0, where every host has an address (RFC 3376 4.2.13).
        """
        kind = self.data[12:14]
        if kind == IPV6_TYPE:
            source = self.data[22:38]
            return not has_ipv6 or source[:2] == _LINK_LOCAL or source == bytes(16)
        return kind == IPV4_TYPE and self.data[23:24] == b"\x02" and self.data[26:30] == bytes(4)

    def record(self) -> bytes:
        """Give the record of a nanosecond pcap file (draft-ietf-opsawg-pcap)."""
        seconds, nanoseconds = divmod(self.time_ns, 1_000_000_000)
        return _RECORD.pack(seconds, nanoseconds, len(self.data), self.length) + self.data


def hardware_address(interface: str) -> bytes:
    """Ask for an interface's address (netdevice(7), SIOCGIFHWADDR)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        answer = fcntl.ioctl(asker, SIOCGIFHWADDR, struct.pack("16s24x", interface.encode()))
    return answer[18:24]  # behind the name and the address family


def filtered(interface: str, steps: Sequence[tuple[int, int, int, int]]) -> socket.socket:
    """Open a socket that hears the frames of an interface which a filter of `steps` takes (linux/filter.h)."""
    heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("HL", len(steps), ctypes.addressof(code))
    heard.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    try:
        heard.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    except PermissionError:  # CAP_NET_ADMIN of the first user namespace is asked for
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    heard.bind((interface, ETH_P_ALL))
    heard.setblocking(False)  # noqa: FBT003  # the standard library's signature
    return heard


class Tcpdump:
    """One tcpdump on one interface, its frames on a pipe. `ended` without `finish` is trouble."""

    name = "tcpdump"

    def __init__(self, interface: str, on_listening: Callable[[], None]) -> None:
        self.interface = interface
        self._on_listening = on_listening
        command = ["tcpdump", "-i", interface, "--immediate-mode", "-U", "-n", "-s", str(SNAP_BYTES)]
        buffer_bytes = BUFFER_BYTES if interface == "lo" else LINK_BUFFER_BYTES  # lo has frames of 64 KB
        command += ["-B", str(buffer_bytes >> 10), "--time-stamp-precision=nano", "-Z", "root", "-w", "-"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._frames_fd = self._process.stdout.fileno()  # type: ignore[union-attr]  # a pipe, as asked above
        self._words_fd = self._process.stderr.fileno()  # type: ignore[union-attr]
        self._frames = b""
        self._header: bytes | None = None
        self.words = ""
        self.ended = False

    @staticmethod
    def available() -> bool:
        return is_program("tcpdump")

    @property
    def handlers(self) -> dict[int, Callable[[], list[Captured]]]:
        return {self._frames_fd: self._read_frames, self._words_fd: self._read_words}

    def _read_words(self) -> list[Captured]:
        data = os.read(self._words_fd, 1 << 14)
        listened = "listening on" in self.words
        self.words += data.decode(errors="replace")
        if not listened and "listening on" in self.words:
            self._on_listening()
        self.ended = self.ended or not data
        return []

    def _read_frames(self) -> list[Captured]:
        data = os.read(self._frames_fd, 1 << 20)
        self.ended = self.ended or not data
        self._frames += data
        if self._header is None and len(self._frames) >= len(FILE_HEADER):
            self._header, self._frames = self._frames[:24], self._frames[24:]
        return [] if self._header is None else self._take_records()

    def _take_records(self) -> list[Captured]:
        records, start = [], 0
        while len(self._frames) - start >= _RECORD.size:
            seconds, nanoseconds, kept, length = _RECORD.unpack_from(self._frames, start)
            end = start + _RECORD.size + kept
            if end > len(self._frames):
                break
            data = self._frames[start + _RECORD.size : end]
            records.append(Captured(seconds * 1_000_000_000 + nanoseconds, data, length))
            start = end
        self._frames = self._frames[start:]
        return records

    def finish(self) -> int | None:
        """End tcpdump and give the kernel's count of dropped packets; None if it was not said.

        SIGUSR1 makes it tell its counts (tcpdump(1)). Its own end would tell them, too, 45 ms later: so long the
        kernel takes to release a ring of packets, and nobody need wait for that.
        """
        self._process.send_signal(signal.SIGUSR1)
        while (said := _DROPPED.search(self.words)) is None:
            if not select.select([self._words_fd], [], [], COUNTS_WITHIN_S)[0]:
                break
            words = os.read(self._words_fd, 1 << 14)
            if not words:
                break
            self.words += words.decode(errors="replace")
        self._process.kill()
        return int(said[1]) if said else None


class PacketSocket:
    """The same from an AF_PACKET socket (man 7 packet): needs CAP_NET_RAW and nothing else."""

    name = "AF_PACKET"

    def __init__(self, interface: str, on_listening: Callable[[], None]) -> None:
        self.interface = interface
        self._loopback = interface == "lo"
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        except PermissionError:  # CAP_NET_ADMIN of the first user namespace is asked for
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind((interface, ETH_P_ALL))
        self._socket.setblocking(False)  # noqa: FBT003  # the standard library's signature
        self.words = ""
        self.ended = False
        on_listening()

    @property
    def handlers(self) -> dict[int, Callable[[], list[Captured]]]:
        return {self._socket.fileno(): self._read}

    def _read(self) -> list[Captured]:
        records = []
        for _ in range(256):  # a bounded number, so that a flood cannot keep the tap from its other work
            try:
                data, notes, flags, address = self._socket.recvmsg(SNAP_BYTES, 64)
            except BlockingIOError:
                break
            except OSError as error:  # ENETDOWN: said once when the interface goes down
                self.words += f"{self.interface}: {error}\n"
                break
            if self._loopback and address[2] == PACKET_OUTGOING:
                continue  # loopback shows each frame twice, going out and coming in
            seconds, nanoseconds = struct.unpack("=qq", notes[0][2])
            length = len(data) if not flags & socket.MSG_TRUNC else len(data) + 1
            records.append(Captured(seconds * 1_000_000_000 + nanoseconds, data, length))
        return records

    def finish(self) -> int | None:
        statistics = self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self._socket.close()
        dropped: int = struct.unpack("=II", statistics)[1]
        return dropped

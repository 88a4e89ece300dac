"""The analyser beside tshark on one large capture: the same file, the same fields, by turns.

    python -m tests.tshark_speed

Prints the times and their ratio; exits 1 where kit is the slower one, 2 where there is no tshark.
`python -m tests.tshark_speed FILE` is kit's turn: it writes the fields of every segment, as tshark does.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from kit.packets import pcap
from kit.packets.decode import decode
from kit.packets.model import Flags, Frame
from kit.packets.tcp.analyser import Analyser
from kit.packets.tcp.model import FLAG_NAMES
from tests import tshark

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKETS = 200_000
DATA_SEGMENTS = 40  # of a conversation, each with its acknowledgement
PAYLOAD = bytes(100)
TURNS = 3
READ_BYTES = 1 << 20
ETHERNET = bytes.fromhex("02420ac60002 02420ac60003 0800")
ENDS = tuple(ip_address(address).packed for address in ("198.18.0.3", "198.18.0.2"))
SYN_OPTIONS = bytes.fromhex("020405b40402080a00000001000000000103030a")
TIMESTAMP = bytes.fromhex("0101080a0000000100000002")


def capture(path: Path) -> None:
    """Write conversations, one after the other, as kernels have them: handshake, data, close."""
    with path.open("wb") as file:
        file.write(pcap.header(1, 65535))
        time_ns = 1_600_000_000_000_000_000
        for number, data in zip(range(PACKETS), _packets(), strict=False):
            file.write(pcap.record(Frame(time_ns + number * 20_000, data, len(data), 1)))


def _packets() -> Iterator[bytes]:
    port = 0
    while True:
        port += 1
        yield _packet(0, port, 999, 0, Flags.SYN)
        yield _packet(1, port, 1999, 1000, Flags.SYN | Flags.ACK)
        yield _packet(0, port, 1000, 2000, Flags.ACK)
        for at in range(DATA_SEGMENTS):
            yield _packet(0, port, 1000 + at * len(PAYLOAD), 2000, Flags.PSH | Flags.ACK, PAYLOAD)
            yield _packet(1, port, 2000, 1000 + (at + 1) * len(PAYLOAD), Flags.ACK)
        end = 1000 + DATA_SEGMENTS * len(PAYLOAD)
        yield _packet(0, port, end, 2000, Flags.FIN | Flags.ACK)
        yield _packet(1, port, 2000, end + 1, Flags.FIN | Flags.ACK)
        yield _packet(0, port, end + 1, 2001, Flags.ACK)


def _packet(side: int, port: int, seq: int, ack: int, flags: Flags, payload: bytes = b"") -> bytes:
    options = SYN_OPTIONS if flags & Flags.SYN else TIMESTAMP
    ports = (10_000 + port, 8001)
    size = 40 + len(options) + len(payload)
    return b"".join((
        ETHERNET,
        struct.pack(">BBHHHBBH", 0x45, 0, size, 1, 0x4000, 64, 6, 0), ENDS[side], ENDS[1 - side],
        struct.pack(">HHIIBBHHH", *(ports[side], ports[1 - side]), seq, ack, (20 + len(options)) // 4 << 4, flags, 502, 0, 0),
        options, payload,
    ))  # fmt: skip


def write_fields(path: Path) -> None:
    """Read, decode and analyse a capture, and write what tshark is asked for; nothing is kept."""
    reader, feed, write = pcap.Reader(), Analyser().feed, sys.stdout.write
    names = tuple(FLAG_NAMES.values())
    number = 0
    with path.open("rb") as file:
        while data := file.read(READ_BYTES):
            for frame in reader.feed(data):
                number += 1
                facts = feed(decode(frame, number))
                if facts is None:
                    continue
                flags = (
                    "\t".join(["1" if name in facts.flags else "" for name in names]) if facts.flags else ""
                )
                write(
                    f"{number}\t{facts.conversation}\t{facts.seq}\t{facts.ack}\t{facts.duplicates}\t"
                    f"{facts.acknowledges}\t{facts.rtt_ns}\t{facts.bytes_in_flight}\t{flags}\n"
                )


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> int:
    if shutil.which("tshark") is None:
        sys.stderr.write("tshark_speed: there is no tshark here; install Debian's package tshark\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.pcap"
        capture(path)
        own = [sys.executable, "-m", "tests.tshark_speed", str(path)]
        theirs = tshark.command(path, tshark.FIELDS)
        turns = [(_seconds(own), _seconds(theirs)) for _ in range(TURNS)]
    ours, other = (statistics.median(turn[side] for turn in turns) for side in (0, 1))
    sys.stdout.write(
        "| 200,000 packets | seconds | packets/s |\n| --- | ---: | ---: |\n"
        f"| kit | {ours:.1f} | {PACKETS / ours:,.0f} |\n"
        f"| tshark -T fields | {other:.1f} | {PACKETS / other:,.0f} |\n\n"
        f"kit takes {ours / other:.2f} of tshark's time; median of {TURNS} turns, one after the other\n"
    )
    return int(ours > other)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_fields(Path(sys.argv[1]))
        peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sys.stderr.write(f"{peak_kb} kB\n")
        sys.exit(0)
    sys.exit(main())

"""What tshark says of the TCP segments of a capture, in the analyser's words."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.packets.tcp.model import FLAG_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FLAG_FIELDS: Mapping[str, str] = {
    name: f"tcp.analysis.{'reused_ports' if name == 'reused_port' else name}" for name in FLAG_NAMES.values()
}
NUMBER_FIELDS = (
    "frame.number",
    "frame.protocols",
    "tcp.stream",
    "tcp.seq",
    "tcp.ack",
    "tcp.flags",
    "tcp.len",
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.acks_frame",
    "tcp.analysis.ack_rtt",
    "tcp.analysis.bytes_in_flight",
)
FIELDS = (*NUMBER_FIELDS, *FLAG_FIELDS.values())
RUN_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One frame with TCP. A frame in which tshark found TCP more than once has its outermost."""

    number: int
    protocols: str
    stream: int
    seq: int
    ack: int
    length: int
    duplicates: int
    acknowledges: int | None
    rtt_ns: int | None
    bytes_in_flight: int | None
    flags: frozenset[str]


def command(path: Path, fields: Sequence[str], *options: str) -> list[str]:
    """No name is looked up; a column for each field."""
    columns = [word for field in fields for word in ("-e", field)]
    return ["tshark", *options, "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f", *columns]


def rows(path: Path) -> dict[int, Row]:
    """Give frame number -> what tshark says in one pass, as its code is meant to be read.

    In a second pass it would judge the first SYN-ACK by the numbers of the last one.
    """
    found = (_row(line) for line in _lines(command(path, FIELDS)))
    return {row.number: row for row in found if row is not None}


def completeness(path: Path) -> dict[int, int]:
    """Give frame number -> what its conversation has shown in the end: that takes two passes."""
    lines = _lines(command(path, ("frame.number", "tcp.completeness"), "-2"))
    return {int(number): int(bits) for number, _, bits in (line.partition("\t") for line in lines) if bits}


def _lines(words: Sequence[str]) -> list[str]:
    """Run tshark, without a user's settings."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            words,
            env={"PATH": "/usr/bin:/bin", "HOME": home},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=RUN_LIMIT_S,
            check=False,  # a capture that is cut has an error status, and its frames are good
        )
    return done.stdout.splitlines()


def _row(line: str) -> Row | None:
    values = dict(zip(FIELDS, line.split("\t"), strict=True))
    if not values["tcp.stream"] or not values["tcp.len"]:  # of a fragment it has no length, and no analysis
        return None
    has_ack = bool(int(values["tcp.flags"], 16) & 0x10)
    rtt = values["tcp.analysis.ack_rtt"]
    return Row(
        number=int(values["frame.number"]),
        protocols=values["frame.protocols"],
        stream=int(values["tcp.stream"]),
        seq=int(values["tcp.seq"]),
        ack=int(values["tcp.ack"]) if has_ack else 0,
        length=int(values["tcp.len"]),
        duplicates=int(values["tcp.analysis.duplicate_ack_num"] or 0),
        acknowledges=_number(values["tcp.analysis.acks_frame"]),
        rtt_ns=_nanoseconds(rtt) if rtt else None,
        bytes_in_flight=_number(values["tcp.analysis.bytes_in_flight"]),
        flags=frozenset(name for name, field in FLAG_FIELDS.items() if values[field]),
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def _nanoseconds(text: str) -> int:
    seconds, _, fraction = text.partition(".")
    size = int(seconds.lstrip("-")) * 1_000_000_000 + int(fraction.ljust(9, "0"))
    return -size if seconds.startswith("-") else size

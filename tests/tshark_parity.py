"""The analyser beside tshark, on captures of others and on random ones: a table of agreement, and every difference.

    python -m tests.tshark_parity

The captures are those of wireshark's and tcpdump's own tests, from Debian's source packages (kept in a cache folder),
and generated ones that drive every rule to its borders. Exits 1 where a difference has no explanation, 2 where tshark
or the captures cannot be had.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from kit.packets import pcap, pcapng
from kit.packets.decode import decode
from kit.packets.tcp.analyser import Analyser
from kit.packets.tcp.model import FLAG_NAMES
from tests import debian_sources, random_tcp, tshark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kit.packets.model import Packet
    from kit.packets.tcp.model import SegmentFacts
    from tests.tshark import Row

SOURCES = {"wireshark": "test/captures", "tcpdump": "tests"}
SEEDS = range(3)
VALUES = ("seq", "ack", "duplicates", "acknowledges", "rtt_ns", "bytes_in_flight")
HALF = 1 << 31
LAYERS = frozenset({"sll", "eth", "ethertype", "vlan", "ieee8021ad", "raw", "null", "ip", "ipv6"})


@dataclass(frozen=True)
class Difference:
    """In one frame of a capture: what both say of `what`. Facts are None where kit read no TCP, row where tshark did not."""

    capture: str
    number: int
    what: str
    ours: object
    theirs: object
    packet: Packet
    conversation: Sequence[SegmentFacts] = ()
    layers: Sequence[str] = ()  # in which tshark found TCP


# Why a difference is right as it is -> whether it is that one.
EXPLANATIONS: dict[str, Callable[[Difference], bool]] = {
    "tshark gives up in options that the capture cuts off, before it shows its analysis": lambda one: (
        "tcp: truncated options" in one.packet.faults
    ),
    "tshark shows no round-trip time of 0": lambda one: (
        one.what == "rtt_ns" and one.ours == 0 and one.theirs is None
    ),
    "the first fragment of a packet: tshark waits for the others, which the capture has not": lambda one: (
        one.what == "segment" and "ip: first fragment, more follow" in one.packet.faults
    ),
    "TCP behind layers that no host of ours speaks: tunnels, MPLS, PPP, InfiniBand, encryption": lambda one: (
        one.what == "segment" and one.ours is None and _is_foreign(one.layers)
    ),
    "tshark does not count what a conversation's first segment shows before it has a second, but for a SYN": (
        lambda one: one.what == "completeness" and len(one.conversation) == 1
    ),
    "tshark does not count the data of a SYN that opens a reused port": lambda one: (
        one.what == "completeness" and _is_reused_with_data(one.conversation[0])
    ),
    "numbers before a conversation's first one are huge to tshark, as it counts from there": lambda one: (
        one.what == "bytes_in_flight" and any(map(_has_another_first, one.conversation))
    ),
}


def _is_foreign(layers: Sequence[str]) -> bool:
    return not LAYERS.issuperset(layers) or sum(layer in ("ip", "ipv6") for layer in layers) > 1


def _is_reused_with_data(first: SegmentFacts) -> bool:
    return "reused_port" in first.flags and _length(first) > 0


def _has_another_first(facts: SegmentFacts) -> bool:
    """Tell whether its number is before the first one, or it is a SYN-ACK that makes another one the first."""
    return facts.seq >= HALF or ("reused_port" in facts.flags and facts.ack > 0)


def _length(facts: SegmentFacts) -> int:
    return facts.packet.tcp.length if facts.packet.tcp is not None else 0


@dataclass
class Agreement:
    """Counts over all captures: for each thing that was compared, what tshark says, kit says, and both say."""

    captures: int = 0
    segments: int = 0
    theirs: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    both: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def note(self, what: str, *, ours: bool, theirs: bool, agree: bool) -> None:
        self.ours[what] += ours
        self.theirs[what] += theirs
        self.both[what] += ours and theirs and agree


def captures() -> Iterator[tuple[str, bytes]]:
    for package, folder in SOURCES.items():
        for name, data in debian_sources.captures(package, folder):
            yield f"{package}/{name}", data


def packets(data: bytes) -> list[Packet]:
    reader = pcapng if data.startswith(pcapng.MAGIC) else pcap
    return [decode(frame, number) for number, frame in enumerate(reader.read(data).frames, 1)]


@dataclass(frozen=True)
class Told:
    """What tshark says of a capture: of each frame, and in the end of each frame's conversation."""

    rows: Mapping[int, Row]
    completeness: Mapping[int, int]


def told(data: bytes) -> Told:
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(data)
        file.flush()
        rows = tshark.rows(Path(file.name))
        return Told(rows, tshark.completeness(Path(file.name)) if rows else {})


def compare(name: str, data: bytes, said: Told, agreement: Agreement) -> None:
    """Add one capture."""
    try:
        decoded = packets(data)
    except pcap.PcapError as error:
        agreement.unread.append(f"{name}: {error}")
        return
    rows = said.rows
    feed = Analyser().feed
    facts = {packet.number: found for packet in decoded if (found := feed(packet)) is not None}
    if not rows and not facts:
        return
    agreement.captures += 1
    for number in sorted(rows.keys() ^ facts.keys()):
        ours, row = facts.get(number), rows.get(number)
        agreement.differences.append(
            Difference(
                name,
                number,
                "segment",
                ours and "read",
                row and "read",
                decoded[number - 1],
                layers=row.protocols.partition(":tcp")[0].split(":") if row else (),
            )
        )
    pairs = [(facts[number], rows[number]) for number in sorted(rows.keys() & facts.keys())]
    agreement.segments += len(pairs)
    _compare_segments(name, pairs, agreement)
    _compare_conversations(name, pairs, said.completeness, agreement)


def _compare_segments(name: str, pairs: Sequence[tuple[SegmentFacts, Row]], agreement: Agreement) -> None:
    conversations: dict[int, list[SegmentFacts]] = defaultdict(list)
    for ours, row in pairs:
        conversations[ours.conversation].append(ours)
        said = [(flag, flag in ours.flags, flag in row.flags) for flag in FLAG_NAMES.values()]
        for what, mine, other in said:
            agreement.note(what, ours=mine, theirs=other, agree=True)
        for what in VALUES:
            own, theirs = getattr(ours, what), getattr(row, what)
            agreement.note(what, ours=own is not None, theirs=theirs is not None, agree=own == theirs)
            said.append((what, own, theirs))
        agreement.differences += (
            Difference(name, row.number, what, mine, other, ours.packet, conversations[ours.conversation])
            for what, mine, other in said
            if mine != other
        )


def _compare_conversations(
    name: str,
    pairs: Sequence[tuple[SegmentFacts, Row]],
    completeness: Mapping[int, int],
    agreement: Agreement,
) -> None:
    """The same segments together, and at the last of them the same completeness."""
    shown = _completeness([ours.packet for ours, _ in pairs])
    groups: dict[int, list[tuple[SegmentFacts, Row]]] = defaultdict(list)
    for ours, row in pairs:
        groups[ours.conversation].append((ours, row))
    streams = Counter(row.stream for _, row in pairs)
    for index, group in groups.items():
        last, row = group[-1]
        together = {row.stream for _, row in group} == {row.stream} and streams[row.stream] == len(group)
        own, theirs = shown[index], completeness.get(row.number)
        agreement.note("conversation", ours=True, theirs=True, agree=together)
        agreement.note("completeness", ours=True, theirs=True, agree=own == theirs)
        segments = [ours for ours, _ in group]
        said = (("conversation", True, together), ("completeness", own, theirs))
        agreement.differences += (
            Difference(name, row.number, what, mine, other, last.packet, segments)
            for what, mine, other in said
            if mine != other
        )


def _completeness(segments: Sequence[Packet]) -> dict[int, int]:
    analyser = Analyser()
    found = {}
    for packet in segments:
        facts = analyser.feed(packet)
        if facts is not None and packet.source is not None and packet.target is not None:
            connection = analyser.connection(packet.source, packet.target)
            if connection is not None:
                found[facts.conversation] = connection.completeness
    return found


def explanation(one: Difference) -> str | None:
    return next((text for text, applies in EXPLANATIONS.items() if applies(one)), None)


def table(title: str, agreement: Agreement) -> list[str]:
    whats = [*FLAG_NAMES.values(), "conversation", "completeness", *VALUES]
    return [
        f"## {title}: {agreement.captures} captures, {agreement.segments} segments",
        "",
        "| what | tshark | kit | agree | differ |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {what} | {agreement.theirs[what]} | {agreement.ours[what]} | {agreement.both[what]} | "
            f"{sum(one.what == what for one in agreement.differences)} |"
            for what in whats
        ),
        "",
    ]


def differences(agreement: Agreement) -> list[str]:
    """Say every difference, those with the same reason together; what has no reason stands one by one."""
    lines: list[str] = []
    reasons: dict[str | None, list[Difference]] = defaultdict(list)
    for one in agreement.differences:
        reasons[explanation(one)].append(one)
    for reason, group in sorted(reasons.items(), key=lambda item: item[0] or ""):
        lines.append(f"- {reason or '**unexplained**'}: {len(group)}")
        by_capture: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in group:
            by_capture[one.capture, one.what].append(one.number)
        lines += [
            f"  - {capture}: {what} of frame{'s' * (len(numbers) > 1)} {_some(numbers)}"
            for (capture, what), numbers in sorted(by_capture.items())
        ]
        if reason is None:
            lines += [
                f"  - {one.capture} frame {one.number}: {one.what}: kit {one.ours}, tshark {one.theirs}"
                for one in group
            ]
    return lines


def _some(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")


def compare_all(files: Iterable[tuple[str, bytes]], agreement: Agreement) -> None:
    """Add captures. The start of tshark takes longer than most of them, so it looks at one a processor at once."""
    named = list(files)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, data), said in zip(named, pool.map(told, (data for _, data in named)), strict=True):
            compare(name, data, said, agreement)


def main() -> int:
    if shutil.which("tshark") is None:
        sys.stderr.write("tshark_parity: there is no tshark here; install Debian's package tshark\n")
        return 2
    found, drawn = Agreement(), Agreement()
    try:
        compare_all(captures(), found)
    except debian_sources.UnavailableError as error:
        sys.stderr.write(f"tshark_parity: {error}\n")
        return 2
    compare_all(((f"random/{seed}", random_tcp.capture(Random(seed))) for seed in SEEDS), drawn)  # noqa: S311  # a test's input, not a secret
    unread = [f"- not read: {line}" for line in found.unread]
    lines = [
        *table("Captures of others", found),
        *differences(found),
        *unread,
        "",
        *table("Random conversations", drawn),
        *differences(drawn),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(explanation(one) is None for one in (*found.differences, *drawn.differences)))


if __name__ == "__main__":
    sys.exit(main())

"""A run directory as one pcapng for Wireshark: an interface a host, and the story in the packets' comments.

A step of the timeline is told at the first packet, of any host, that came after it. A call is told at the
packet that it caused (a connect's SYN, a send's data, a close's FIN), or at the next one that its host saw.
What comes after the last packet is told there; where there is no packet at all, in the file's own comment.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.evidence import store
from kit.packets import pcapng_writer
from kit.packets.model import Flags
from kit.packets.pcapng_writer import Interface, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from kit.evidence.model import Call, Evidence, StepRecord
    from kit.packets.model import Frame, Packet, Tcp
    from kit.packets.pcap import CaptureFile

_ETHERNET = 1  # of a host without a capture
_ENDS_SENDING = Flags.FIN | Flags.RST

# What a call's own segment has. Other calls cause none.
_CAUSES: Mapping[str, Callable[[Tcp], bool]] = {
    "connect": lambda tcp: bool(tcp.flags & Flags.SYN),
    "send": lambda tcp: tcp.length > 0,
    "close": lambda tcp: bool(tcp.flags & _ENDS_SENDING),
    "shutdown": lambda tcp: bool(tcp.flags & Flags.FIN),
}


class _Told(NamedTuple):
    time_ns: int
    text: str


class _Place(NamedTuple):
    host: str
    number: int


def export(folder: Path, hosts: Collection[str] = ()) -> bytes:
    """Give the pcapng of a run, with what these hosts saw, or all. Raises EvidenceError where it cannot be read.

    A packet between two hosts is there once a host. Wireshark before 4.2 takes the second for a
    retransmission; one host alone is analysed as it was.
    """
    evidence = _narrowed(store.load(folder), hosts)
    facts = store.load_facts(folder)
    files = {host: store.capture_file(folder, host) for host in evidence.captures}
    told, untold = _comments(evidence)
    numbers = {host: number for number, host in enumerate(files)}
    blocks = [pcapng_writer.section(_section(facts, len(evidence.hosts), untold))]
    blocks += [pcapng_writer.interface(_interface(evidence, host, file)) for host, file in files.items()]
    blocks.append(
        pcapng_writer.names(
            {
                address: (host.name,)
                for host in evidence.hosts.values()
                for address in (host.address, host.address6)
                if address
            }
        )
    )
    for host, number, frame in _in_time(files):
        comments = [one.text for one in sorted(told.get(_Place(host, number), ()))]
        blocks.append(pcapng_writer.packet(numbers[host], frame, comments))
    for host, capture in evidence.captures.items():
        received = len(capture.packets)
        blocks.append(pcapng_writer.statistics(numbers[host], evidence.ended_ns, received, capture.dropped))
    return b"".join(blocks)


def _narrowed(evidence: Evidence, hosts: Collection[str]) -> Evidence:
    """Leave out what other hosts captured and their programs called."""
    if not hosts:
        return evidence
    return replace(
        evidence,
        captures={host: capture for host, capture in evidence.captures.items() if host in hosts},
        calls=tuple(call for call in evidence.calls if evidence.programs[call.program].host in hosts),
    )


def _section(facts: Mapping[str, Any], hosts: int, untold: list[str]) -> Section:
    kernel = facts.get("versions", {}).get("kernel", "")
    about = f"{facts['exercise']['name']}, {facts['submission']}"
    return Section(
        hardware=f"{hosts} virtual hosts on {facts['backend']}",
        system=f"Linux {kernel}".strip(),
        application=f"wirekit {facts['kit']}",
        comments=(about, *untold),
    )


def _interface(evidence: Evidence, host: str, file: CaptureFile | None) -> Interface:
    link_type = _ETHERNET if file is None or file.link_type is None else file.link_type
    programs = ", ".join(program.name for program in evidence.programs.values() if program.host == host)
    description = evidence.hosts[host].address + (f", runs {programs}" if programs else "")
    return Interface(host, link_type, description)


def _in_time(files: Mapping[str, CaptureFile | None]) -> Iterator[tuple[str, int, Frame]]:
    """Give all frames by their time; of equal times, in the order of hosts."""
    frames = [
        (host, number, frame)
        for host, file in files.items()
        for number, frame in enumerate(file.frames if file else (), 1)
    ]
    yield from sorted(frames, key=lambda each: each[2].time_ns)


# What happened beside the packets -----------------------------------------------------------------------


def _comments(evidence: Evidence) -> tuple[dict[_Place, list[_Told]], list[str]]:
    """Give what is told at each packet, and what there is no packet for."""
    everywhere = _Packets(
        [(host, packet) for host, one in evidence.captures.items() for packet in one.packets]
    )
    by_host = {
        host: _Packets([(host, packet) for packet in one.packets]) for host, one in evidence.captures.items()
    }
    told: dict[_Place, list[_Told]] = defaultdict(list)
    untold: list[str] = []
    for story, place in _stories(evidence, everywhere, by_host):
        if place is None:
            untold.append(story.text)
        else:
            told[place].append(story)
    return told, untold


def _stories(
    evidence: Evidence, everywhere: _Packets, by_host: Mapping[str, _Packets]
) -> Iterator[tuple[_Told, _Place | None]]:
    for step in evidence.steps:
        if step.began_ns is not None:
            story = _step(step)
            yield story, everywhere.at_or_after(story.time_ns)
    for call in evidence.calls:
        own, story = by_host[evidence.programs[call.program].host], _call(call)
        yield story, _caused(call, own) or own.at_or_after(story.time_ns)


class _Packets:
    """Packets in order of time, and where a moment lies among them."""

    def __init__(self, packets: list[tuple[str, Packet]]) -> None:
        self.packets = sorted(packets, key=lambda each: each[1].time_ns)
        self._times = [packet.time_ns for _, packet in self.packets]

    def since(self, time_ns: int) -> Iterator[tuple[str, Packet]]:
        return islice(self.packets, bisect_left(self._times, time_ns), None)

    def at_or_after(self, time_ns: int) -> _Place | None:
        """Give the first packet from a moment on, the last one where none follows, None where there is none."""
        if not self.packets:
            return None
        host, packet = self.packets[min(bisect_left(self._times, time_ns), len(self.packets) - 1)]
        return _Place(host, packet.number)


def _caused(call: Call, own: _Packets) -> _Place | None:
    """Give the segment that a call's host sent because of it."""
    is_its = _CAUSES.get(call.kind)
    remote = call.remote or call.peer
    if is_its is None or call.local is None or remote is None or call.error is not None:
        return None
    for host, packet in own.since(call.enter_ns):
        # A UDP socket that is bound to no address sends from one all the same: its port tells.
        if packet.source is None or packet.source.port != call.local.port or packet.target != remote:
            continue
        if packet.protocol == call.protocol and (packet.tcp is None or is_its(packet.tcp)):
            return _Place(host, packet.number)
    return None


def _step(step: StepRecord) -> _Told:
    """Tell a step where it began, and a wait where its gate opened or its time was up."""
    ended = step.ended_ns if step.text.startswith("wait") else None
    missed = f", missed: {step.reason}" if step.outcome == "missed" else ""
    return _Told(ended or step.began_ns or 0, f"step {step.number}: {step.text}{missed}")


def _call(call: Call) -> _Told:
    """Tell a call where it returned, or was entered if it never did; one that causes a packet, at its entry."""
    other = call.peer or call.remote
    whom = f" {other}" if other else f" on {call.local}" if call.local else ""
    outcome = call.error or ("not returned" if call.result is None else str(call.result))
    time_ns = call.enter_ns if call.kind in _CAUSES else call.return_ns or call.enter_ns
    return _Told(time_ns, f"call {call.number}: {call.program} {call.name}{whom} = {outcome}")

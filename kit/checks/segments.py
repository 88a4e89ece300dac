"""How many TCP segments of one kind did a host send to another?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._params import Between, FlagLetters, Number, Range
from kit.checks._premise import unstarted_host, weighed
from kit.checks._wire import sent_segments
from kit.checks._words import SHOWN_PACKETS, count, packet_cite

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.model import Packet
    from kit.verdict import Answer


class Params(Between):
    """`flags` are the segment's exactly, in tcpdump's letters; `length` is of its payload, in bytes."""

    flags: FlagLetters | None = None
    length: Number | None = None
    payload: bool | None = None
    count: Number | Range

    @property
    def range(self) -> Range:
        return self.count if isinstance(self.count, Range) else Range(min=self.count, max=self.count)


def check(evidence: Evidence, params: Params) -> Answer:
    expected = f"{params.range.words('segment')} {params.words}{_kind(params)}"
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    sent = list(sent_segments(evidence, params))
    found = [packet for packet in sent if _fits(params, packet)]
    number, allowed = len(found), params.range
    observed = f"{number} of the {count(len(sent), 'segment')} that it sent" if sent else "no segment at all"
    cites = [packet_cite(params.from_, packet) for packet in (found or sent)[:SHOWN_PACKETS]]
    return weighed(evidence, params.from_, number, allowed, expected, observed, cites)


def _kind(params: Params) -> str:
    words = [] if params.flags is None else [f"flags {params.flags}"]
    words += [] if params.length is None else [f"{params.length} bytes"]
    words += [] if params.payload is None else ["with payload" if params.payload else "without payload"]
    return "".join(f", {word}" for word in words)


def _fits(params: Params, packet: Packet) -> bool:
    tcp = packet.tcp
    return (
        tcp is not None
        and params.flags in (None, tcp.flags.letters)
        and params.length in (None, tcp.length)
        and params.payload in (None, tcp.length > 0)
    )

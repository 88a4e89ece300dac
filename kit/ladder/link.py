"""What the exercise's link did, as facts of the packets that it did it to: `dropped_by_link`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.evidence.model import Evidence

Facts = frozenset[str]


def facts(evidence: Evidence) -> Mapping[tuple[str, int], Facts]:
    """Give for each packet that was met, by its sender and number there, what was done to it.

    An act counts the packets of its direction; where the sender's capture missed some, none can be told.
    """
    acts: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for act in evidence.link_acts:
        acts[act.from_host, act.to_host][act.packet].add(f"{act.what}_by_link")
    return {
        (sender, number): frozenset(done[count])
        for (sender, receiver), done in acts.items()
        for count, number in enumerate(_numbers(evidence, sender, receiver), 1)
        if count in done
    }


def _numbers(evidence: Evidence, sender: str, receiver: str) -> list[int]:
    """Give the numbers of the IPv4 packets that left for the other host."""
    capture = evidence.captures.get(sender)
    if capture is None or capture.dropped != 0:
        return []
    ends = evidence.hosts[sender].address, evidence.hosts[receiver].address
    return [
        packet.number
        for packet in capture.packets
        if packet.source and packet.target and (packet.source.address, packet.target.address) == ends
    ]

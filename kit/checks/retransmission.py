"""How often did a host send again what it had sent before (RFC 9293 3.8.1)?

Its own capture decides: bytes, a SYN or a FIN that it shows leaving a second time were sent again, however
short the round trip. A guess from times, as Wireshark makes it, would call some of them out of order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from kit.checks._params import Between, Number, Range, amount
from kit.checks._peers import host_at
from kit.checks._premise import unstarted_host, weighed
from kit.checks._wire import between, sent_segments
from kit.checks._words import SHOWN_PACKETS, count, packet_cite
from kit.packets.tcp import analyse

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.model import Packet
    from kit.verdict import Answer


class Params(Between):
    """`count`, or `min`, `max` or both: so many segments that `from` sent to `to` were sent again."""

    count: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _one_way_to_say(self) -> Self:
        _ = self.range
        return self

    @property
    def range(self) -> Range:
        return amount("count", self.count, self.min, self.max)


def check(evidence: Evidence, params: Params) -> Answer:
    near = params.from_
    expected = f"{params.range.words('retransmission')} {params.words}"
    if (skipped := unstarted_host(evidence, near, expected)) is not None:
        return skipped
    again = _sent_again(evidence, params)
    sent = sum(1 for _ in sent_segments(evidence, params))
    observed = f"{count(len(again), 'retransmission')}; it sent {count(sent, 'segment')}"
    cites = [packet_cite(near, packet) for packet in again[:SHOWN_PACKETS]]
    return weighed(evidence, near, len(again), params.range, expected, observed, cites)


def _sent_again(evidence: Evidence, params: Params) -> list[Packet]:
    near = params.from_
    return [
        facts.packet
        for conversation in between(evidence, near, params)
        for facts in analyse(conversation).retransmissions
        if host_at(evidence, near, facts.sender) == near
    ]

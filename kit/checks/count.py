"""How many packets did a host see that fit a filter?

The filter is a part of Wireshark's language, described in `_filter`: what it counts here, Wireshark
shows for the host's capture, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from kit.checks import _filter
from kit.checks._params import Number, Range, amount
from kit.checks._premise import unstarted_host, weighed
from kit.checks._views import views
from kit.checks._words import SHOWN_PACKETS, count, packet_cite
from kit.exercise.references import HostRef, Mentions, Strict

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.verdict import Answer


def _is_filter(text: str) -> str:
    _filter.parse(text)
    return text


FilterText = Annotated[
    str,
    Field(description="a filter such as tcp.flags.syn == 1 and ip.src == server"),
    AfterValidator(_is_filter),
    Mentions("host", _filter.hosts_in),
]


class Params(Strict):
    """`host` is whose capture is looked at; `equals`, or `min`, `max` or both, say how many."""

    host: HostRef
    filter: FilterText
    equals: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _one_way_to_say(self) -> Self:
        _ = self.range
        return self

    @property
    def range(self) -> Range:
        return amount("equals", self.equals, self.min, self.max)


def check(evidence: Evidence, params: Params) -> Answer:
    allowed = params.range
    expected = f"{allowed.words('packet')} at {params.host} that fit `{params.filter}`"
    if (skipped := unstarted_host(evidence, params.host, expected)) is not None:
        return skipped
    fits = _filter.parse(params.filter).fits
    seen = views(evidence, params.host)
    found = [view.packet for view in seen if fits(view)]
    observed = f"{len(found)} of the {count(len(seen), 'packet')} that {params.host} saw"
    cites = [packet_cite(params.host, packet) for packet in found[:SHOWN_PACKETS]]
    return weighed(evidence, params.host, len(found), allowed, expected, observed, cites)

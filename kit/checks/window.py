"""Did the receiver run out of room, and did the sender fill all that there was (RFC 9293 3.8.6)?

Bytes go from `from` to `to`. The receiver says with each acknowledgement how much more it takes; the
sender must not send more. Both are seen in the capture of `from`, which acts on what it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from kit.checks._params import Between
from kit.checks._peers import host_at
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import between
from kit.checks._words import SHOWN_PACKETS, packet_cite
from kit.packets.tcp import analyse
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.model import Packet
    from kit.verdict import Answer


class Params(Between):
    """`zero`: whether `to` ever had no room. `full`: whether `from` ever sent all that there was room for."""

    zero: bool | None = None
    full: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.zero is None and self.full is None:
            raise ValueError("give `zero`, `full` or both")
        return self


@dataclass(frozen=True, slots=True)
class _Sign:
    """What a parameter asks for: the analyser's mark, whose segments have it, and both answers in words."""

    name: Literal["zero", "full"]
    mark: str
    sender: Literal["from_", "to"]
    words: dict[bool, str]


_SIGNS = (
    _Sign(
        "zero", "zero_window", "to", {True: "{to} says that it has no room", False: "{to} always has room"}
    ),
    _Sign(
        "full",
        "window_full",
        "from_",
        {True: "{from_} fills the window of {to}", False: "{from_} never fills the window of {to}"},
    ),
)


def check(evidence: Evidence, params: Params) -> Answer:
    near = params.from_
    asked = [(sign, bool(wanted)) for sign in _SIGNS if (wanted := getattr(params, sign.name)) is not None]
    expected = _said(params, asked)
    if (skipped := unstarted_host(evidence, near, expected)) is not None:
        return skipped
    found = {sign.name: _marked(evidence, params, sign) for sign, _ in asked}
    seen = [(sign, bool(found[sign.name])) for sign, _ in asked]
    observed = _said(params, seen)
    cites = [packet_cite(near, packet) for packets in found.values() for packet in packets[:SHOWN_PACKETS]]
    if any(there and not wanted for (_, wanted), (_, there) in zip(asked, seen, strict=True)):
        return fail(expected=expected, observed=observed, cites=cites)  # no lost packet would undo it
    answer = (passed if seen == asked else fail)(expected=expected, observed=observed, cites=cites)
    return answer if all(there for _, there in seen) else if_whole(evidence, [near], answer)


def _said(params: Params, signs: list[tuple[_Sign, bool]]) -> str:
    values = {"from_": params.from_, "to": params.to}
    return " and ".join(sign.words[there].format(**values) for sign, there in signs)


def _marked(evidence: Evidence, params: Params, sign: _Sign) -> list[Packet]:
    near, sender = params.from_, getattr(params, sign.sender)
    return [
        facts.packet
        for conversation in between(evidence, near, params)
        for facts in analyse(conversation).segments
        if sign.mark in facts.flags and host_at(evidence, near, facts.sender) == sender
    ]

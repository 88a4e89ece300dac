"""Were the connections closed orderly: a FIN from each side, both acknowledged, no RST (RFC 9293 3.6)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from kit.checks._params import Between
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import between, departure_ns, ends, sender, side, tried_instead
from kit.checks._words import count, packet_cite
from kit.exercise.references import HostRef
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Evidence
    from kit.packets.conversation import Conversation
    from kit.packets.model import Packet
    from kit.verdict import Answer

_LISTED = BeforeValidator(lambda value: value if isinstance(value, list | tuple) else [value])


class Params(Between):
    """`first`: the host that sends the first FIN. `segments`: how many the close took, 3 or 4 or either.

    `crossed`: whether both FINs were under way at once, neither of them acknowledging the other.
    """

    first: HostRef | None = None
    segments: (
        Annotated[tuple[Annotated[int, Field(ge=3, le=4)], ...], _LISTED, Field(min_length=1)] | None
    ) = None
    crossed: bool | None = None

    @model_validator(mode="after")
    def _two_hosts(self) -> Self:
        if self.first is not None and self.from_ == self.to:
            raise ValueError("`first` needs two hosts: on one host both ends have the same name")
        return self


class Problem(NamedTuple):
    """What is wrong with a close. `missing`: something was not there, which a whole capture must show."""

    words: str
    packets: tuple[Packet, ...]
    missing: bool


def check(evidence: Evidence, params: Params) -> Answer:
    expected = _expected(params)
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    seen = {
        at: [one for one in between(evidence, at, params) if one.handshake_complete] for at in ends(params)
    }
    if not seen[params.from_]:
        observed = f"no connection {params.words} was opened{tried_instead(evidence, params)}"
        return if_whole(evidence, seen, fail(expected=expected, observed=observed))
    problems = [
        (at, problem)
        for at, conversations in seen.items()
        for conversation in conversations
        for problem in _problems(evidence, params, at, conversation)
    ]
    if problems:
        words = "; ".join(dict.fromkeys(problem.words for _, problem in problems))
        cites = [packet_cite(at, packet) for at, problem in problems for packet in problem.packets]
        answer = fail(expected=expected, observed=words, cites=cites)
        return if_whole(evidence, seen, answer) if all(one.missing for _, one in problems) else answer
    near = params.from_
    how = "; ".join(dict.fromkeys(_how(evidence, near, one) for one in seen[near]))
    cites = [packet_cite(near, packet) for one in seen[near] for packet in one.closing]
    return if_whole(evidence, seen, passed(expected=expected, observed=how, cites=cites))


def _expected(params: Params) -> str:
    words = f"every connection {params.words} is closed by FIN and ACK of both sides"
    if params.first is not None:
        words += f", {params.first} first"
    if params.segments is not None:
        words += f", in {' or '.join(map(str, params.segments))} segments"
    if params.crossed is not None:
        words += f", {_WAYS[params.crossed]}"
    return words


_WAYS = {True: "both FINs on their way at once", False: "the second FIN behind the first"}


def _problems(evidence: Evidence, params: Params, at: str, conversation: Conversation) -> Iterator[Problem]:
    """Give what is wrong, the plainest first; what follows from it is left out."""
    if conversation.resets:
        packet = conversation.resets[0]
        yield Problem(f"{sender(evidence, at, packet)} sent RST", (packet,), missing=False)
    elif not conversation.closed_orderly:
        yield Problem(_unfinished(evidence, at, conversation), conversation.closing, missing=True)
    else:
        yield from _otherwise(evidence, params, at, conversation)


def _unfinished(evidence: Evidence, at: str, conversation: Conversation) -> str:
    fins = (conversation.client, conversation.fins.client), (conversation.server, conversation.fins.server)
    silent = [side(evidence, at, end) for end, fin in fins if fin is None]
    if silent:
        return f"{' and '.join(silent)} sent no FIN"
    return "not every FIN was acknowledged"


def _otherwise(evidence: Evidence, params: Params, at: str, conversation: Conversation) -> Iterator[Problem]:
    """Give how an orderly close differs from the one asked for."""
    fins = _fins(evidence, at, conversation)
    first = sender(evidence, at, fins[0])
    if params.first is not None and first != params.first:
        crossed = ", while the other's was on its way" if _crossed(conversation, fins) else ""
        yield Problem(f"{first} sent the first FIN{crossed}", fins, missing=False)
    if params.segments is not None and len(conversation.closing) not in params.segments:
        words = f"the close took {count(len(conversation.closing), 'segment')}"
        yield Problem(words, conversation.closing, missing=False)
    if params.crossed not in (None, _crossed(conversation, fins)):
        yield Problem(f"{first} sent the first FIN, {_WAYS[not params.crossed]}", fins, missing=False)


def _fins(evidence: Evidence, at: str, conversation: Conversation) -> tuple[Packet, ...]:
    """Give the FINs in the order in which they were sent: each by the clock of its sender's capture."""
    fins = [fin for fin in (conversation.fins.client, conversation.fins.server) if fin is not None]
    return tuple(sorted(fins, key=lambda fin: departure_ns(evidence, at, fin)))


def _crossed(conversation: Conversation, fins: tuple[Packet, ...]) -> bool:
    """Whether the later FIN does not acknowledge the earlier (simultaneous close, RFC 9293 3.6, figure 13)."""
    (fin_at, _), (_, acknowledged) = (conversation.relative(fin) for fin in fins)
    return acknowledged <= fin_at + (0 if fins[0].tcp is None else fins[0].tcp.length)


def _how(evidence: Evidence, at: str, conversation: Conversation) -> str:
    segments = count(len(conversation.closing), "segment")
    fins = _fins(evidence, at, conversation)
    crossed = f", {_WAYS[True]}" if _crossed(conversation, fins) else ""
    return f"closed in {segments}, {sender(evidence, at, fins[0])} first{crossed}"

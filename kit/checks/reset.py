"""Was a connection broken off by a RST (RFC 9293 3.5.2)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from kit.checks._params import Between
from kit.checks._peers import host_at
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import between, ends, sender, tried_instead
from kit.checks._words import count, packet_cite
from kit.exercise.references import HostRef
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.conversation import Conversation
    from kit.packets.model import Packet
    from kit.verdict import Answer


class Params(Between):
    """So many connections (at least 1) were reset, by the host `by` if it is given.

    Only a connection whose handshake was complete can be reset; a refused attempt is `refused`'s
    question. With `count: 0`, no RST of any kind may be there.
    """

    by: HostRef | None = None
    count: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_of_two_hosts(self) -> Self:
        if self.by is not None and self.from_ == self.to:
            raise ValueError("`by` needs two hosts: on one host both ends have the same name")
        if self.by not in (None, self.from_, self.to):
            raise ValueError(f"`by` is one of the two: {self.from_} or {self.to}")
        return self


def check(evidence: Evidence, params: Params) -> Answer:
    expected = _expected(params)
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    near = params.by or params.from_  # a host's own capture knows best what it sent
    seen = [one for one in between(evidence, near, params) if params.count == 0 or one.handshake_complete]
    resets = [(one, rst) for one in seen if (rst := _first_reset(evidence, params, near, one)) is not None]
    first_resets = [rst for _, rst in resets]
    number = len(first_resets)
    observed = f"{count(number, 'connection')} reset{_senders(evidence, near, first_resets)}"
    cites = [packet_cite(near, packet) for packet in first_resets]
    if params.count is None and number:
        return passed(expected=expected, observed=observed, cites=cites)
    if number == params.count:
        return if_whole(evidence, ends(params), passed(expected=expected, observed=observed, cites=cites))
    if params.count is not None and number > params.count:
        return fail(expected=expected, observed=observed, cites=cites)
    others = [one for one in seen if one not in [reset for reset, _ in resets]]
    observed += "".join(dict.fromkeys(f"; {_instead(evidence, near, one)}" for one in others))
    observed += "" if seen else f"; no connection was opened{tried_instead(evidence, params)}"
    cites += [packet_cite(near, packet) for one in others for packet in (*one.resets[:1], *one.closing)]
    return if_whole(evidence, ends(params), fail(expected=expected, observed=observed, cites=cites))


def _expected(params: Params) -> str:
    number = "at least 1 connection" if params.count is None else count(params.count, "connection")
    return f"{number} {params.words} reset" + ("" if params.by is None else f" by {params.by}")


def _first_reset(evidence: Evidence, params: Params, at: str, conversation: Conversation) -> Packet | None:
    sent = (
        packet
        for packet in conversation.resets
        if packet.source is not None and params.by in (None, host_at(evidence, at, packet.source))
    )
    return next(sent, None)


def _senders(evidence: Evidence, at: str, resets: list[Packet]) -> str:
    names = dict.fromkeys(sender(evidence, at, packet) for packet in resets)
    return f" by {' and '.join(names)}" if names else ""


def _instead(evidence: Evidence, at: str, conversation: Conversation) -> str:
    """Say how a connection ended that was not reset as asked."""
    if conversation.resets:
        return f"the RST came from {sender(evidence, at, conversation.resets[0])}"
    if conversation.closed_orderly:
        return "closed by FIN and ACK of both sides"
    return "neither reset nor closed"

"""How did the connections go, in Zeek's letters: `ShADadFf` and `SF`?

Upper case is who opened the connection. The letters do not change with the number of acknowledgements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from kit.checks._params import Between
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import opened, tried_instead
from kit.checks._words import packet_cite
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.conversation import Conversation
    from kit.verdict import Answer


class Params(Between):
    """`from` is who opens. Every connection has the letters `is`, or the state, or both."""

    is_: Annotated[str | None, Field(alias="is", pattern=r"^\^?[SHADFRITWQshadfritwq^]+$")] = None
    state: Annotated[str | None, Field(pattern=r"^(S[0-3F]|REJ|RST(O|R|OS0|RH)|SH|SHR|OTH)$")] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.is_ is None and self.state is None:
            raise ValueError("give `is`, `state` or both")
        return self


def check(evidence: Evidence, params: Params) -> Answer:
    near = params.from_
    wanted = " ".join(word for word in (params.is_, params.state) if word is not None)
    expected = f"every connection {params.words} goes {wanted}"
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    seen = opened(evidence, near, params)
    if not seen:
        observed = f"no connection{tried_instead(evidence, params)}"
        return if_whole(evidence, [near], fail(expected=expected, observed=observed))
    wrong = [one for one in seen if not _fits(params, one)]
    shown = wrong or list(seen)
    observed = ", ".join(dict.fromkeys(f"{one.history} {one.conn_state}" for one in shown))
    cites = [packet_cite(near, packet) for one in shown for packet in (one.packets[0], one.packets[-1])]
    answer = fail if wrong else passed
    return if_whole(evidence, [near], answer(expected=expected, observed=observed, cites=cites))


def _fits(params: Params, conversation: Conversation) -> bool:
    return params.is_ in (None, conversation.history) and params.state in (None, conversation.conn_state)

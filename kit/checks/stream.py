"""Did the bytes that one program sent reach the other, all of them and in order?

Three witnesses must agree: the send calls, the reassembled stream on the wire, the receive calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._bytes import joined_fit, received_data, sent_data, total, weakest
from kit.checks._params import Between
from kit.checks._peers import same
from kit.checks._premise import if_whole, unstarted, untraced
from kit.checks._program import diagnose
from kit.checks._wire import between, sender_in
from kit.checks._words import call_cite, quoted
from kit.exercise.model import Port
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.evidence.model import Call, Evidence
    from kit.packets.model import Endpoint


class Params(Strict):
    model_config = Strict.model_config | {"populate_by_name": True}

    from_: Annotated[ProgramRef, Field(alias="from")]
    to: ProgramRef
    port: Port | None = None
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction of one connection: what was sent, what lay on the wire, what was received."""

    sent: tuple[Call, ...]
    wire: bytes
    gaps: bool
    received: tuple[Call, ...]


def check(evidence: Evidence, params: Params) -> Answer:
    what = "all that it sends" if params.equals is None else quoted(params.equals)
    expected = f"{params.to} receives {what} from {params.from_}, in order"
    premise = untraced(evidence, expected) or unstarted(evidence, params.from_, expected)
    if premise is not None:
        return premise
    at = evidence.programs[params.from_].host
    flows = list(_flows(evidence, params, at))
    if not flows:
        story, cites = diagnose(evidence, params.from_)
        observed = f"no connection between {params.from_} and {params.to}; {story}"
        return if_whole(evidence, [at], fail(expected=expected, observed=observed, cites=cites))
    cites = tuple(call_cite(call) for flow in flows for call in (*flow.sent, *flow.received))
    if any(flow.gaps for flow in flows):
        observed = f"the capture at {at} misses a part of the stream"
        return inconclusive(expected=expected, observed=observed, cites=cites)
    wire = b"".join(flow.wire for flow in flows)
    wrong = not wire if params.equals is None else wire != params.equals.encode()
    if wrong:
        observed = f"{params.from_} sent {quoted(wire)}" if wire else f"{params.from_} sent nothing"
        return fail(expected=expected, observed=observed, cites=cites)
    return _agreement(evidence, params, expected, flows)


def _flows(evidence: Evidence, params: Params, at: str) -> Iterator[Flow]:
    hosts = Between(from_=at, to=evidence.programs[params.to].host, port=params.port)
    for conversation in between(evidence, at, hosts):
        sender = sender_in(evidence, conversation, params.from_, params.to)
        if sender is None:
            continue
        receiver = conversation.peer(sender)
        stream = conversation.stream(sender)
        yield Flow(
            sent=_on(sent_data(evidence, params.from_), sender, receiver),
            wire=stream.data,
            gaps=bool(stream.gaps),
            received=_on(received_data(evidence, params.to), receiver, sender),
        )


def _on(calls: Sequence[Call], local: Endpoint, remote: Endpoint) -> tuple[Call, ...]:
    return tuple(
        call
        for call in calls
        if call.local is not None
        and same(call.local, local)
        and call.remote is not None
        and same(call.remote, remote)
    )


def _agreement(evidence: Evidence, params: Params, expected: str, flows: Sequence[Flow]) -> Answer:
    sent = [call for flow in flows for call in flow.sent]
    received = [call for flow in flows for call in flow.received]
    wire = b"".join(flow.wire for flow in flows)
    observed = (
        f"{params.from_} sent {total(sent)} bytes, {len(wire)} were on the wire: {quoted(wire)}; "
        f"{params.to} received {total(received)}"
    )
    cites = [call_cite(call) for call in (*sent, *received)]
    agree = weakest(joined_fit(calls, flow.wire) for flow in flows for calls in (flow.sent, flow.received))
    if agree is False:
        story, more = diagnose(evidence, params.to)
        return fail(expected=expected, observed=f"{observed}; {story}", cites=(*cites, *more))
    if agree is None:
        return inconclusive(
            expected=expected, observed=f"{observed}; the trace shows no data of some calls", cites=cites
        )
    return passed(expected=expected, observed=observed, cites=cites)

"""What did each receive call return: one message, two merged, a part?

TCP keeps bytes in order but not the boundaries of sends (RFC 9293 3.8); a datagram keeps its own (RFC 768).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._bytes import all_fit, data_words, received_data
from kit.checks._peers import owner, succeeded
from kit.checks._premise import unstarted, untraced
from kit.checks._program import diagnose
from kit.checks._words import call_cite, count, quoted, sequence
from kit.exercise.model import Port
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, inconclusive, passed

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence


class Params(Strict):
    """`calls` is what each receive with data returned; `ends`: an empty one, the peer's FIN, comes after."""

    model_config = Strict.model_config | {"populate_by_name": True}

    program: ProgramRef
    from_: Annotated[ProgramRef | None, Field(alias="from")] = None
    port: Port | None = None
    calls: tuple[str, ...]
    ends: bool = False


def check(evidence: Evidence, params: Params) -> Answer:
    wanted = sequence(map(quoted, params.calls)) + (", then the end" if params.ends else "")
    expected = f"{params.program} receives {wanted}"
    premise = untraced(evidence, expected) or unstarted(evidence, params.program, expected)
    if premise is not None:
        return premise
    calls = [call for call in received_data(evidence, params.program) if _asked(evidence, params, call)]
    end = _end(evidence, params, calls)
    cites = [call_cite(call) for call in (*calls, *([end] if end is not None and params.ends else ()))]
    observed = (
        f"{count(len(calls), 'receive')}: {sequence(map(data_words, calls))}"
        if calls
        else "it received nothing"
    )
    if params.ends:
        observed += ", then the end" if end is not None else ", and never the end"
    right = all_fit(calls, [text.encode() for text in params.calls])
    if right is False or (params.ends and end is None):
        story, more = diagnose(evidence, params.program)
        short = len(calls) < len(params.calls) or right is not False
        return fail(
            expected=expected,
            observed=f"{observed}; {story}" if short else observed,
            cites=(*cites, *more) if short else cites,
        )
    if right is None:
        return inconclusive(
            expected=expected, observed=f"{observed}; the trace shows no data of some", cites=cites
        )
    return passed(expected=expected, observed=observed, cites=cites)


def _asked(evidence: Evidence, params: Params, call: Call) -> bool:
    local, remote = call.local, call.remote or call.peer
    if params.port is not None and params.port not in (local and local.port, remote and remote.port):
        return False
    if params.from_ is None:
        return True
    if remote is None:  # recv, unlike recvfrom, does not say from whom a datagram is
        return call.protocol == "udp"
    return owner(evidence, params.program, remote) == params.from_


def _end(evidence: Evidence, params: Params, calls: list[Call]) -> Call | None:
    """Give the empty receive after the last one with data: the other side's FIN was reached."""
    since = calls[-1].return_ns if calls else 0
    empty = [call for call in succeeded(evidence, params.program, "recv") if call.result == 0]
    after = [
        call for call in empty if (call.return_ns or 0) > (since or 0) and _asked(evidence, params, call)
    ]
    return after[0] if after else None

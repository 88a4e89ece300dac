"""In which order did the program accept its clients?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._peers import peer_name, succeeded
from kit.checks._premise import unstarted, untraced
from kit.checks._program import diagnose
from kit.checks._words import call_cite, sequence
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence


class Params(Strict):
    """`order` names every connection that is accepted: a client twice where it connects twice."""

    program: ProgramRef
    order: Annotated[tuple[ProgramRef, ...], Field(min_length=1)]


def check(evidence: Evidence, params: Params) -> Answer:
    program = params.program
    expected = f"{program} accepts {sequence(params.order)}"
    premise = untraced(evidence, expected) or unstarted(evidence, program, expected)
    if premise is not None:
        return premise
    accepted = succeeded(evidence, program, "accept")
    clients = [peer_name(evidence, program, call.peer or call.remote) for call in accepted]
    cites = [call_cite(call) for call in accepted]
    if clients == list(params.order):
        return passed(expected=expected, observed=sequence(clients), cites=cites)
    observed = sequence(clients, nothing=f"{program} accepted no connection")
    if len(clients) < len(params.order):  # it stopped early: say where
        story, more = diagnose(evidence, program)
        return fail(expected=expected, observed=f"{observed}; {story}", cites=(*cites, *more))
    return fail(expected=expected, observed=observed, cites=cites)

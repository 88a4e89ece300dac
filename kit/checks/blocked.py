"""Was the program inside the call when the snapshot was taken, or in an event loop's epoll_wait before it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kit.checks._peers import socket_calls
from kit.checks._premise import table_at, untraced
from kit.checks._words import call_cite, call_start, call_words, exit_cite, exit_words
from kit.exercise.references import ProgramRef, SnapshotRef, Strict
from kit.verdict import Answer, fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence
    from kit.verdict import Cite


class Params(Strict):
    program: ProgramRef
    call: Literal["accept", "connect", "recv", "send", "poll", "select", "epoll_wait"]
    at: SnapshotRef


def check(evidence: Evidence, params: Params) -> Answer:
    expected = f"{params.program} is blocked in {params.call} at {params.at}"
    if (premise := untraced(evidence, expected)) is not None:
        return premise
    table = table_at(evidence, params.at, evidence.programs[params.program].host, expected)
    if isinstance(table, Answer):
        return table
    asked = [
        *socket_calls(evidence, params.program, params.call),
        *(call for call in evidence.calls_of(params.program) if params.call in call.awaits),
    ]
    inside = [call for call in asked if _spans(call, table.time_ns)]
    if inside:
        observed = f"it was inside {call_start(inside[0])}"
        return passed(expected=expected, observed=observed, cites=[call_cite(inside[0])])
    observed, cites = _instead(evidence, params.program, table.time_ns)
    return fail(expected=expected, observed=observed, cites=cites)


def _spans(call: Call, time_ns: int) -> bool:
    return call.enter_ns <= time_ns and (call.return_ns is None or call.return_ns > time_ns)


def _instead(evidence: Evidence, program: str, time_ns: int) -> tuple[str, list[Cite]]:
    """Say what the program was doing at that time."""
    ends = [end for end in evidence.exits if end.program == program and end.time_ns <= time_ns]
    if ends:
        return f"it {exit_words(ends[-1])} before", [exit_cite(ends[-1])]
    begun = [call for call in evidence.calls_of(program) if call.enter_ns <= time_ns]
    if not begun:
        return "it had made no call on a socket yet", []
    inside = [call for call in begun if _spans(call, time_ns)]
    if inside:
        return f"it was inside {call_start(inside[-1])}", [call_cite(inside[-1])]
    last = max(begun, key=lambda call: call.return_ns or 0)
    return f"it was inside no call; the last before: {call_words(last)}", [call_cite(last)]

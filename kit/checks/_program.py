"""What became of a program, in words: for a failure that has to say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._words import call_cite, call_words, exit_cite, exit_words, output_cite, quoted

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence, Output
    from kit.verdict import Cite


def diagnose(evidence: Evidence, program: str) -> tuple[str, tuple[Cite, ...]]:
    """Say how a program ended, its error's last line, its last call and the limits it hit; cite them."""
    phrases: list[str] = []
    cites: list[Cite] = []
    end = evidence.exit_of(program)
    phrases.append(f"{program} " + ("was still running" if end is None else exit_words(end)))
    if end is not None:
        cites.append(exit_cite(end))
    failed = end is not None and not end.killed_by_kit and end.code != 0
    error = last_error(evidence, program)
    if failed and error is not None:
        phrases[0] += f": {quoted(error.data.strip())}"
        cites.append(output_cite(error))
    if (last := last_call(evidence, program)) is not None:
        doing = (
            f"blocked in {call_words(last)}"
            if last.return_ns is None
            else f"its last call: {call_words(last)}"
        )
        phrases.append(doing)
        cites.append(call_cite(last))
    elif evidence.calls_traced:
        phrases.append("it made no call on a socket")
    phrases += [f"limit hit: {hit}" for hit in evidence.limits_hit if hit.who == program]
    return "; ".join(phrases), tuple(cites)


def last_call(evidence: Evidence, program: str) -> Call | None:
    """Give the call that the program is inside of, else the one it returned from last."""
    calls = evidence.calls_of(program)
    return max(
        calls, key=lambda call: (call.return_ns is None, call.return_ns or call.enter_ns), default=None
    )


def last_error(evidence: Evidence, program: str) -> Output | None:
    """Give the last line on stderr that says something: of a Python traceback, the exception."""
    lines = (
        line for line in reversed(evidence.outputs) if (line.program, line.stream) == (program, "stderr")
    )
    return next((line for line in lines if line.data.strip()), None)

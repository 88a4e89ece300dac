"""What must hold before a check can answer. Where it does not, the answer is not the submission's to lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.verdict import Answer, fail, inconclusive, passed, unreached

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.checks._params import Range
    from kit.evidence.model import Evidence, SocketTable
    from kit.verdict import Cite

NOT_TRACED = (
    "calls were not traced: no strace on this machine; install strace (`kit doctor` says how) and run again"
)


def untraced(evidence: Evidence, expected: str) -> Answer | None:
    """Refuse to answer from calls where none were recorded."""
    return None if evidence.calls_traced else inconclusive(expected=expected, observed=NOT_TRACED)


def trace_cut(evidence: Evidence, program: str) -> str | None:
    """Say why the record of a program's calls is not whole; None where it is."""
    cut = [hit for hit in evidence.limits_hit if hit.who == program and hit.limit == "trace_bytes"]
    return f"the record of {program}'s calls ends early ({cut[0].text})" if cut else None


def unstarted(evidence: Evidence, program: str, expected: str) -> Answer | None:
    """Skip the question about a program of which there is no trace, because the timeline ended early."""
    return _skip_unless_acted(evidence, [program], program, expected)


def unstarted_host(evidence: Evidence, host: str, expected: str) -> Answer | None:
    """Skip the question about what a host sent, where the timeline ended before a program of it did anything."""
    programs = [fact.name for fact in evidence.programs.values() if fact.host == host]
    return _skip_unless_acted(evidence, programs, host, expected)


def _skip_unless_acted(evidence: Evidence, programs: list[str], who: str, expected: str) -> Answer | None:
    if evidence.missed_step is None:
        return None
    acted = {row.program for row in evidence.calls}
    acted |= {row.program for row in evidence.outputs} | {row.program for row in evidence.exits}
    return None if acted.intersection(programs) else unreached(expected=expected, step=f"{who} did anything")


def table_at(evidence: Evidence, snapshot: str, host: str, expected: str) -> SocketTable | Answer:
    """Give a host's socket table in a snapshot, or the answer where it was never taken."""
    taken = evidence.snapshots.get(snapshot)
    if taken is None and evidence.missed_step is not None:
        return unreached(expected=expected, step=f"snapshot {snapshot}")
    table = None if taken is None else taken.tables.get(host)
    if table is None:
        return inconclusive(
            expected=expected, observed=f"the snapshot {snapshot} has no socket table of {host}"
        )
    return table


def if_whole(evidence: Evidence, hosts: Iterable[str], answer: Answer) -> Answer:
    """Give an answer that rests on something not being there only if the captures can show that."""
    for host in hosts:
        if (lack := _lack(evidence, host)) is not None:
            seen = f"{lack}, so what is missing in it may have been there; seen: {answer.observed}"
            return inconclusive(expected=answer.expected, observed=seen, cites=answer.cites)
    return answer


def weighed(
    evidence: Evidence,
    host: str,
    number: int,
    allowed: Range,
    expected: str,
    observed: str,
    cites: Iterable[Cite],
) -> Answer:
    """Judge a number of packets at a host. What a capture lost can only have made it smaller."""
    too_many = allowed.max is not None and number > allowed.max
    right = number >= allowed.min and not too_many
    answer = (passed if right else fail)(expected=expected, observed=observed, cites=cites)
    sure = too_many or (right and allowed.max is None)
    return answer if sure else if_whole(evidence, [host], answer)


def _lack(evidence: Evidence, host: str) -> str | None:
    capture = evidence.captures.get(host)
    if capture is None:
        return f"there is no capture at {host}"
    if capture.whole:
        return None
    if capture.truncated:
        return f"the capture at {host} ends early"
    if capture.dropped is None:
        return f"it is not known whether the capture at {host} lost packets"
    return f"the capture at {host} lost {capture.dropped} packets"

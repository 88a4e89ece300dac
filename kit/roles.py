"""The halves of a submission beside the reference's other half: a finding a role, and a note which half is wrong. Pure.

A student's server and client may agree with each other on something wrong; then the pair passes, and each half
fails beside the reference. So the pair and every half are run, whatever the pair's verdict is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.verdict import Answer, Cite, Finding, OtherRun, Outcome, fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.exercise.model import Role
    from kit.verdict import Verdict

CHECK = "role"  # what a finding names in the place of a check
FOLDER = "roles"


def folder_of(role: str) -> str:
    """Give where a half's run directory lies in that of the pair."""
    return f"{FOLDER}/{role}"


def words_of(roles: Mapping[str, Role], role: str) -> str:
    """Say who runs with whom: `server.py with the reference's client.py`."""
    return f"{_files(roles[role])} with {_others(roles, role)}"


def with_halves(verdict: Verdict, roles: Mapping[str, Role], halves: Mapping[str, Verdict | None]) -> Verdict:
    """Add each half's finding to the pair's verdict, and which half is wrong. A half None: its run is missing."""
    answers = {role: _answer(_others(roles, role), folder_of(role), halves[role]) for role in roles}
    needs = {role: _secrets(halves[role]) for role in roles}
    pair = Outcome.INCONCLUSIVE if _secrets(verdict) else verdict.outcome
    why = _agreement(roles) if pair is Outcome.PASS else {}
    findings = [
        Finding(
            role,
            CHECK,
            answer,
            roles[role].points,
            why=why if answer.outcome is Outcome.FAIL else {},
            needs=needs[role],
        )
        for role, answer in answers.items()
    ]
    told = {role: answer for role, answer in answers.items() if not needs[role]}
    of_halves = [
        f"in {folder_of(role)}: {note}"
        for role, half in halves.items()
        for note in (half.notes if half is not None else ())
        if note not in verdict.notes
    ]
    notes = (*verdict.notes, *_which_half(pair, roles, told), *of_halves)
    return replace(verdict, findings=(*verdict.findings, *findings), notes=notes)


def without_halves(verdict: Verdict, roles: Mapping[str, Role], reason: str) -> Verdict:
    """Add a skipped finding a role, where the halves cannot be run."""
    findings = [
        Finding(role, CHECK, Answer(Outcome.SKIPPED, f"a run of {words_of(roles, role)}", reason), one.points)
        for role, one in roles.items()
    ]
    return replace(verdict, findings=(*verdict.findings, *findings))


def _secrets(verdict: Verdict | None) -> tuple[str, ...]:
    """Give the hidden checks that a verdict may rest on: any, unless a visible one failed, which decides alone.

    Whether they did fail does not matter: to tell where they did not would tell where they did.
    """
    findings = () if verdict is None else verdict.findings
    if any(finding.outcome is Outcome.FAIL and not finding.hidden for finding in findings):
        return ()
    return tuple(finding.name for finding in findings if finding.hidden)


def _answer(others: str, folder: str, half: Verdict | None) -> Answer:
    expected = f"every check passes with {others}"
    if half is None:
        return inconclusive(expected=expected, observed="its run is missing: the judging was cut short")
    run = OtherRun(folder, half.began_ns)
    if half.outcome is Outcome.PASS:
        count = Counter(finding.outcome for finding in half.findings)[Outcome.PASS]
        checks = "1 check" if count == 1 else f"{count} checks"
        cites = [Cite("the whole run", run=run)]
        return passed(expected=expected, observed=f"{checks} passed with {others}", cites=cites)
    expected, observed, cites = _told(half, others, run)
    answer = fail if half.outcome is Outcome.FAIL else inconclusive
    return answer(expected=expected, observed=observed, cites=cites)


_OUTCOME = {Outcome.FAIL: "failed", Outcome.INCONCLUSIVE: "inconclusive"}


def _told(half: Verdict, others: str, run: OtherRun) -> tuple[str, str, list[Cite]]:
    """Give expected, observed and places of what decided a half: the first in full, the others by name.

    Beside a visible check no hidden one is counted: a student reads this.
    """
    deciding = [finding for finding in half.findings if finding.outcome is half.outcome]
    told = [finding for finding in deciding if not finding.hidden]
    names = [finding.name for finding in told[1:]]
    outcome = _OUTCOME[half.outcome]
    if not told:
        observed = f"{outcome}: {'a hidden check' if deciding else 'no check gave an answer'}"
        return f"every check passes with {others}", observed, [Cite("the whole run", run=run)]
    first = told[0]
    also = f"; {outcome}, too: {_list(names)}" if names else ""
    cites = [replace(cite, run=run) for cite in first.answer.cites] or [Cite("the whole run", run=run)]
    expected = f"{first.name} with {others}: {first.answer.expected}"
    return expected, f"{first.name} {outcome}: {first.answer.observed}{also}", cites


def _which_half(pair: Outcome, roles: Mapping[str, Role], answers: Mapping[str, Answer]) -> list[str]:
    """Say which half works with the reference, where the pair or a half does not work; `answers` are of those that
    may be told.
    """
    outcomes = {answer.outcome for answer in answers.values()}
    if not answers or (pair is not Outcome.FAIL and Outcome.FAIL not in outcomes):
        return []
    said = "; ".join(_works(roles, role, answer.outcome) for role, answer in answers.items())
    if pair is Outcome.PASS:
        return [f"{_together(roles)} agree with each other, but not with the reference: {said}"]
    if outcomes == {Outcome.PASS} and answers.keys() == roles.keys():
        return [f"{said}; they do not work with each other"]
    return [said]


def _works(roles: Mapping[str, Role], role: str, outcome: Outcome) -> str:
    one = len(roles[role].files) == 1
    words = {
        Outcome.PASS: "works" if one else "work",
        Outcome.FAIL: "does not work" if one else "do not work",
        Outcome.INCONCLUSIVE: "could not be judged",
    }
    return f"{_files(roles[role])} {words[outcome]} with {_others(roles, role)}"


def _agreement(roles: Mapping[str, Role]) -> dict[str, str]:
    together = _together(roles)
    return {
        "en": f"{together} agree with each other, but not with the reference: "
        "what a task says holds for every partner, not for one's own alone.",
        "zh": f"{'、'.join(_all_files(roles))} 彼此一致，却与参考答案不一致：题目的约定要对任何正确的对方程序都成立，而不只是对自己写的那一个。",
    }


def _together(roles: Mapping[str, Role]) -> str:
    return _list(_all_files(roles))


def _all_files(roles: Mapping[str, Role]) -> list[str]:
    return [file for role in roles.values() for file in role.files]


def _files(role: Role) -> str:
    return _list(role.files)


def _others(roles: Mapping[str, Role], role: str) -> str:
    files = [file for name, other in roles.items() if name != role for file in other.files]
    return f"the reference's {_list(files)}"


def _list(words: Iterable[str]) -> str:
    *most, last = ("", *words)
    most = most[1:]
    return f"{', '.join(most)} and {last}" if most else last

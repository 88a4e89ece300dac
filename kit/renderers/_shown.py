"""A verdict as its reader may see it: the one place that decides, for every format and page.

A teacher sees everything. A student is told of a hidden check that it is there and what it weighs, and nothing else;
outcome and score are of the checks that are seen, and the summary says that others count as well. A check that
needs a hidden one keeps its name and weight, but not its result: that it was skipped, or was not, would be the hidden
one's result. The exit code stays the true outcome: it is for machines.

How much a student sees of a check that did not pass is the exercise's choice (`feedback`):

- `full`: all that is known.
- `hint`: outcome, why, hint; not what was expected and observed, and not where.
- `verdict`: outcome and points.

Two findings are of no check. That a submission cannot be run at all (`submission`) is told in full whatever the
exercise says: who does not know that an archive was unreadable cannot hand in a better one. How far the run came
(`timeline`) is told at `hint`, too: every student sees that in a run of the program, and a hint is about a run that
went that far. Notes and the table of differences are observations: below `full` they are told where all passed,
but for what a handout says it cannot judge.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from kit.renderers._words import in_language, word
from kit.verdict import HANDOUT, SUBMISSION, TIMELINE, Outcome, combine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kit.compare import Table
    from kit.renderers import Options
    from kit.verdict import Cite, Finding, Verdict

SO_FAR = "so far passed"  # all that is seen has passed, and there is more
WITHHELD = "withheld"  # no result is seen at all
Result: TypeAlias = str  # an Outcome, or one of the two
_MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.INCONCLUSIVE: "?", Outcome.SKIPPED: "–", None: "·"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as its reader sees it. None is withheld; a text that there is not is empty.

    `label` is what to call it before the reader: its name, or that it is hidden. `remark` says why the rest is withheld.
    """

    label: str
    max_points: float
    hidden: bool
    name: str | None = None
    check: str | None = None
    outcome: Outcome | None = None
    points: float | None = None
    expected: str | None = None
    observed: str | None = None
    cites: tuple[Cite, ...] | None = None
    why: str | None = None
    hint: str | None = None
    remark: str = ""

    def places(self, began_ns: int) -> tuple[str, ...]:
        """Say where in the evidence something was seen, and what, a line each."""
        return tuple(
            ": ".join(part for part in (cite.place(began_ns), cite.text) if part) for cite in self.cites or ()
        )

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Say what there is to say, as (key of a word, text); one line without a key where nothing needs explaining."""
        if self.outcome in (None, Outcome.PASS, Outcome.SKIPPED):
            text = self.remark or self.observed
            return (("", text),) if text else ()
        told = [("expected", self.expected), ("observed", self.observed)]
        if self.outcome is Outcome.FAIL:
            told += [("why", self.why), ("hint", self.hint)]
        return tuple((key, text) for key, text in told if text)


def mark(row: Shown) -> str:
    return _MARKS[row.outcome]


def points(row: Shown) -> str:
    """Say what was earned of what there is; nothing for a finding that only explains the others."""
    if not row.max_points:
        return ""
    earned = "·" if row.points is None else f"{row.points:g}"
    return f"{earned}/{row.max_points:g}"


def number(value: float) -> float:
    """Give points as JSON writes them: whole ones without a point."""
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Summary:
    """What the findings come to, as far as the reader sees them. `hidden` are the checks whose results are not
    seen, `hidden_points` what they weigh together."""

    result: Result
    score: float
    max_score: float
    counts: Mapping[Outcome, int]
    hidden: int = 0
    hidden_points: float = 0

    def points(self, lang: str) -> str:
        return word(lang, "score", score=f"{self.score:g}", max_score=f"{self.max_score:g}")

    def hidden_text(self, lang: str) -> str:
        """Say that there are hidden checks and what they weigh; nothing where there are none."""
        if not self.hidden:
            return ""
        number = "1" if self.hidden_points == 1 else f"{self.hidden_points:g}"
        points = word(lang, "point") if number == "1" else word(lang, "points", count=number)
        key = "a hidden check counts" if self.hidden == 1 else "hidden checks count"
        return word(lang, key, count=self.hidden, points=points)

    def count_text(self, lang: str) -> str:
        """Count the outcomes. "All passed" is said only where nothing else happened and nothing is hidden."""
        counts = self.counts
        if not counts:
            return "" if self.hidden else word(lang, "no findings")
        if counts.keys() == {Outcome.PASS} and not self.hidden:
            return word(lang, "all passed", count=counts[Outcome.PASS])
        told = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.SKIPPED)
        return ", ".join(
            word(lang, f"count {outcome}", count=counts[outcome]) for outcome in told if counts.get(outcome)
        )

    def text(self, lang: str) -> str:
        """Say score, counts and what is hidden, in one line."""
        counted = ": ".join(filter(None, (self.points(lang), self.count_text(lang))))
        return "; ".join(filter(None, (counted, self.hidden_text(lang))))


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as its reader sees it; what has no remark here is as in Verdict."""

    exercise: str
    submission: str
    backend: str
    seed: str | None
    began_ns: int
    run_dir: str | None
    rows: tuple[Shown, ...]
    summary: Summary
    notes: tuple[str, ...]
    table: Table | None


def told(verdict: Verdict, options: Options) -> Told:
    """Give what the reader that `options` names may see, in the language that it names."""
    student = options.audience == "student"
    rows = _for_student(verdict, options.lang) if student else _for_teacher(verdict, options.lang)
    observed = not student or verdict.feedback == "full" or _all_passed(rows)
    notes = _without_secrets(verdict) if student else verdict.notes
    return Told(
        verdict.exercise,
        verdict.submission,
        verdict.backend,
        verdict.seed,
        verdict.began_ns,
        verdict.run_dir,
        rows,
        _summary(rows),
        notes if observed else tuple(note for note in notes if note.startswith(HANDOUT)),
        verdict.table if observed else None,
    )


def _for_teacher(verdict: Verdict, lang: str) -> tuple[Shown, ...]:
    return tuple(
        _whole(
            finding, word(lang, "marked hidden", name=finding.name) if finding.hidden else finding.name, lang
        )
        for finding in verdict.findings
    )


def _for_student(verdict: Verdict, lang: str) -> tuple[Shown, ...]:
    secret = {finding.name for finding in verdict.findings if finding.hidden}
    tied = _tied(verdict.findings, secret)
    rows, hidden = [], 0
    for finding in verdict.findings:
        hidden += finding.hidden
        if finding.hidden:
            label = word(lang, "hidden name", number=hidden)
            rows.append(Shown(label, finding.max_points, hidden=True, remark=word(lang, "hidden")))
        elif finding.name in tied:
            remark = word(lang, "tied to hidden")
            tie = Shown(finding.name, finding.max_points, hidden=False, remark=remark)
            rows.append(replace(tie, name=finding.name, check=finding.check))
        else:
            rows.append(_as_much(finding, verdict.feedback, lang))
    return tuple(rows)


def _tied(findings: Iterable[Finding], secret: set[str]) -> set[str]:
    """Give the visible findings whose result would tell a hidden one's: they need one, or need what needs one."""
    tied: set[str] = set()
    mentions = _mentions(secret)
    visible = [finding for finding in findings if not finding.hidden]
    while new := {
        finding.name
        for finding in visible
        if finding.name not in tied
        and (
            not (secret | tied).isdisjoint(finding.needs)
            or (finding.outcome is Outcome.SKIPPED and mentions(finding.answer.observed))
        )
    }:
        tied |= new
    return tied


def _as_much(finding: Finding, feedback: str, lang: str) -> Shown:
    """Give as much of a visible finding as the exercise wants a student to see."""
    whole = _whole(finding, finding.name, lang)
    if feedback == "full" or finding.outcome is Outcome.PASS or finding.check == SUBMISSION:
        return whole
    if feedback == "hint" and finding.check == TIMELINE:
        return whole
    seen = replace(whole, expected=None, observed=None, cites=None)
    return seen if feedback == "hint" else replace(seen, why=None, hint=None)


def _whole(finding: Finding, label: str, lang: str) -> Shown:
    return Shown(
        label,
        finding.max_points,
        finding.hidden,
        finding.name,
        finding.check,
        finding.outcome,
        finding.points,
        finding.answer.expected,
        finding.answer.observed,
        finding.answer.cites,
        in_language(finding.why, lang) or "",
        in_language(finding.hint, lang) or "",
    )


def _all_passed(rows: Iterable[Shown]) -> bool:
    """Whether no result that a student sees is anything but a pass; hidden ones must not decide what is seen."""
    return all(row.outcome in (None, Outcome.PASS) for row in rows)


def _summary(rows: tuple[Shown, ...]) -> Summary:
    outcomes = [row.outcome for row in rows if row.outcome is not None]
    hidden = [row for row in rows if row.outcome is None]
    result: Result = combine(outcomes)
    if hidden and not outcomes:
        result = WITHHELD
    elif hidden and result == Outcome.PASS:
        result = SO_FAR
    return Summary(
        result,
        sum(row.points for row in rows if row.points is not None),
        sum(row.max_points for row in rows if row.points is not None),
        Counter(outcomes),
        len(hidden),
        sum(row.max_points for row in hidden),
    )


def _without_secrets(verdict: Verdict) -> tuple[str, ...]:
    """Give the notes that repeat nothing of a hidden finding."""
    secrets: set[str] = set()
    for finding in verdict.findings:
        if finding.hidden:
            answer = finding.answer
            secrets |= {finding.name, answer.expected, answer.observed, *(cite.text for cite in answer.cites)}
    mentions = _mentions(secrets)
    return tuple(note for note in verdict.notes if not mentions(note))


def _mentions(words: Iterable[str]) -> Callable[[str], bool]:
    """Give the question whether a text has one of these in it, as whole words."""
    found = "|".join(re.escape(one) for one in words if one.strip())
    if not found:
        return lambda _text: False
    pattern = re.compile(rf"(?<![\w-])(?:{found})(?![\w-])")
    return lambda text: pattern.search(text) is not None

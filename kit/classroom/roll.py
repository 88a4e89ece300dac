"""The roll of a class for one exercise: each student with the verdict that stands, whoever handed in nothing, too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kit.classroom.journal import open_ones, standing
from kit.classroom.matching import Known
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.classroom.journal import Entry, Journal
    from kit.classroom.people import Student
    from kit.verdict import Verdict

OUTCOMES = ("pass", "fail", "inconclusive", "missing")
Standing = Literal["pass", "fail", "inconclusive", "missing"]


@dataclass(frozen=True, slots=True)
class Row:
    """`entry` is the run whose verdict stands; `newest` a later one that was inconclusive; `tries` how many of these.

    `ids` are those under which the journal has the student.
    """

    student: str
    name: str
    section: str
    outcome: Standing
    entry: Entry | None = None
    newest: Entry | None = None
    tries: int = 0
    ids: frozenset[str] = frozenset()

    @property
    def late(self) -> bool:
        return self.entry is not None and bool(self.entry.who.get("late"))

    @property
    def keys(self) -> frozenset[str]:
        return frozenset() if self.entry is None else frozenset(self.entry.who.get("keys", ()))


def roll(history: Sequence[Entry], roster: Iterable[Student] = ()) -> list[Row]:
    """Give a row for each student of the journal's rows of one exercise and of the roster, by id.

    Who was graded without a roster, by a platform's number, is the roster's student who has that number.
    """
    roster = tuple(roster)
    known, ids = Known(roster), dict[str, set[str]]()
    journals, history = history, [_of_roster(entry, known) for entry in history]
    for before, entry in zip(journals, history, strict=True):
        ids.setdefault(entry.student, set()).add(before.student)
    stands, waits, tries = standing(history), open_ones(history), _tries(history)
    rows = {
        student: replace(_row(entry, waits.get(student), tries[student]), ids=frozenset(ids[student]))
        for student, entry in stands.items()
    }
    for student in roster:
        rows.setdefault(student.id, Row(student.id, student.name, student.section, "missing"))
    return [rows[student] for student in sorted(rows)]


def _tries(history: Iterable[Entry]) -> Counter[str]:
    """Count each student's runs since the last one that said pass or fail."""
    tries: Counter[str] = Counter()
    for entry in history:
        tries[entry.student] = 0 if entry.conclusive else tries[entry.student] + 1
    return tries


def _of_roster(entry: Entry, known: Known) -> Entry:
    """Say who of the roster it is: by a platform's number or account, else by an id that is no such number."""
    keys = entry.who.get("keys", ())
    found = {student for key in keys if (student := known.by_key(key)) is not None}
    if not found and not any(key.endswith(f":{entry.student}") for key in keys):
        found = {student} if (student := known.by_key(entry.student)) is not None else set()
    if len(found) != 1:
        return entry
    (student,) = found
    said = {"name": student.name, "section": student.section}
    return replace(
        entry, student=student.id, who=entry.who | {key: text for key, text in said.items() if text}
    )


def _row(entry: Entry, newest: Entry | None, tries: int) -> Row:
    outcome: Standing = "inconclusive"
    if entry.outcome == "pass":
        outcome = "pass"
    elif entry.outcome == "fail":
        outcome = "fail"
    name, section = str(entry.who.get("name", "")), str(entry.who.get("section", ""))
    return Row(entry.student, name, section, outcome, entry, newest, tries)


def verdicts(journal: Journal, rows: Iterable[Row]) -> Iterator[Verdict]:
    """Give the verdicts that stand, one at a time."""
    for row in rows:
        verdict = None if row.entry is None else journal.verdict(row.entry)
        if verdict is not None:
            yield verdict


def without_verdict(journal: Journal, rows: Iterable[Row]) -> Iterator[str]:
    """Give the students who handed something in of which the machine left no verdict at all."""
    for row in rows:
        if row.entry is not None and journal.verdict(row.entry) is None:
            yield row.student


def not_passed(verdict: Verdict) -> list[str]:
    return [
        finding.name
        for finding in verdict.findings
        if finding.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)
    ]

"""kit results: what a journal knows of a class: who stands where, what the class is stuck on, who was run again and why."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, classroom, screen
from kit.cli.running import Format, Lang, Reader
from kit.errors import UsageError
from kit.renderers import in_language, inert, inert_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.table import Table

    from kit.classroom.journal import Entry, Journal
    from kit.classroom.people import Student
    from kit.classroom.roll import Row
    from kit.classroom.statistics import Statistics
    from kit.exercise.model import Language
    from kit.verdict import Verdict

BAR_CHARACTERS = 20
OUTCOMES = ("pass", "fail", "inconclusive", "missing")


@dataclass(frozen=True)
class Wanted:
    """Which rows are asked for; None, or nothing: whatever it is. `check`: those where it failed."""

    students: tuple[str, ...] = ()
    section: str | None = None
    outcome: str | None = None
    check: str | None = None

    def takes(self, row: "Row") -> bool:
        return (
            (not self.students or row.student in self.students)
            and self.section in (None, row.section)
            and self.outcome in (None, row.outcome)
        )


def results(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="An exercise; without it, all that were graded.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The journal; without it, runs/journal.sqlite.")
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this student (may be given again).")
    ] = None,
    section: Annotated[str | None, typer.Option(metavar="TEXT", help="Only this section.")] = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="|".join(OUTCOMES), help="Only those with this outcome.")
    ] = None,
    check: Annotated[
        str | None, typer.Option(metavar="CHECK", help="Only those who failed this check.")
    ] = None,
    roster: classroom.Roster = None,
    history: Annotated[
        bool, typer.Option("--history", help="Every run, oldest first, and why it was run.")
    ] = False,
    format_: Format = "text",
    lang: Lang = None,
    reader: Reader = None,
) -> None:
    """Tell what was graded: who stands where, and what the class is stuck on."""
    from kit.classroom.journal import Journal

    language = choices.language(lang)
    if outcome is not None and outcome not in OUTCOMES:
        raise choices.unknown("outcome", outcome, OUTCOMES, f"the outcomes are: {', '.join(OUTCOMES)}")
    written = choices.written(format_, lang, reader)
    wanted = Wanted(tuple(student or ()), section, outcome, check)
    with Journal(existing(journal or classroom.DEFAULT_JOURNAL)) as opened:
        for exercise in exercises_of(opened, name):
            rows = list(rows_of(opened, exercise, wanted, classroom.open_roster(roster)))
            if history:
                _history(opened, exercise, rows, language)
            elif format_ == "text":
                show(opened, exercise, rows, language)
            else:
                for piece in written(verdicts_of(opened, rows)):
                    screen.result(piece)


def existing(path: Path) -> Path:
    """Refuse a journal that is not there: asking must not make one."""
    if not path.is_file():
        raise UsageError(
            f"{path}: there is no journal",
            remedy="`kit grade NAME --class DIR` makes one; or give --journal FILE",
        )
    return path


def exercises_of(journal: "Journal", name: str | None) -> list[str]:
    """Give the exercises asked for. Raises UsageError for one of which nothing was graded."""
    known = sorted({entry.exercise for entry in journal.history()})
    if name is None:
        return known
    exercise = name.rstrip("/").rsplit("/", 1)[-1]
    if exercise not in known:
        graded = ", ".join(known) or "nothing"
        raise choices.unknown("exercise", exercise, known, f"{journal.path} has: {graded}")
    return [exercise]


def rows_of(
    journal: "Journal", exercise: str, wanted: Wanted, roster: "tuple[Student, ...] | None"
) -> "Iterator[Row]":
    from kit.classroom.roll import roll

    for row in roll(journal.history(exercise), roster or ()):
        if wanted.takes(row) and (wanted.check is None or _failed(journal, row, wanted.check)):
            yield row


def _failed(journal: "Journal", row: "Row", check: str) -> bool:
    return any(check in not_passed(verdict) for verdict in verdicts_of(journal, [row]))


def verdicts_of(journal: "Journal", rows: "Sequence[Row]") -> "Iterator[Verdict]":
    """Give the verdicts that stand, one at a time."""
    from kit.verdict_rows import verdict_of

    for row in rows:
        stored = None if row.entry is None else journal.verdict(row.entry)
        if stored is not None:
            yield verdict_of(stored)


def not_passed(verdict: "Verdict") -> list[str]:
    return [finding.name for finding in verdict.findings if finding.outcome in ("fail", "inconclusive")]


def show(journal: "Journal", exercise: str, rows: "Sequence[Row]", lang: "Language") -> None:
    """Write a table of the students, then what the class is stuck on."""
    from kit.classroom.statistics import Statistics
    from kit.classroom.words import say
    from kit.verdict_rows import verdict_of

    statistics = Statistics()
    named = ("name",) if any(row.name for row in rows) else ()
    table = _table(say(lang, key) for key in ("student", *named, "outcome", "score", "not passed"))
    for row in rows:
        stored = None if row.entry is None else journal.verdict(row.entry)
        verdict = None if stored is None else verdict_of(stored)
        failed = [] if verdict is None else not_passed(verdict)
        if verdict is not None:
            statistics.add(verdict)
        table.add_row(
            inert_line(row.student),
            *([inert_line(row.name)] if named else []),
            say(lang, row.outcome),
            "" if verdict is None else f"{verdict.score:g}/{verdict.max_score:g}",
            "; ".join([", ".join(map(inert_line, failed)), *notes_of(row, lang)]).strip("; "),
        )
    with screen.page(lang) as page:
        page.print(say(lang, "class", exercise=exercise, count=len(rows)), style="bold")
        page.print(table)
    summary(exercise, rows, statistics, lang)


def summary(exercise: str, rows: "Sequence[Row]", statistics: "Statistics", lang: "Language") -> None:
    """Write counts, the checks that failed most often, and how the scores are spread."""
    from kit.classroom.words import say

    count = {outcome: sum(row.outcome == outcome for row in rows) for outcome in OUTCOMES}
    checks = _table((say(lang, "check"), say(lang, "failed"), "", ""))
    for one in statistics.checks:
        if one.failed:
            part = say(lang, "of", part=one.failed, whole=statistics.verdicts)
            why = inert(in_language(one.why, lang) or "")
            checks.add_row(inert_line(one.name), part, _bar(one.failed, statistics.verdicts), why)
    scores = _table((say(lang, "scores"), say(lang, "students"), ""))
    most = max(statistics.bins)
    for tenth, students in enumerate(statistics.bins):
        if most:
            scores.add_row(f"{tenth * 10}-{tenth * 10 + 10} %", str(students), _bar(students, most))
    with screen.page(lang) as page:
        page.print()
        for table in (checks, scores):
            if table.row_count:
                page.print(table)
                page.print()
        page.print(
            f"{exercise}: "
            + say(
                lang,
                "counts",
                passed=count["pass"],
                failed=count["fail"],
                inconclusive=count["inconclusive"],
                missing=count["missing"],
            ),
            style="bold",
        )


def attention(rows: "Sequence[Row]", lang: "Language") -> None:
    """Name whom a teacher should look at: no verdict, or something beside the verdict."""
    from kit.classroom.words import say

    table = _table(())
    for row in rows:
        notes = "; ".join(notes_of(row, lang))
        if notes or row.outcome == "inconclusive":
            table.add_row(inert_line(row.student), say(lang, row.outcome), notes)
    if table.row_count:
        with screen.page(lang) as page:
            page.print(table)


def notes_of(row: "Row", lang: "Language") -> "Iterator[str]":
    """Say what a teacher should look at beside the findings."""
    from kit.classroom.words import say

    if row.late:
        yield say(lang, "late")
    if row.entry is not None:
        for seen in row.entry.seen:
            yield say(lang, "seen", student=inert_line(seen["student"]), place=inert_line(seen["place"]))
    if row.newest is not None:
        why = inert_line(row.newest.trouble)
        key = "older" if row.entry is not None and row.entry.conclusive else "open"
        yield say(lang, key, times=row.tries, why=why).rstrip(": ：")


def _history(journal: "Journal", exercise: str, rows: "Sequence[Row]", lang: "Language") -> None:
    from kit.classroom.words import say

    table = _table(say(lang, key) for key in ("when", "student", "outcome", "score", "why", "run"))
    asked = {row.student for row in rows}
    for entry in journal.history(exercise):
        if entry.student in asked:
            table.add_row(*_history_row(journal, entry, lang))
    with screen.page(lang) as page:
        page.print(table)


def _history_row(journal: "Journal", entry: "Entry", lang: "Language") -> tuple[str, ...]:
    from kit.classroom.words import say

    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.began_ns / 1e9))
    stored = journal.verdict(entry)
    run = entry.trouble if stored is None else stored["run_dir"]
    score = f"{entry.score:g}/{entry.max_score:g}"
    return when, inert_line(entry.student), say(lang, entry.outcome), score, entry.why, inert_line(run or "")


def _bar(part: int, whole: int) -> str:
    return "█" * max(round(BAR_CHARACTERS * part / whole), 1) if part else ""


def _table(heads: "Iterable[str]") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number == 0)
    return table

"""What a class comes to, as tables in a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kit.classroom.roll import OUTCOMES, not_passed
from kit.classroom.statistics import Statistics
from kit.classroom.words import notes_of, say
from kit.cli import screen
from kit.renderers import in_language, inert, inert_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from kit.classroom.journal import Entry, Journal
    from kit.classroom.roll import Row
    from kit.exercise.model import Language

BAR_CHARACTERS = 20


def show(journal: Journal, exercise: str, rows: Sequence[Row], lang: Language) -> None:
    """Write a table of the students, then what the class is stuck on."""
    statistics = Statistics()
    named = ("name",) if any(row.name for row in rows) else ()
    table = _table(say(lang, key) for key in ("student", *named, "outcome", "score", "not passed"))
    for row in rows:
        verdict = None if row.entry is None else journal.verdict(row.entry)
        failed = [] if verdict is None else not_passed(verdict)
        if verdict is not None:
            statistics.add(verdict)
        table.add_row(
            inert_line(row.student),
            *([inert_line(row.name)] if named else []),
            say(lang, row.outcome),
            _score(row.entry),
            "; ".join([", ".join(map(inert_line, failed)), *map(inert_line, notes_of(row, lang))]).strip(
                "; "
            ),
        )
    with screen.page(lang) as page:
        page.print(say(lang, "class", exercise=exercise, count=len(rows)), style="bold")
        page.print(table)
    summary(exercise, rows, statistics, lang)


def summary(exercise: str, rows: Sequence[Row], statistics: Statistics, lang: Language) -> None:
    """Write counts, the checks that failed most often, and how the scores are spread."""
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


def attention(rows: Sequence[Row], lang: Language) -> None:
    """Name whom a teacher should look at: no verdict, or something beside the verdict."""
    table = _table(())
    for row in rows:
        notes = "; ".join(map(inert_line, notes_of(row, lang)))
        if notes or row.outcome == "inconclusive":
            table.add_row(inert_line(row.student), say(lang, row.outcome), notes)
    if table.row_count:
        with screen.page(lang) as page:
            page.print(table)


def history(journal: Journal, exercise: str, rows: Sequence[Row], lang: Language) -> None:
    table = _table(say(lang, key) for key in ("when", "student", "outcome", "score", "why", "run"))
    asked = {row.student for row in rows}
    for entry in journal.history(exercise):
        if entry.student in asked:
            table.add_row(*_history_row(journal, entry, lang))
    with screen.page(lang) as page:
        page.print(table)


def _history_row(journal: Journal, entry: Entry, lang: Language) -> tuple[str, ...]:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.began_ns / 1e9))
    verdict = journal.verdict(entry)
    run = entry.trouble if verdict is None else verdict.run_dir
    outcome = say(lang, entry.outcome)
    return when, inert_line(entry.student), outcome, _score(entry), entry.why, inert_line(run or "")


def _score(entry: Entry | None) -> str:
    """Say the score; what is inconclusive has none, and 0 would look like one."""
    return f"{entry.score:g}/{entry.max_score:g}" if entry is not None and entry.conclusive else ""


def _bar(part: int, whole: int) -> str:
    return "█" * max(round(BAR_CHARACTERS * part / whole), 1) if part else ""


def _table(heads: Iterable[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number == 0)
    return table

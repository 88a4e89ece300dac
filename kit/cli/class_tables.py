"""What a class comes to, as tables in a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kit.classroom.roll import OUTCOMES, not_passed
from kit.classroom.statistics import BINS, Statistics
from kit.classroom.words import counted, notes_of, say, why_run
from kit.cli import screen
from kit.renderers import in_language, inert, inert_line
from kit.roles import CHECK as ROLE
from kit.verdict import SUBMISSION, TIMELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table

    from kit.classroom.journal import Entry, Journal
    from kit.classroom.roll import Row
    from kit.exercise.model import Language

BAR_CHARACTERS = 20
MOST_CHARACTERS = 200  # of a line of the history


def show(journal: Journal, exercise: str, rows: Sequence[Row], lang: Language) -> None:
    """Write a table of the students, then what the class is stuck on."""
    statistics = Statistics()
    named = ("name",) if any(row.name for row in rows) else ()
    notes = {row.student: "; ".join(notes_of(row, lang)) for row in rows}
    noted = ("to look at",) if any(notes.values()) else ()
    table = _table(say(lang, key) for key in ("student", *named, "outcome", "score", "not passed", *noted))
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
            ", ".join(map(inert_line, failed)),
            *([notes[row.student]] if noted else []),
        )
    with screen.page(lang) as page:
        page.print(counted(lang, "class", len(rows), exercise=exercise), style="bold")
        page.print(table)
    summary(exercise, rows, statistics, lang)


def summary(exercise: str, rows: Sequence[Row], statistics: Statistics, lang: Language) -> None:
    """Write counts, the checks that failed most often, and how the scores are spread."""
    count = {outcome: sum(row.outcome == outcome for row in rows) for outcome in OUTCOMES}
    checks = _table((say(lang, "check"), say(lang, "failed"), "", ""))
    for one in statistics.checks:
        if one.failed:
            part = say(lang, "of", part=one.failed, whole=statistics.verdicts)
            why = inert(in_language(one.why, lang) or _why(one.check, lang))
            checks.add_row(inert_line(one.name), part, _bar(one.failed, statistics.verdicts), why)
    scores = _table((say(lang, "scores"), say(lang, "students"), ""))
    most = max(statistics.bins)
    for tenth, students in enumerate(statistics.bins):
        if most:
            scores.add_row(_share(tenth), str(students), _bar(students, most))
    with screen.page(lang) as page:
        page.print()
        for table in (checks, scores):
            if table.row_count:
                page.print(table)
                page.print()
        page.print(f"{exercise}: {_counts(count, lang)}", style="bold")


def _counts(count: Mapping[str, int], lang: Language) -> str:
    """Say how many there are of each outcome; of those who handed in nothing only where some are known."""
    said = say(lang, "counts", passed=count["pass"], failed=count["fail"], inconclusive=count["inconclusive"])
    return said + (say(lang, "counts missing", missing=count["missing"]) if count["missing"] else "")


def _share(tenth: int) -> str:
    """Name a class of the histogram, as the page of the class does."""
    return "100 %" if tenth == BINS - 1 else f"{tenth * 10}-{tenth * 10 + 9} %"


def _why(check: str, lang: Language) -> str:
    """Say what it means that something failed of which no exercise has a text."""
    return say(lang, f"why {check}") if check in (TIMELINE, SUBMISSION, ROLE) else ""


def _score(entry: Entry | None) -> str:
    """Give the score of who passed or failed; nobody else has one."""
    return f"{entry.score:g}/{entry.max_score:g}" if entry is not None and entry.conclusive else ""


def attention(rows: Sequence[Row], lang: Language) -> None:
    """Name whom a teacher should look at: no verdict, or something beside the verdict."""
    table = _table(say(lang, key) for key in ("student", "outcome", "to look at"))
    for row in rows:
        notes = "; ".join(map(inert_line, notes_of(row, lang)))
        if notes or row.outcome == "inconclusive":
            table.add_row(inert_line(row.student), say(lang, row.outcome), notes)
    if table.row_count:
        with screen.page(lang) as page:
            page.print(table)


def history(journal: Journal, exercise: str, rows: Sequence[Row], lang: Language) -> None:
    asked = frozenset[str]().union(*(row.ids for row in rows))
    entries = [entry for entry in journal.history(exercise) if entry.student in asked]
    attempt = ("attempt",) if any(entry.attempt for entry in entries) else ()
    table = _table(say(lang, key) for key in ("when", "student", *attempt, "outcome", "score", "why", "run"))
    for entry in entries:
        when, student, *rest = _history_row(journal, entry, lang)
        table.add_row(when, student, *([inert_line(entry.attempt)] if attempt else []), *rest)
    for column in table.columns[:-2]:
        column.no_wrap = True
    with screen.page(lang) as page:  # as wide as it needs: a run directory is there to be copied
        needed = page.measure(table, options=page.options.update(max_width=MOST_CHARACTERS)).maximum
        page.width = max(page.width, needed)
        page.print(table)


def _history_row(journal: Journal, entry: Entry, lang: Language) -> tuple[str, ...]:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.began_ns / 1e9))
    verdict = journal.verdict(entry)
    run = entry.trouble if verdict is None else verdict.run_dir
    why, place = why_run(lang, entry.why), inert_line(run or "")
    return when, inert_line(entry.student), say(lang, entry.outcome), _score(entry), why, place


def _bar(part: int, whole: int) -> str:
    return "█" * max(round(BAR_CHARACTERS * part / whole), 1) if part else ""


def _table(heads: Iterable[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=number == 0)
    return table

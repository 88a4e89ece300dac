"""What a class comes to, as files: pages for a browser, and the teacher's own gradebook filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.classroom import gradebooks
from kit.classroom.gradebooks import Grade, OtherSheetError
from kit.classroom.people import Student
from kit.classroom.places import folder_name
from kit.classroom.sheet import Sheet
from kit.classroom.words import notes_of, say, some
from kit.cli import choices, screen
from kit.errors import UsageError
from kit.renderers import inert_line
from kit.report import overview
from kit.whole import cannot_write, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kit.classroom.gradebooks import Filled
    from kit.classroom.journal import Journal
    from kit.classroom.roll import Row
    from kit.exercise.model import Language
    from kit.verdict import Verdict

INDEX = "index.html"
PAGES = "students"


def pages(
    folder: Path,
    exercise: str,
    journal: Journal,
    rows: Sequence[Row],
    written: choices.Pieces,
    lang: Language,
) -> Path:
    """Write a page for each student, `written` by the format, and one of the class with links to them; give that."""
    try:
        (folder / PAGES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    there = []
    for row in rows:
        verdict = None if row.entry is None else journal.verdict(row.entry)
        href = ""
        if verdict is not None:
            href = f"{PAGES}/{folder_name(row.student)}.html"
            write_whole(folder / href, "".join(written([verdict])))
        there.append(_row(row, verdict, href, lang))
    write_whole(folder / INDEX, overview.page(there, exercise, lang))
    return folder / INDEX


def _row(row: Row, verdict: Verdict | None, href: str, lang: Language) -> overview.Row:
    is_judged = row.entry is not None and row.entry.conclusive  # else 0 would look like a score
    notes = [*notes_of(row, lang)]
    if row.outcome == "missing":
        notes.insert(0, say(lang, "missing"))
    return overview.Row(
        student=row.student,
        name=row.name,
        section=row.section,
        outcome="" if row.outcome == "missing" else row.outcome,
        score=verdict.score if verdict is not None and is_judged else 0.0,
        max_score=verdict.max_score if verdict is not None and is_judged else 0.0,
        href=href,
        checks={} if verdict is None else {one.name: str(one.outcome) for one in verdict.findings},
        note="; ".join(notes),
    )


def fill(
    sheet: Path,
    target: Path,
    rows: Sequence[Row],
    platform: str | None,
    column: str | None,
    lang: Language,
) -> None:
    """Fill the scores of those who passed or failed into a platform's export, and say what a teacher must know of it."""
    if target.exists() and target.samefile(sheet):
        raise UsageError(f"{target}: is the export itself", remedy="give another --to")
    try:
        data = sheet.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{sheet}: cannot be read: {error.strerror}", remedy="give the file that the platform exported"
        ) from error
    grades = {
        row.student: Grade(
            Student(row.student, row.name, row.section, row.keys), row.entry.score, row.entry.max_score
        )
        for row in rows
        if row.entry is not None and row.entry.conclusive and row.entry.max_score > 0
    }
    filled = _filled(Sheet.of(data), sheet, grades, platform, column)
    write_whole(target, filled.sheet.data)
    screen.result(f"{target}\n")
    _tell(filled, len(grades), lang)


def _filled(
    sheet: Sheet, path: Path, grades: Mapping[str, Grade], platform: str | None, column: str | None
) -> Filled:
    """Fill by the platform that was named, else by the one whose export it is."""
    why = []
    for name in gradebooks.names() if platform is None else (platform,):
        try:
            return gradebooks.load(name).fill(sheet, grades, column)
        except OtherSheetError as error:
            why.append(f"{name}: {error.message}" + (f" ({error.remedy})" if error.remedy else ""))
        except UsageError as error:
            raise UsageError(f"{path}: {error.message}", remedy=error.remedy) from None
    raise UsageError(
        "\n  ".join([f"{path}: no gradebook that is known", *why]),
        remedy="export the gradebook again, and give --format and --column where it has several",
    )


def _tell(filled: Filled, grades: int, lang: Language) -> None:
    screen.note("kit: " + say(lang, "filled in", filled=filled.filled, grades=grades))
    for points, of_sheet in filled.scale:
        screen.note("kit: " + say(lang, "scale", points=f"{points:g}", of_sheet=f"{of_sheet:g}"))
    for key, names in (
        ("no row", [one.id for one in filled.unmatched]),
        ("no score", filled.empty_rows),
        ("kept word", filled.kept),
    ):
        if names:
            screen.note(
                "kit: " + say(lang, key, count=len(names), names=some(lang, [*map(inert_line, names)]))
            )

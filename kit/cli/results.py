"""kit results: what a journal knows of a class: who stands where, what the class is stuck on, who was run again and why."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from kit import renderers
from kit.classroom.words import MOST_NAMED
from kit.cli import choices, classroom, screen
from kit.cli.running import Lang, Reader
from kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.classroom.journal import Journal
    from kit.classroom.roll import Row
    from kit.exercise.model import Language

Classes: TypeAlias = "Mapping[str, Sequence[Row]]"  # exercise -> its students

GRADEBOOKS = ("canvas", "moodle")  # as kit.classroom.gradebooks, which is too heavy for `kit --help`
FORMATS = (*renderers.names(), *GRADEBOOKS)
OUTCOMES = ("pass", "fail", "inconclusive", "missing")  # as kit.classroom.roll


@dataclass(frozen=True)
class Wanted:
    """Which rows are asked for; None, or nothing: whatever it is. `check`: those where it failed."""

    students: tuple[str, ...] = ()
    section: str | None = None
    outcome: str | None = None
    check: str | None = None

    def known_in(self, journal: "Journal", rows: "Sequence[Row]") -> None:
        """Hold what is asked for to what there is: a misspelt name is no empty class. Raises UsageError."""
        there = {row.student for row in rows}
        for student in self.students:
            _hold("student", student, there)
        if self.section is not None:
            _hold("section", self.section, {row.section for row in rows if row.section})
        if self.check is not None:
            _hold("check", self.check, checks_of(journal, rows))

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
    fill: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Fill the scores into this export of Canvas's or Moodle's gradebook."
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The export's column for the score, where it has several."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Where pages (a folder) or the filled export (a file) go; without it, beside the journal, or the export.",
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How the verdicts are written.")
    ] = "text",
    lang: Lang = None,
    reader: Reader = None,
) -> None:
    """Tell what was graded: who stands where, and what the class is stuck on; as pages; or in your gradebook."""
    from kit.classroom.journal import Journal
    from kit.classroom.roll import roll

    if outcome is not None and outcome not in OUTCOMES:
        raise choices.unknown("outcome", outcome, OUTCOMES)
    _one_thing(format_, history=history, fill=fill is not None, column=column is not None, to=to is not None)
    wanted = Wanted(tuple(student or ()), section, outcome, check)
    students = classroom.open_roster(roster)
    if outcome == "missing" and students is None:
        raise UsageError(
            "who handed in nothing is not in a journal", remedy="give the whole class: --roster FILE"
        )
    language = choices.language(lang)
    written = choices.written("text" if format_ in GRADEBOOKS else format_, lang, reader)
    with Journal(existing(journal or classroom.DEFAULT_JOURNAL)) as opened:
        exercises = exercises_of(opened, name)
        if (fill or to) is not None and len(exercises) > 1:
            raise UsageError(
                f"{fill or to} is for the scores of one exercise", remedy=f"name one: {', '.join(exercises)}"
            )
        everybody = {one: roll(opened.history(one), students or ()) for one in exercises}
        wanted.known_in(opened, [*chain.from_iterable(everybody.values())])
        classes = {
            one: [row for row in rows if _is_wanted(opened, row, wanted)] for one, rows in everybody.items()
        }
        if fill is not None:
            _fill(fill, to, classes[exercises[0]], format_, column, language)
        elif history:
            _tell_history(opened, classes, language)
        elif format_ == "text":
            _show(opened, classes, language)
        elif format_ == "html":
            _write_pages(opened, classes, written, to, language)
        else:
            _write(opened, classes, written, language)


def _one_thing(format_: str, *, history: bool, fill: bool, column: bool, to: bool) -> None:
    """Refuse what asks for two things, or for something that would do nothing."""
    if format_ in GRADEBOOKS and not fill:
        raise UsageError(f"{format_} fills in an export of your own", remedy="name it: --fill FILE")
    asked = {
        "--history": history,
        "--fill": fill,
        f"--format {format_}": format_ not in ("text", *GRADEBOOKS),
    }
    if sum(asked.values()) > 1:
        both = " and ".join(option for option, is_given in asked.items() if is_given)
        raise UsageError(f"{both} are two results", remedy="ask for them one after the other")
    choices.refuse_idle({"--column": column and not fill}, "--fill FILE")
    choices.refuse_idle({"--to": to and not fill and format_ != "html"}, "--fill FILE or --format html")


def _fill(
    sheet: Path,
    to: Path | None,
    rows: "Sequence[Row]",
    format_: str,
    column: str | None,
    lang: "Language",
) -> None:
    from kit.cli import class_files

    target = to or sheet.with_name(f"{sheet.stem}-filled{sheet.suffix}")
    class_files.fill(sheet, target, rows, format_ if format_ in GRADEBOOKS else None, column, lang)


def _tell_history(journal: "Journal", classes: Classes, lang: "Language") -> None:
    from kit.cli import class_tables

    for exercise, rows in classes.items():
        class_tables.history(journal, exercise, rows, lang)


def _show(journal: "Journal", classes: Classes, lang: "Language") -> None:
    from kit.cli import class_tables

    for exercise, rows in classes.items():
        class_tables.show(journal, exercise, rows, lang)


def _write_pages(
    journal: "Journal", classes: Classes, written: choices.Pieces, to: Path | None, lang: "Language"
) -> None:
    from kit.cli import class_files

    for exercise, rows in classes.items():
        folder = to or journal.path.parent / f"{exercise}-class"
        screen.result(f"{class_files.pages(folder, exercise, journal, rows, written, lang)}\n")


def _write(journal: "Journal", classes: Classes, written: choices.Pieces, lang: "Language") -> None:
    """Write one document of all exercises."""
    from kit.classroom.roll import verdicts, without_verdict

    rows = [*chain.from_iterable(classes.values())]
    for piece in written(verdicts(journal, rows)):
        screen.result(piece)
    classroom.tell_names("without verdict", [*without_verdict(journal, rows)], lang)


def existing(path: Path) -> Path:
    """Refuse a journal that is not there: asking must not make one."""
    if not path.is_file():
        raise UsageError(
            f"{path}: there is no journal",
            remedy="`kit grade NAME --class DIR` makes one; or give --journal FILE",
        )
    return path


def exercises_of(journal: "Journal", name: str | None) -> list[str]:
    """Give the exercises asked for, one at least. Raises UsageError for one of which nothing was graded."""
    known = journal.exercises()
    if not known:
        raise UsageError(
            f"{journal.path}: nothing was graded yet", remedy="`kit grade NAME --class DIR` does it"
        )
    if name is None:
        return known
    exercise = name.rstrip("/").rsplit("/", 1)[-1]
    if exercise not in known:
        raise choices.unknown("exercise", exercise, known, f"{journal.path} has: {', '.join(known)}")
    return [exercise]


def checks_of(journal: "Journal", rows: "Sequence[Row]") -> set[str]:
    from kit.classroom.roll import verdicts

    return {finding.name for verdict in verdicts(journal, rows) for finding in verdict.findings}


def _hold(kind: str, asked: str, known: "Iterable[str]") -> None:
    """Raise UsageError for a name that is nowhere, with the first few that are."""
    there = sorted(known)
    if asked not in there:
        some = ", ".join(there[:MOST_NAMED]) + (", ..." if len(there) > MOST_NAMED else "")
        raise choices.unknown(kind, asked, there, f"there are: {some or 'none'}")


def _is_wanted(journal: "Journal", row: "Row", wanted: Wanted) -> bool:
    from kit.classroom.roll import not_passed, verdicts

    return wanted.takes(row) and (
        wanted.check is None
        or any(wanted.check in not_passed(verdict) for verdict in verdicts(journal, [row]))
    )

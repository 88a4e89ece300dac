"""kit grade NAME --class DIR: a whole class, with a journal."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import kit
from kit.cli import capacity, choices, lease, screen
from kit.cli.running import worst
from kit.renderers import inert_line

if TYPE_CHECKING:
    from kit.backends.base import Backend
    from kit.classroom.batch import Task
    from kit.classroom.people import Student
    from kit.classroom.platforms import Attempts, Class
    from kit.exercise.loader import Exercise
    from kit.exercise.model import Language

RUNS = "runs"  # where evidence goes, and the journal beside it
JOURNAL = "journal.sqlite"
DEFAULT_JOURNAL = Path(RUNS) / JOURNAL
WORKER = (*lease.KIT, "worker")
Roster = Annotated[
    Path | None,
    typer.Option("--roster", metavar="FILE", help="A CSV list of the class: ids, names, sections, logins."),
]
ATTEMPTS: tuple["Attempts", ...] = ("newest", "all")
PLATFORM_WORDS = {
    "moodle": "named as Moodle names them",
    "canvas": "named as Canvas names them",
    "github": "named as GitHub Classroom names them",
    "gradescope": "an export of Gradescope's",
}
ROW_CODES = {"pass": 0, "fail": 1, "inconclusive": 3, "missing": 0}


@dataclass(frozen=True)
class Asked:
    """What was asked for. `seed` None: each student's own; `jobs` None: as many as this machine holds."""

    folder: Path
    out: Path
    journal: Path
    roster: "tuple[Student, ...] | None"
    attempts: "Attempts"
    seed: str | None
    jobs: int | None
    again: bool
    lang: "Language"


def read(exercise: "Exercise", asked: Asked) -> "Class":
    """Read the folder, and say what platform its names are of, who handed in nothing, and what is nobody's."""
    from kit.classroom.platforms import read_class

    found = read_class(asked.folder, asked.roster, asked.attempts, exercise.definition.submit)
    named = PLATFORM_WORDS.get(
        found.platform, f"each entry of {inert_line(str(asked.folder))} is a student's"
    )
    screen.note(f"kit: {len(found.handed_in)} submissions; {named}")
    if found.missing:
        screen.note(f"kit: handed in nothing: {screen.some([student.id for student in found.missing])}")
    if found.unknown:
        screen.note(f"kit: of nobody in the roster: {screen.some(found.unknown)}")
    return found


def grade_class(exercise: "Exercise", backend: "Backend", found: "Class", asked: Asked) -> None:
    """Grade what has no verdict yet. Each verdict is in the journal when it is told."""
    from kit.classroom.batch import Batch
    from kit.classroom.journal import Journal
    from kit.classroom.local import Local
    from kit.classroom.places import forget_unfinished
    from kit.cli.progress import following

    tasks = _tasks(exercise, found, asked)
    tell_shortage(asked.out, exercise, len(tasks))
    with (
        Local(WORKER) as engine,
        Journal(asked.journal) as journal,
        journal.alone(),
        following(len(tasks), asked.lang) as progress,
    ):
        forget_unfinished(asked.out / exercise.name)
        batch = Batch(
            exercise, backend.name, versions_of(backend), engine, journal, asked.again, progress.begins
        )
        side_by_side = asked.jobs or capacity.here(exercise.definition)
        try:
            with closing(batch.run(tasks, side_by_side)) as ended:
                for done in ended:
                    progress.ended(done)
        except KeyboardInterrupt as stop:
            stop.add_note(
                f"{progress.done} of {len(tasks)} verdicts are in {asked.journal}: the same command goes on"
            )
            raise


def _tasks(exercise: "Exercise", found: "Class", asked: Asked) -> "list[Task]":
    from kit.classroom.batch import Task
    from kit.classroom.places import folder_name

    place = asked.out / exercise.name
    return [
        Task(
            one,
            seed_of(exercise.name, one.student.id) if asked.seed is None else asked.seed,
            place / folder_name(one.student.id),
        )
        for one in found.handed_in
    ]


def tell_class(exercise: "Exercise", found: "Class", asked: Asked, written: choices.Pieces | None) -> int:
    """Write what stands for this class, and give the exit code. `written` None: what the class is stuck on."""
    from kit.classroom.journal import Journal
    from kit.classroom.roll import roll, verdicts
    from kit.classroom.statistics import statistics_of
    from kit.cli import class_tables

    there = {one.student.id for one in found.handed_in} | {one.id for one in found.missing}
    with Journal(asked.journal) as journal:
        rows = [row for row in roll(journal.history(exercise.name), found.missing) if row.student in there]
        if written is None:
            class_tables.summary(exercise.name, rows, statistics_of(verdicts(journal, rows)), asked.lang)
            class_tables.attention(rows, asked.lang)
        else:
            for piece in written(verdicts(journal, rows)):
                screen.result(piece)
    return worst(ROW_CODES[row.outcome] for row in rows)


def seed_of(exercise: str, student: str) -> str:
    """Give the seed from which a student's ports and words are drawn, as `kit grade` does for one submission."""
    return f"{exercise}/{student}"


def versions_of(backend: "Backend") -> str:
    """Say what runs a submission, as far as a new one asks for new verdicts: a new kernel or engine does not."""
    return f"kit {kit.__version__}, {backend.name}, Python {backend.versions().get('python', 'unknown')}"


def open_roster(path: Path | None) -> "tuple[Student, ...] | None":
    from kit.classroom.roster import read as read_roster

    return None if path is None else read_roster(path)


def attempts_of(asked: str) -> "Attempts":
    for known in ATTEMPTS:
        if asked == known:
            return known
    raise choices.unknown("attempts", asked, ATTEMPTS, f"there are: {', '.join(ATTEMPTS)}")


def tell_shortage(out: Path, exercise: "Exercise", runs: int) -> None:
    from kit.cli.room import shortage_at

    if lacking := shortage_at(out, exercise.definition, runs):
        screen.note(f"kit: {lacking}")

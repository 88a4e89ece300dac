"""kit grade NAME --class DIR: a whole class, with a journal."""

import shlex
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import kit
from kit.classroom.words import counted, say, some
from kit.cli import capacity, choices, lease, screen
from kit.cli.running import worst
from kit.errors import KitError, UsageError
from kit.renderers import inert_line

if TYPE_CHECKING:
    from kit.backends.base import Backend
    from kit.classroom.batch import Task
    from kit.classroom.people import Student
    from kit.classroom.platforms import Attempts, Class
    from kit.cli.progress import Progress
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
PLATFORMS = ("moodle", "canvas", "github", "gradescope")  # which have words of their own
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
    from kit.exercise import submission

    for path in (asked.out, asked.journal):
        if path.resolve().is_relative_to(asked.folder.resolve()):
            raise UsageError(
                f"{inert_line(str(path))} is in the folder of the class, as if a student had handed it in",
                remedy="give --out DIR (or --journal FILE) elsewhere, or begin in another folder",
            )
    wanted = submission.Asked(exercise.definition.submit, exercise.definition.languages)
    found = read_class(asked.folder, asked.roster, asked.attempts, wanted.names)
    platform = found.platform if found.platform in PLATFORMS else "plain"
    named = say(asked.lang, platform, folder=inert_line(str(asked.folder)))
    screen.note("kit: " + counted(asked.lang, "submissions", len(found.handed_in), named=named))
    tell_names("handed in nothing", [student.id for student in found.missing], asked.lang)
    tell_names("of nobody", found.unknown, asked.lang)
    return found


def tell_names(key: str, names: Sequence[str], lang: "Language") -> None:
    """Say of some that there are any; nothing where there is nobody."""
    if names:
        screen.note("kit: " + say(lang, key, names=some(lang, [*map(inert_line, names)])))


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
            stop.add_note(_kept(progress, asked))
            raise
        except KitError:
            screen.note(f"kit: {_kept(progress, asked)}")
            raise


def _kept(progress: "Progress", asked: Asked) -> str:
    return say(asked.lang, "kept", done=progress.done, total=progress.total, journal=asked.journal)


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
    from kit.classroom.roll import roll, verdicts, without_verdict
    from kit.classroom.statistics import statistics_of
    from kit.cli import class_tables

    there = {one.student.id for one in found.handed_in} | {one.id for one in found.missing}
    with Journal(asked.journal) as journal:
        rows = [row for row in roll(journal.history(exercise.name), found.missing) if row.student in there]
        if written is None:
            class_tables.summary(exercise.name, rows, statistics_of(verdicts(journal, rows)), asked.lang)
            class_tables.attention(rows, asked.lang)
            screen.note("kit: " + say(asked.lang, "look closer", command=_look_closer(exercise, asked)))
        else:
            for piece in written(verdicts(journal, rows)):
                screen.result(piece)
            tell_names("without verdict", [*without_verdict(journal, rows)], asked.lang)
    return worst(ROW_CODES[row.outcome] for row in rows)


def _look_closer(exercise: "Exercise", asked: Asked) -> str:
    there = () if asked.journal == DEFAULT_JOURNAL else ("--journal", str(asked.journal))
    return shlex.join(["kit", "results", exercise.name, *there])


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

"""kit grade NAME --class DIR: a whole class, with a journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import kit
from kit.cli import capacity, lease, screen
from kit.errors import UsageError
from kit.renderers import inert_line

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.classroom.people import Student
    from kit.classroom.platforms import Class
    from kit.exercise.loader import Exercise

RUNS = "runs"  # where evidence goes, and the journal beside it
JOURNAL = "journal.sqlite"
MOST_NAMED = 10  # of those who are told beside the result


@dataclass(frozen=True)
class Asked:
    """What was asked for. `seed` None: each student's own; `jobs` None: as many as this machine holds."""

    folder: Path
    out: Path
    journal: Path
    roster: tuple[Student, ...] | None
    attempts: Literal["newest", "all"]
    seed: str | None
    jobs: int | None
    again: bool
    lang: str


def grade_class(exercise: Exercise, backend: Backend, asked: Asked) -> None:
    """Grade what has no verdict yet. Each verdict is in the journal when it is told."""
    from kit.classroom.batch import Batch, Task
    from kit.classroom.journal import Journal
    from kit.classroom.local import Local
    from kit.classroom.places import folder_name, forget_unfinished
    from kit.classroom.platforms import read_class
    from kit.cli.progress import following

    found = read_class(asked.folder, asked.roster, asked.attempts)
    _tell(found)
    place = asked.out / exercise.name
    tasks = [
        Task(one, asked.seed or seed_of(exercise.name, one.student.id), place / folder_name(one.student.id))
        for one in found.handed_in
    ]
    _tell_shortage(asked.out, exercise, len(tasks))
    with (
        Local((*lease.KIT, "worker")) as engine,
        Journal(asked.journal) as journal,
        journal.alone(),
        following(len(tasks), asked.lang) as progress,
    ):
        forget_unfinished(place)
        batch = Batch(
            exercise, backend.name, versions_of(backend), engine, journal, asked.again, progress.begins
        )
        for done in batch.run(tasks, asked.jobs or capacity.here(exercise.definition)):
            line = progress.ended(done)
            if line is not None and not screen.is_live():
                screen.note(f"kit: {line}")


def seed_of(exercise: str, student: str) -> str:
    """Give the seed from which a student's ports and words are drawn, as `kit grade` does for one submission."""
    return f"{exercise}/{student}"


def versions_of(backend: Backend) -> str:
    """Say what runs a submission, as far as a new one asks for new verdicts: a new kernel or engine does not."""
    return f"kit {kit.__version__}, {backend.name}, Python {backend.versions().get('python', 'unknown')}"


def open_roster(path: Path | None) -> tuple[Student, ...] | None:
    from kit.classroom import roster

    return None if path is None else roster.read(path)


def attempts_of(asked: str) -> Literal["newest", "all"]:
    if asked == "newest" or asked == "all":  # noqa: PLR1714  # so that mypy sees the two words
        return asked
    raise UsageError(f"unknown attempts {asked!r}", remedy="give newest or all")


def _tell(found: Class) -> None:
    """Say what platform the names are of, who handed in nothing, and what is nobody's."""
    screen.note(f"kit: {len(found.handed_in)} submissions, named as {found.platform} does")
    if found.missing:
        screen.note(f"kit: handed in nothing: {_some([student.id for student in found.missing])}")
    if found.unknown:
        screen.note(f"kit: of nobody in the roster: {_some(found.unknown)}")


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(map(inert_line, names[:MOST_NAMED])) + more


def _tell_shortage(out: Path, exercise: Exercise, runs: int) -> None:
    from kit.cli.room import shortage_at

    if lacking := shortage_at(out, exercise.definition, runs):
        screen.note(f"kit: {lacking}")

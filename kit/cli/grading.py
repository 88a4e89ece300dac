"""kit grade: submissions, one, several side by side, or a whole class."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import capacity, choices, classroom, lease, screen
from kit.cli.running import (
    BackendName,
    Format,
    Jobs,
    Lang,
    Name,
    Out,
    Reader,
    attempt,
    default_directory,
    each,
)
from kit.errors import KitError, MachineError, UsageError
from kit.renderers import inert_line
from kit.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kit.backends.base import Backend
    from kit.classroom.batch import Done, Task
    from kit.exercise.loader import Exercise
    from kit.exercise.submission import Submission

GradeSeed = Annotated[
    str | None,
    typer.Option(
        "--seed", metavar="TEXT", help="Draw ports and words from this; without it, from each name."
    ),
]


@dataclass(frozen=True)
class Named:
    """Submissions that are named one by one. `seed` and `out` None: each one's own; `jobs` None: as many as fit."""

    exercise: "Exercise"
    paths: tuple[Path, ...]
    seed: str | None
    out: Path | None
    jobs: int | None


@lease.held()
def grade(
    name: Name,
    submissions: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SUBMISSION...", help="A folder (or archive) each, with the files to hand in."
        ),
    ] = None,
    class_: Annotated[
        Path | None,
        typer.Option(
            "--class", metavar="DIR", help="Grade all in this folder, as a learning platform names them."
        ),
    ] = None,
    roster: classroom.Roster = None,
    attempts: Annotated[
        str | None,
        typer.Option(
            metavar="newest|all",
            help="Of a class: each student's newest attempt, or all of them; without it, the newest.",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Of a class: grade also what has a verdict already.")
    ] = False,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Of a class: where verdicts are kept; else DIR/journal.sqlite of --out."
        ),
    ] = None,
    jobs: Jobs = None,
    backend: BackendName = "auto",
    seed: GradeSeed = None,
    out: Out = None,
    format_: Format = "text",
    lang: Lang = None,
    reader: Reader = None,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Grade also where this machine cannot keep all promises of SECURITY.md."
        ),
    ] = False,
) -> None:
    """Run submissions of an exercise and judge each."""
    if (class_ is None) == (not submissions):
        raise UsageError(
            "there is nothing to grade"
            if class_ is None
            else "both a class and single submissions are named",
            remedy="name submissions, or --class DIR",
        )
    if class_ is None:
        of_a_class = {"--roster": roster, "--attempts": attempts, "--again": again, "--journal": journal}
        choices.refuse_idle({option: bool(value) for option, value in of_a_class.items()}, "--class DIR")
    choices.warm(backend)
    written = choices.written(format_, lang, reader)
    exercise = choices.exercise(name)
    if class_ is None:
        ready = partial(_ready, backend, trust=trust)
        named = Named(exercise, _existing(submissions or []), seed, out, jobs)
        if len(named.paths) == 1:
            raise typer.Exit(_one(named, named.paths[0], ready, written))
        raise typer.Exit(_several(named, ready, written))
    place = out or Path(classroom.RUNS)
    asked = classroom.Asked(
        folder=class_,
        out=place,
        journal=journal or place / classroom.JOURNAL,
        roster=classroom.open_roster(roster),
        attempts=classroom.attempts_of(attempts or "newest"),
        seed=seed,
        jobs=jobs,
        again=again,
        lang=choices.language(lang),
    )
    found = classroom.read(exercise, asked)
    classroom.grade_class(exercise, _ready(backend, trust=trust), found, asked)
    raise typer.Exit(classroom.tell_class(exercise, found, asked, None if format_ == "text" else written))


def _ready(name: str, *, trust: bool) -> "Backend":
    """Give the backend, where it may run what nobody trusts."""
    chosen = choices.backend(name)
    if not trust:
        choices.hold_to_promises(chosen)
    return chosen


def _existing(paths: list[Path]) -> tuple[Path, ...]:
    """Look for all before any is run: a misspelt path is said now, not after an hour."""
    for path in paths:
        if not path.exists():
            raise UsageError(
                f"{inert_line(str(path))} does not exist", remedy="give a folder, a .zip or a .tar.gz"
            )
    return tuple(paths)


def _one(asked: Named, path: Path, ready: "Callable[[], Backend]", written: choices.Pieces) -> int:
    from kit.exercise.intake import read_submission
    from kit.judge import judge

    submission = read_submission(path, asked.exercise)
    directory = asked.out or default_directory(asked.exercise.name)
    backend = ready()

    def verdict(submission: "Submission") -> Verdict:
        with screen.progress() as tell:
            return judge(asked.exercise, submission, asked.seed, backend, directory, tell)

    return each([attempt(verdict, submission)], written)


def _several(asked: Named, ready: "Callable[[], Backend]", written: choices.Pieces) -> int:
    """Grade side by side, and tell in the order of the command as far as that makes nobody wait for a second try."""
    from kit.classroom.batch import Batch
    from kit.classroom.local import Local

    exercise = asked.exercise
    directories = _directories(asked)
    tasks = [_task(asked, *one) for one in zip(asked.paths, directories, strict=True)]
    backend = ready()
    classroom.tell_shortage(directories[0].parent, exercise, len(tasks))
    place = partial(_place, frozenset(directories))
    with Local(classroom.WORKER) as engine:
        batch = Batch(exercise, backend.name, classroom.versions_of(backend), engine, place=place)
        with closing(batch.run(tasks, asked.jobs or capacity.here(exercise.definition))) as done:
            return each(map(_result, in_order(done, tasks)), written)


def _task(asked: Named, path: Path, directory: Path) -> "Task":
    from kit.classroom.batch import Task
    from kit.classroom.people import HandedIn, Student
    from kit.exercise.entries import readable

    name = readable(path.resolve().name)
    seed = classroom.seed_of(asked.exercise.name, name) if asked.seed is None else asked.seed
    return Task(HandedIn(Student(name), ((path.name, path),), attempt="", late=False), seed, directory)


def _place(taken: frozenset[Path], folder: Path, _key: object, before: int) -> Path:
    """Give the run directory of a try: the folder itself, then one beside it that is nobody else's."""
    if not before:
        return folder
    beside = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(path for path in beside if path not in taken and not path.exists())


def _result(done: "Done") -> Verdict | KitError:
    return done.verdict or done.error or MachineError(f"{done.task.handed_in.student.id}: {done.trouble}")


def in_order(ended: "Iterable[Done]", tasks: "Sequence[Task]") -> "Iterator[Done]":
    """Give the last of each task in the tasks' order; one that is tried again comes after the others."""
    waiting = {id(task): task for task in tasks}
    ready: dict[int, Done] = {}
    for done in ended:
        ready[id(done.task)] = done
        while waiting and (first := next(iter(waiting))) in ready:
            del waiting[first]
            if ready[first].last:
                yield ready.pop(first)
        if done.last and id(done.task) not in waiting and id(done.task) in ready:
            yield ready.pop(id(done.task))


def _directories(asked: Named) -> list[Path]:
    """Give each submission a run directory of its own: a folder of its name in `--out` where that is given.

    Raises UsageError for one that has something in it: another run, or, with `--out .`, the submission.
    """
    if asked.out is None:
        return [default_directory(asked.exercise.name) for _ in asked.paths]
    names = [path.resolve().name for path in asked.paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"two submissions are called '{twice[0]}', so --out has one place for both",
            remedy="grade them one at a time, each with its own --out",
        )
    directories = [asked.out / name for name in names]
    for directory in directories:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise UsageError(f"{inert_line(str(directory))}: is not empty", remedy="give --out a new folder")
    return directories

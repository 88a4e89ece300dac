"""kit lint: what exercises owe their learners and their graders."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import capacity, choices, lease, screen
from kit.cli.classroom import WORKER
from kit.cli.running import BackendName, Jobs, worst
from kit.errors import ExerciseError, KitError, UsageError
from kit.exercise.languages import PYTHON
from kit.renderers import inert, inert_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kit.lint.folder import Written
    from kit.lint.report import Report
    from kit.lint.runner import Course
    from kit.lint.trials import Tried

FORMATS = ("text", "json")
REPEATS = 20
RUNS = "runs"


@dataclass(frozen=True)
class _Asked:
    """What runs. `out` None: run directories of what surprises are kept in ./runs; `jobs` None: what this machine holds."""

    backend: str
    jobs: int | None
    repeats: int
    out: Path | None
    quick: bool


@lease.held()
def lint(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME...",
            help="Exercises, or folders that hold one; without any, all of yours: of ./exercises.",
        ),
    ] = None,
    backend: BackendName = "auto",
    jobs: Jobs = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            min=1, max=1000, metavar="N", help=f"Runs of the reference with drawn values ({REPEATS})."
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Of the wrong solutions, run only as many as it takes to have each check fail."
        ),
    ] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Look at the files alone.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep all evidence here; without it, in ./runs what surprises."),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How it is written.")
    ] = "text",
) -> None:
    """Hold exercises to what they owe: files, both languages, reference, starter, wrong solutions, repeats, limits."""
    if format_ not in FORMATS:
        raise choices.unknown("format", format_, FORMATS)
    if no_run:
        about_runs = {
            "--backend": backend != "auto",
            "--jobs": jobs is not None,
            "--repeats": repeats is not None,
            "--quick": quick,
            "--out": out is not None,
        }
        choices.refuse_idle(about_runs, "a run")
    else:
        choices.warm(backend)
    from kit.exercise import catalogue

    codes = []
    exercises: list[Written] = []
    reports: list[Report] = []
    for name in names or catalogue.own_names():
        try:
            exercises.append(_read(name))
        except ExerciseError as error:
            reports.append(_of_faults(name, error))
        except KitError as error:
            screen.trouble(error)
            codes.append(error.exit_code)
    for report in reports:
        _tell(report, format_)
    asked = None if no_run or not exercises else _Asked(backend, jobs, repeats or REPEATS, out, quick)
    for report in _of_files(exercises) if asked is None else _of_runs(exercises, asked):
        _tell(report, format_)
        reports.append(report)
    if format_ == "text":
        _tell_table(reports, ran=asked is not None)
    codes += [2 if report.errors else 3 if report.trouble else 0 for report in reports]
    raise typer.Exit(worst(codes))


def _read(name: str) -> Written:
    from kit.exercise import catalogue
    from kit.lint.folder import read

    return read(catalogue.find(name))


def _of_faults(name: str, error: ExerciseError) -> Report:
    from kit.lint.report import of_faults

    return of_faults(Path(name).name, error)


def _of_files(exercises: Sequence[Written]) -> Iterator[Report]:
    from kit.lint.report import of_files

    return map(of_files, exercises)


def _of_runs(exercises: Sequence[Written], asked: _Asked) -> Iterator[Report]:
    """Run them; what is told of one comes when all its runs have ended."""
    from kit.classroom.local import Local
    from kit.lint.report import of_runs
    from kit.lint.runner import Runner
    from kit.lint.trials import Extent, trials, unable

    chosen = choices.backend(asked.backend)
    able = {PYTHON.name, *(row.name for row in chosen.requirements() if row.present)}
    for written in exercises:
        for label, languages in unable(written, able).items():
            screen.note(
                f"kit: {written.exercise.name} {label} is not run: {', '.join(languages)} is not here"
            )
    folder = asked.out or Path(RUNS) / f"lint-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{inert_line(str(folder))}: is not empty", remedy="give --out a new folder")
    at_once = asked.jobs or min(capacity.here(written.exercise.definition) for written in exercises)
    extent = Extent(asked.repeats, able, asked.quick)
    total = sum(len(trials(written, extent)) for written in exercises)
    with Local(WORKER) as engine, _following(total) as progress, _forgetting(folder):
        runner = Runner(engine, chosen.name, folder, keep=asked.out is not None, heard=progress.heard)
        with closing(runner.run(exercises, extent, at_once)) as ended:
            for course in ended:
                progress.ended(course)
                yield of_runs(course.written, chosen.name, course.tried)


@contextmanager
def _forgetting(folder: Path) -> Iterator[None]:
    """Remove at the end the folders in which nothing was kept."""
    from kit.classroom.places import UNFINISHED

    try:
        yield
    finally:
        for path in folder.glob(f"*/*{UNFINISHED}"):
            shutil.rmtree(path, ignore_errors=True)
        for path in (*folder.glob("*"), folder, Path(RUNS)):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()


class _Progress:
    """Hears of trials, and says each on stderr: on a terminal in one live line, else in a line each."""

    def __init__(self, total: int, show: Callable[[str], None]) -> None:
        self._total = total
        self._show = show
        self._done = 0

    def heard(self, course: Course, tried: Tried) -> None:
        from kit.lint.verdicts import in_short

        self._done += 1
        name = course.written.exercise.name
        said = "as it must be" if tried.right else "without a verdict"
        if tried.verdict is not None and not tried.right:
            said = f"NOT as it must be: {inert_line(in_short(tried, tried.verdict))}"
        self._show(
            f"{self._done} of {self._total}: {name} {tried.trial.label}: {said}, {tried.seconds:.1f} s"
        )

    def ended(self, course: Course) -> None:
        """Count what is not run of an exercise whose reference does not pass."""
        self._total -= len(course.left)


@contextmanager
def _following(total: int) -> Iterator[_Progress]:
    if not sys.stderr.isatty():
        yield _Progress(total, lambda text: screen.note(f"kit: {text}"))
        return
    with screen.progress() as tell:
        yield _Progress(total, tell)


def _tell(report: Report, format_: str) -> None:
    if format_ == "json":
        from kit.lint.report import value

        screen.result(json.dumps(value(report), ensure_ascii=False) + "\n")
        return
    for complaint in report.complaints:
        screen.result(inert(f"{complaint}") + f" [{complaint.rule}]\n")
    for trouble in report.trouble:
        screen.note(f"kit: {report.exercise}: the machine's trouble, not the exercise's: {trouble}")


def _tell_table(reports: Sequence[Report], *, ran: bool) -> None:
    errors = sum(report.errors for report in reports)
    warnings = sum(len(report.complaints) for report in reports) - errors
    if ran:
        from rich.table import Table

        from kit.lint.report import COLUMNS, row

        table = Table(box=None, pad_edge=False)
        for number, column in enumerate(COLUMNS):
            table.add_column(column, justify="right" if number else "left", no_wrap=not number)
        for report in reports:
            table.add_row(*map(inert_line, row(report)))
        with screen.page("en") as page:
            page.print(table)
    screen.result(
        f"{_counted(len(reports), 'exercise')}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}\n"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

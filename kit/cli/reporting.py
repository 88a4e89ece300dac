"""kit report: a stored run as one HTML file, or its picture for slides."""

from __future__ import annotations

import contextlib
from pathlib import Path  # noqa: TC003  # typer reads the types when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, screen
from kit.errors import EvidenceError, ExerciseError, KitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.loader import Exercise
    from kit.report.run import Run, Statement

PICTURES = ("ladder", "differences")
Lang = Annotated[str | None, typer.Option(metavar="en|zh", help="The language; without it, the locale's.")]


def report(
    run_dirs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN_DIR [RUN_DIR2]", help="A stored run, or two to see side by side."),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page; without it, report.html in RUN_DIR.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture alone, as SVG.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture alone, as PNG.")] = None,
    of: Annotated[
        str,
        typer.Option(
            metavar="|".join(PICTURES),
            help="What --svg and --png show; differences: the sides of a comparison, and what was measured.",
        ),
    ] = "ladder",
    lang: Lang = None,
) -> None:
    """Write a run down as one HTML file that works without a network: verdict, picture, output, sockets."""
    from kit.report.page import page
    from kit.whole import write_whole

    if len(run_dirs) > 2:
        raise UsageError("a report shows one run, or two side by side", remedy="name at most two folders")
    if of not in PICTURES:
        raise choices.unknown("picture", of, PICTURES)
    language = choices.language(lang)
    runs = [read_run(folder, language) for folder in run_dirs]
    if svg is not None or png is not None:
        drawing = _ladder(runs, language) if of == "ladder" else _differences(runs, language)
        if svg is not None:
            write_whole(svg, drawing)
            screen.result(f"{svg}\n")
        if png is not None:
            _write_png(png, drawing)
            screen.result(f"{png}\n")
    if out is not None or (svg is None and png is None):
        target = out or run_dirs[0] / "report.html"
        write_whole(target, page(runs, language))
        screen.result(f"{target}\n")


def _ladder(runs: list[Run], lang: str) -> str:
    """Draw the time line of one run, or of two side by side."""
    from kit.report.page import sides_of
    from kit.report.svg import standalone

    pictures = [side.picture for side in sides_of(runs, lang)]
    return standalone(pictures, [f"{run.title} · {run.verdict.submission}" for run in runs], lang)


def _differences(runs: list[Run], lang: str) -> str:
    """Draw what a run compares. Raises UsageError where it compares nothing, or there are two."""
    from kit.report.figure import figure

    if len(runs) != 1:
        raise UsageError("the differences are those of one run", remedy="name one folder")
    (run,) = runs
    sides = run.compared
    if not sides or run.verdict.table is None:
        raise UsageError(
            f"{run.verdict.exercise} compares nothing",
            remedy="take a run of an exercise with `compare`, such as tcp-vs-udp",
        )
    return figure(run.title, run.ladder, sides, run.verdict.table, lang)


def read_run(folder: Path, lang: str) -> Run:
    """Read a run directory, judge it again, and look its exercise's text up. Raises EvidenceError."""
    from kit.evidence import store
    from kit.judge import regrade
    from kit.ladder.build import build
    from kit.renderers import in_language
    from kit.report.run import Run

    facts = store.load_facts(folder)
    evidence = store.load(folder)
    try:
        name = facts["exercise"]["name"]
    except (KeyError, TypeError) as error:
        raise EvidenceError(f"{folder / 'run.json'}: does not name its exercise") from error
    exercise = _exercise(name)
    title = in_language(exercise.definition.title, lang) if exercise is not None else None
    statement = None if exercise is None else _statement(exercise, facts, lang)
    return Run(
        facts,
        evidence,
        build(evidence),
        regrade(folder, choices.own_checks(folder)),
        title or name,
        statement,
    )


def _exercise(name: str) -> Exercise | None:
    """Give the exercise if this machine has it: a report needs no more than the run directory."""
    from kit.exercise import catalogue, loader

    with contextlib.suppress(UsageError, ExerciseError):
        return loader.load(catalogue.find(name))
    return None


def _statement(exercise: Exercise, facts: Mapping[str, object], lang: str) -> Statement | None:
    from kit.exercise import catalogue
    from kit.report.run import Statement

    with contextlib.suppress(KitError):
        same = facts["exercise"] == {"name": exercise.name, "digest": exercise.digest}
        return Statement(catalogue.statement(exercise, lang), same)
    return None


def _write_png(path: Path, drawing: str) -> None:
    from kit.report.png import png
    from kit.whole import write_whole

    write_whole(path, png(drawing))

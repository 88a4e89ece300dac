"""kit run, grade, regrade: the whole story, for the reference or for submissions, and its end alone."""

import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from kit import renderers
from kit.cli import choices, lease, screen
from kit.errors import KitError, UsageError
from kit.verdict import Outcome, Verdict

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="An exercise (see `kit list`), or a folder that holds one.")
]
BackendName = Annotated[
    str, typer.Option("--backend", metavar="auto|docker|netns", help="What carries the hosts.")
]
RunSeed = Annotated[
    str | None,
    typer.Option("--seed", metavar="TEXT", help="Draw ports and words from this; without it, the defaults."),
]
GradeSeed = Annotated[
    str | None,
    typer.Option(
        "--seed", metavar="TEXT", help="Draw ports and words from this; without it, from each name."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where the evidence goes; without it, a new folder in ./runs."),
]
Format = Annotated[
    str, typer.Option("--format", metavar="|".join(renderers.names()), help="How the verdict is written.")
]
Reader = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="|".join(renderers.AUDIENCES),
        help="Who reads it: a student is not told what hidden checks found; without it, the format's own reader.",
    ),
]
Lang = Annotated[str | None, typer.Option(metavar="en|zh", help="The language; without it, the locale's.")]

T = TypeVar("T")
Pieces = Callable[[Iterable[Verdict]], Iterator[str]]  # verdicts as they come -> what is written of them
EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INCONCLUSIVE: 3}
WORST_FIRST = (2, 1, 3, 0)  # of several: an error of usage says the most, then a fail; see `worst`


@lease.held()
def run(
    name: Name,
    backend: BackendName = "auto",
    seed: RunSeed = None,
    out: Out = None,
    format_: Format = "text",
    lang: Lang = None,
    reader: Reader = None,
    live: Annotated[
        bool, typer.Option("--live", help="Draw calls and packets on stderr while the run goes.")
    ] = False,
) -> None:
    """Run the reference solution of an exercise, judge it, and show calls and packets on one time line."""
    choices.warm(backend)
    from kit.cli.live import following, picture
    from kit.judge import judge

    written = _written(format_, lang, reader)
    language = choices.language(lang)
    exercise = choices.exercise(name)
    chosen = choices.backend(backend)
    directory = out or _default_directory(exercise.name)
    with following(directory, screen.options(language, sys.stderr)) if live else screen.progress() as tell:
        verdict = judge(exercise, None, seed, chosen, directory, tell)
    if format_ == "text" and not live:
        screen.result(picture(directory, screen.options(language)))
    for piece in written([verdict]):
        screen.result(piece)
    raise typer.Exit(EXIT_CODES[verdict.outcome])


@lease.held()
def grade(
    name: Name,
    submissions: Annotated[
        list[Path],
        typer.Argument(
            metavar="SUBMISSION...", help="A folder (or archive) each, with the files to hand in."
        ),
    ],
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
    choices.warm(backend)
    from kit.cli.room import shortage_at
    from kit.exercise.intake import read_submission
    from kit.judge import judge

    written = _written(format_, lang, reader)
    exercise = choices.exercise(name)
    # All are read before any is run: a misspelt path is said now, not after an hour.
    read = [read_submission(path, exercise) for path in submissions]
    directories = _directories(exercise.name, submissions, out)
    chosen = choices.backend(backend)
    if not trust:
        choices.hold_to_promises(chosen)
    if len(read) > 1 and (lacking := shortage_at(directories[0].parent, exercise.definition, len(read))):
        screen.note(f"kit: {lacking}")

    def one(number: int) -> Verdict:
        with screen.progress() as tell:
            return judge(exercise, read[number], seed, chosen, directories[number], tell)

    raise typer.Exit(_each(one, range(len(read)), written))


def regrade(
    run_dirs: Annotated[
        list[Path], typer.Argument(metavar="RUN_DIR...", help="What `kit run` or `kit grade` left behind.")
    ],
    format_: Format = "text",
    lang: Lang = None,
    reader: Reader = None,
) -> None:
    """Judge stored runs again, from their evidence alone."""
    from kit.judge import regrade as judge_again

    written = _written(format_, lang, reader)
    raise typer.Exit(_each(judge_again, run_dirs, written))


def _written(format_: str, lang: str | None, reader: str | None) -> Pieces:
    """Look format, language and reader up before anything runs; give what turns verdicts into text."""
    renderer = choices.renderer(format_)
    audience = choices.audience(reader, renderer.AUDIENCE)
    options = replace(screen.options(choices.language(lang)), audience=audience)
    return lambda verdicts: renderer.render(verdicts, options)


def _each(judge_one: Callable[[T], Verdict], things: Iterable[T], written: Pieces) -> int:
    """Judge one after the other, and write each as it comes; the trouble of one does not take the others away."""
    codes: list[int] = []

    def verdicts() -> Iterator[Verdict]:
        for thing in things:
            try:
                verdict = judge_one(thing)
            except KitError as error:
                screen.trouble(error)
                codes.append(error.exit_code)
            else:
                codes.append(EXIT_CODES[verdict.outcome])
                yield verdict

    for piece in written(verdicts()):
        try:
            screen.result(piece)
        except KitError as error:
            screen.trouble(error)
            codes[-1:] = [error.exit_code]  # a verdict that nobody got
    return worst(codes)


def worst(codes: Iterable[int]) -> int:
    """Give the exit code of many: a fail is certain whatever else happened, so it beats inconclusive."""
    return min(codes, key=WORST_FIRST.index)


def _directories(exercise: str, submissions: list[Path], out: Path | None) -> list[Path]:
    """Give each submission its run directory: `--out` itself for one, a folder of its name in it for several."""
    if out is None:
        return [_default_directory(exercise) for _ in submissions]
    if len(submissions) == 1:
        return [out]
    names = [path.resolve().name for path in submissions]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"two submissions are called '{twice[0]}', so --out has one place for both",
            remedy="grade them one at a time, each with its own --out",
        )
    return [out / name for name in names]


def _default_directory(exercise: str) -> Path:
    return Path("runs") / f"{exercise}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"

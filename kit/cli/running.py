"""kit run, regrade: the whole story for the reference, and its end alone."""

import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from kit import renderers
from kit.cli import choices, lease, screen
from kit.errors import KitError
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
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where the evidence goes; without it, a new folder in ./runs."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--jobs",
        min=1,
        max=256,
        metavar="N",
        help="Runs side by side; else what this machine holds.",
    ),
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
    profile: Annotated[
        bool, typer.Option("--profile", help="Say on stderr where the time went, stage by stage.")
    ] = False,
) -> None:
    """Run the reference solution of an exercise, judge it, and show calls and packets on one time line."""
    choices.warm(backend)
    from kit.cli.ahead import PICTURE, importing
    from kit.cli.live import following, picture
    from kit.cli.profile import Profile
    from kit.judge import judge

    profiled = Profile()

    written = choices.written(format_, lang, reader)
    language = choices.language(lang)
    exercise = choices.exercise(name)
    chosen = choices.backend(backend)
    directory = out or default_directory(exercise.name)
    needed = (f"kit.renderers.{format_}", *(PICTURE if format_ == "text" else ()))
    shown = following(directory, screen.options(language, sys.stderr)) if live else screen.progress()
    with shown as tell, profiled.noting(tell) as told:
        verdict = judge(exercise, None, seed, chosen, directory, importing(told, *needed))
    if format_ == "text" and not live:
        screen.result(picture(directory, screen.options(language)))
    for piece in written([verdict]):
        screen.result(piece)
    if profile:
        profiled.show()
    raise typer.Exit(EXIT_CODES[verdict.outcome])


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

    def judged(folder: Path) -> Verdict:
        return judge_again(folder, choices.own_checks(folder))

    written = choices.written(format_, lang, reader)
    raise typer.Exit(each((attempt(judged, folder) for folder in run_dirs), written))


def attempt(judge_one: Callable[[T], Verdict], thing: T) -> Verdict | KitError:
    """Give the verdict, or the trouble in its place."""
    try:
        return judge_one(thing)
    except KitError as error:
        return error


def each(results: Iterable[Verdict | KitError], written: choices.Pieces) -> int:
    """Write each verdict as it comes, and give the exit code; the trouble of one does not take the others away."""
    codes: list[int] = []

    def verdicts() -> Iterator[Verdict]:
        for result in results:
            if isinstance(result, KitError):
                screen.trouble(result)
                codes.append(result.exit_code)
            else:
                codes.append(EXIT_CODES[result.outcome])
                yield result

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


def default_directory(exercise: str) -> Path:
    return Path("runs") / f"{exercise}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"

"""kit handout: what an author gives to students."""

from pathlib import Path
from typing import Annotated

import typer

from kit.cli import choices, screen
from kit.cli.running import Name


def handout(
    name: Name,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write; without it, NAME-handout.zip in this folder."),
    ] = None,
) -> None:
    """Pack an exercise for students: statement, starter and visible checks, without any solution."""
    from kit.exercise.handout import archive
    from kit.whole import write_whole

    exercise = choices.exercise(name)
    path = out or Path(f"{exercise.name}-handout.zip")
    write_whole(path, archive(exercise))
    screen.result(f"{path}\n")

"""kit handout, schema: what an author gives to students, and to an editor."""

import json
from pathlib import Path
from typing import Annotated

import typer

from kit.cli import choices, screen
from kit.cli.running import Name

SCHEMA_FILE = "schema.json"


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


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="For this exercise, which may have checks of its own; without it, for any."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; without it, to standard output.")
    ] = None,
    line: Annotated[
        bool,
        typer.Option(
            "--line", help="Print the comment that tells an editor of the schema, and nothing else."
        ),
    ] = False,
) -> None:
    """Write the JSON Schema of exercise.yaml, with which an editor completes and checks what you type.

    First `kit schema --out exercises/schema.json`, then the line of `kit schema --line` in each exercise.yaml:
    # yaml-language-server: $schema=../schema.json
    """
    from kit.exercise.schema import schema as made
    from kit.whole import write_whole

    if line:
        where = (out or Path(SCHEMA_FILE)).name
        screen.result(f"# yaml-language-server: $schema=../{where}\n")
        return
    own = {} if name is None else choices.exercise(name).own
    text = json.dumps(made(own), ensure_ascii=False, indent=1) + "\n"
    if out is None:
        screen.result(text)
        return
    write_whole(out, text)
    screen.result(f"{out}\n")

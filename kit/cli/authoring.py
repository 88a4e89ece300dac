"""kit new, handout, schema: what an author begins with, gives to students, and to an editor."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, screen
from kit.cli.running import Name
from kit.errors import UsageError
from kit.renderers import inert_line

if TYPE_CHECKING:
    from kit.exercise.new import Protocol

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


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What people will type: words with - between them.")
    ],
    title_en: Annotated[
        str | None, typer.Option("--title-en", metavar="TEXT", help="Its title in English.")
    ] = None,
    title_zh: Annotated[
        str | None, typer.Option("--title-zh", metavar="TEXT", help="Its title in Chinese.")
    ] = None,
    topics: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="What it is about, with commas between; the first is its group."),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(metavar="tcp|udp", help="What its programs speak; tcp.")
    ] = None,
    clients: Annotated[int | None, typer.Option(metavar="N", help="Hosts with a client, 1 to 3; 2.")] = None,
    difficulty: Annotated[
        int | None, typer.Option(min=1, max=5, metavar="1-5", help="How hard it is; 1.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to write; without it, exercises/NAME, or NAME where there is no such folder.",
        ),
    ] = None,
) -> None:
    """Write a new exercise that is whole and passes `kit lint`: make another one of it, piece by piece.

    On a terminal it asks for what no option says.
    """
    from kit.exercise import new as made
    from kit.whole import write_whole

    given = _Given(sys.stdin.isatty())
    asked = made.Asked(
        name=name,
        title_en=given.text(title_en, "title in English", name.replace("-", " ")),
        title_zh=given.text(title_zh, "title in Chinese (中文标题)", name),
        topics=_words(given.text(topics, "topics, with commas between", "sockets")),
        protocol=_protocol(given.text(protocol, "protocol (tcp or udp)", "tcp")),
        clients=given.number(clients, "clients (1 to 3)", 2),
        difficulty=given.number(difficulty, "difficulty (1 to 5)", 1),
    )
    folder = out or _place(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{inert_line(str(folder))}: is not empty", remedy="take another name, or --out DIR")
    for file, data in made.files(asked).items():
        path = folder / file
        _make_folder(path.parent)
        write_whole(path, data)
    screen.result(f"{folder}\n")
    screen.note(f"kit: next: change its files, then kit lint {folder}; docs/authors.md shows how")


@dataclass(frozen=True, slots=True)
class _Given:
    """What an option says, else what a person answers, else the default."""

    asks: bool

    def text(self, said: str | None, question: str, default: str) -> str:
        if said is not None or not self.asks:
            return default if said is None else said
        answer: str = typer.prompt(question, default=default, err=True)
        return answer

    def number(self, said: int | None, question: str, default: int) -> int:
        if said is not None or not self.asks:
            return default if said is None else said
        answer: int = typer.prompt(question, default=default, type=int, err=True)
        return answer


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for each in text.replace("，", ",").split(",") if (word := each.strip()))


def _protocol(asked: str) -> "Protocol":
    from kit.exercise.new import PROTOCOLS

    for known in PROTOCOLS:
        if asked == known:
            return known
    raise choices.unknown("protocol", asked, PROTOCOLS)


def _place(name: str) -> Path:
    exercises = Path("exercises")
    return exercises / name if exercises.is_dir() else Path(name)


def _make_folder(folder: Path) -> None:
    from kit.whole import cannot_write

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error

"""kit list, show: what there is, and one exercise."""

import json
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, screen
from kit.cli.running import Lang, Name
from kit.errors import KitError
from kit.renderers import in_language, inert, inert_line, word

if TYPE_CHECKING:
    from rich.markdown import Markdown
    from rich.table import Table

    from kit.exercise.loader import Exercise


def list_exercises(
    format_: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How the list is written.")
    ] = "text",
    lang: Lang = None,
) -> None:
    """List the exercises."""
    from kit.exercise import catalogue

    language = choices.language(lang)
    formats = {"text": _list_text, "json": _list_json}
    if format_ not in formats:
        raise choices.unknown("format", format_, formats, f"the formats are: {', '.join(formats)}")
    exercises, code = _loaded(catalogue.names())
    formats[format_](exercises, language)
    raise typer.Exit(code)


def _loaded(names: "list[str]") -> "tuple[list[Exercise], int]":
    """Load what can be loaded; tell the trouble of the others, and give the exit code."""
    exercises = []
    code = 0
    for name in names:
        try:
            exercises.append(choices.exercise(name))
        except KitError as error:
            screen.trouble(error)
            code = error.exit_code
    return exercises, code


def _list_text(exercises: "list[Exercise]", lang: str) -> None:
    table = _grid()
    for exercise in exercises:
        definition = exercise.definition
        about = " · ".join(filter(None, (", ".join(definition.topics), definition.document)))
        title = inert_line(in_language(definition.title, lang) or "")
        table.add_row(exercise.name, "●" * definition.difficulty, f"{title}\n{inert_line(about)}")
    with screen.page(lang) as page:
        page.print(table)


def _list_json(exercises: "list[Exercise]", lang: str) -> None:
    for exercise in exercises:
        definition = exercise.definition
        value = {
            "exercise": exercise.name,
            "title": in_language(definition.title, lang),
            "topics": definition.topics,
            "difficulty": definition.difficulty,
            "document": definition.document,
        }
        screen.result(json.dumps(value) + "\n")


def show(name: Name, lang: Lang = None) -> None:
    """Show an exercise: its statement, its programs, its checks."""
    from kit.exercise import catalogue

    language = choices.language(lang)
    exercise = choices.exercise(name)
    with screen.page(language) as page:
        page.print(_markdown(catalogue.statement(exercise, language)))
        for heading, table in (
            ("programs", _programs(exercise)),
            ("checks", _checks(exercise, language)),
            ("try it", _commands(name, exercise, language)),
        ):
            page.print("\n" + word(language, heading), style="bold")
            page.print(table)


def _markdown(text: str) -> "Markdown":
    from rich.markdown import Markdown

    return Markdown(inert(text))


def _programs(exercise: "Exercise") -> "Table":
    """Give a row a program: what it is called, where it runs, its command, whether it is handed in."""
    table = _grid()
    for name, program in exercise.definition.programs.items():
        command = program.run or ("python3", program.script or "", *program.args)
        table.add_row(name, program.host or name, inert_line(shlex.join(command)))
    return table


def _checks(exercise: "Exercise", lang: str) -> "Table":
    """Give a row a check and a role. A hidden one shows that it is there and what it is worth, as in a verdict."""
    table = _grid()
    hidden = 0
    for check in exercise.definition.checks:
        hidden += check.hidden
        name = word(lang, "hidden name", number=hidden) if check.hidden else check.name
        why = word(lang, "hidden") if check.hidden else inert(in_language(check.why, lang) or "")
        table.add_row(name, _points(check.points, lang), why)
    roles = exercise.definition.roles or {}
    for name, role in roles.items():
        others = [file for other in roles.values() if other is not role for file in other.files]
        said = word(lang, "role", files=", ".join(role.files), others=", ".join(others))
        table.add_row(name, _points(role.points, lang), inert_line(said))
    if (handout := exercise.definition.handout) is not None and handout.hidden_checks:
        name = word(lang, "hidden checks", count=handout.hidden_checks)
        table.add_row(name, _points(handout.hidden_points, lang), word(lang, "not handed out"))
    return table


def _points(points: float, lang: str) -> str:
    return word(lang, "point") if points == 1 else word(lang, "points", count=f"{points:g}")


def _commands(name: str, exercise: "Exercise", lang: str) -> "Table":
    table = _grid()
    if exercise.definition.handout is None:
        table.add_row(f"kit run {name}", word(lang, "run the reference"))
    table.add_row(
        f"kit grade {name} {word(lang, 'folder')}",
        word(lang, "grade yours", files=", ".join(map(inert_line, exercise.definition.submit))),
    )
    return table


def _grid() -> "Table":
    """Give a table whose names stay whole; what explains them takes the room that is left."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    return table

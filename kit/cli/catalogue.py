"""kit list, show: what there is, and one exercise."""

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, screen
from kit.cli.running import Lang, Name
from kit.errors import KitError
from kit.exercise.faults import shown_path
from kit.exercise.languages import language_of, ways
from kit.renderers import in_language, inert, inert_line, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.markdown import Markdown
    from rich.table import Table

    from kit.exercise.loader import Exercise
    from kit.exercise.model import Definition


GROUPINGS = ("course", "topic", "difficulty")


@dataclass(frozen=True)
class _Listed:
    """What there is to say of the exercises: all of them, in which folders they are, which are shown, and what was solved here."""

    definitions: "Mapping[str, Definition]"
    places: "Mapping[str, str]"
    shown: "tuple[str, ...]"
    solved: "frozenset[str]"


def list_exercises(
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="TOPIC", help="Only those about this.")
    ] = None,
    difficulty: Annotated[
        int | None, typer.Option("--difficulty", metavar="1-5", min=1, max=5, help="Only those as difficult.")
    ] = None,
    open_: Annotated[
        bool,
        typer.Option("--open", help="Only what you have not solved, and have solved all that comes before."),
    ] = False,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="|".join(GROUPINGS),
            help="In which groups; course: what to know before comes first.",
        ),
    ] = "course",
    format_: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How the list is written.")
    ] = "text",
    lang: Lang = None,
) -> None:
    """List the exercises in the order to learn them, your own first, and which of them you have solved."""
    language = choices.language(lang)
    formats = {"text": _list_text, "json": _list_json}
    if format_ not in formats:
        raise choices.unknown("format", format_, formats)
    if by not in GROUPINGS:
        raise choices.unknown("grouping", by, GROUPINGS)
    exercises, code = choices.all_exercises()
    listed = _listed(exercises, topic, difficulty, open_=open_)
    formats[format_](listed, by, language)
    raise typer.Exit(code)


def _listed(
    exercises: "list[Exercise]", topic: str | None, difficulty: int | None, *, open_: bool
) -> _Listed:
    """Choose among them. Raises UsageError for a topic that no exercise has."""
    from kit.learning import course

    definitions = {exercise.name: exercise.definition for exercise in exercises}
    topics = {each for definition in definitions.values() for each in definition.topics}
    if topic is not None and topic not in topics:
        raise choices.unknown("topic", topic, sorted(topics))
    solved = _solved()
    places = {exercise.name: shown_path(exercise.folder.parent) for exercise in exercises}
    in_turn = list(dict.fromkeys(places.values()))
    shown = [
        name
        for name in sorted(course.ordered(definitions), key=lambda name: in_turn.index(places[name]))
        if (topic is None or topic in definitions[name].topics)
        and difficulty in (None, definitions[name].difficulty)
        and (not open_ or course.is_open(definitions, name, solved))
    ]
    return _Listed(definitions, places, tuple(shown), solved)


def _solved() -> frozenset[str]:
    """Give those that were solved here. A record that cannot be read hides no exercise."""
    from kit import state
    from kit.learning import progress

    try:
        return progress.load(state.place(progress.FILE)).solved
    except KitError as error:
        screen.trouble(error)
        return frozenset()


def _list_text(listed: _Listed, by: str, lang: str) -> None:
    groups: dict[str, list[str]] = {}
    for name in listed.shown:
        groups.setdefault(_group(listed, name, by), []).append(name)
    with screen.page(lang) as page:
        for heading in sorted(groups) if by == "difficulty" else groups:
            if heading:
                page.print(heading, style="bold")
            table = _grid()
            for name in groups[heading]:
                table.add_row(*_row(listed, name, lang))
            page.print(table)


def _group(listed: _Listed, name: str, by: str) -> str:
    """Give the heading under which an exercise stands; in the course it is its folder, where there are several."""
    definition = listed.definitions[name]
    if by == "topic":
        return inert_line(next(iter(definition.topics), "-"))
    if by == "difficulty":
        return "●" * definition.difficulty
    return inert_line(listed.places[name]) if len(set(listed.places.values())) > 1 else ""


def _row(listed: _Listed, name: str, lang: str) -> tuple[str, str, str]:
    from kit.learning import course

    definition = listed.definitions[name]
    known = [
        f"{before} ✓" if before in listed.solved else before
        for before in course.before(listed.definitions, name)
    ]
    after = word(lang, "after", names=", ".join(known)) if known else ""
    about = " · ".join(filter(None, (", ".join(definition.topics), definition.document, after)))
    title = inert_line(in_language(definition.title, lang) or "")
    mark = "✓" if name in listed.solved else " "
    return f"{mark} {name}", "●" * definition.difficulty, f"{title}\n{inert_line(about)}"


def _list_json(listed: _Listed, _by: str, lang: str) -> None:
    for name in listed.shown:
        definition = listed.definitions[name]
        value = {
            "exercise": name,
            "title": in_language(definition.title, lang),
            "topics": definition.topics,
            "difficulty": definition.difficulty,
            "prerequisites": definition.prerequisites,
            "document": definition.document,
            "solved": name in listed.solved,
        }
        screen.result(json.dumps(value) + "\n")


def show(name: Name, lang: Lang = None) -> None:
    """Show an exercise: its statement, its programs, its checks."""
    from kit.exercise import catalogue

    language = choices.language(lang)
    exercise = choices.exercise(name)
    with screen.page(language) as page:
        page.print(_markdown(catalogue.statement(exercise, language)))
        page.print()
        page.print(screen.labelled(_about(exercise, language)))
        for heading, table in (
            ("programs", _programs(exercise)),
            ("checks", _checks(exercise, language)),
            ("try it", _commands(name, exercise, language)),
        ):
            page.print("\n" + word(language, heading), style="bold")
            page.print(table)


def _about(exercise: "Exercise", lang: str) -> list[tuple[str, str]]:
    """Give what stands in `kit list`, with its labels."""
    definition = exercise.definition
    rows = {
        "difficulty": "●" * definition.difficulty,
        "topics": ", ".join(definition.topics),
        "known before": ", ".join(definition.prerequisites),
        "document": definition.document,
        "folder of it": shown_path(exercise.folder),
    }
    return [(word(lang, key), inert_line(text)) for key, text in rows.items() if text]


def _markdown(text: str) -> "Markdown":
    from rich.markdown import Markdown

    return Markdown(inert(text))


def _programs(exercise: "Exercise") -> "Table":
    """Give a row a program: what it is called, where it runs, its command, whether it is handed in."""
    table = _grid()
    for name, program in exercise.definition.programs.items():
        script = program.script or ""
        command = program.run or (*language_of(script).typed(script), *program.args)
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
    table.add_row(f"kit learn {name}", word(lang, "learn it"))
    if exercise.definition.handout is None:
        table.add_row(f"kit run {name}", word(lang, "run the reference"))
    table.add_row(
        f"kit grade {name} {word(lang, 'folder')}",
        word(lang, "grade yours", files=", ".join(map(inert_line, exercise.definition.submit))),
    )
    if exercise.definition.languages:
        table.add_row("", word(lang, "other languages", files=_in_other_languages(exercise.definition)))
    return table


def _in_other_languages(definition: "Definition") -> str:
    further = [way for file in definition.submit for way in ways(file, definition.languages)[1:]]
    return ", ".join(map(inert_line, further))


def _grid() -> "Table":
    """Give a table whose names stay whole; what explains them takes the room that is left."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    return table

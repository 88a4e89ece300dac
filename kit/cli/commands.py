"""The commands by name, and where each is. A command's module is imported when it is the one that was typed: all of them
together take longer to import than a short command takes.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping
from typing import Any, NamedTuple


class Place(NamedTuple):
    """`attribute` of kit/cli/`module`.py is the function, or the group, that has the command; `help` one line."""

    module: str
    attribute: str
    help: str  # "": it is hidden


COMMANDS = {
    "list": Place("catalogue", "list_exercises", "List the exercises in the order to learn them."),
    "show": Place("catalogue", "show", "Show an exercise: its statement, programs and checks."),
    "learn": Place("learning", "learn", "Work on an exercise: your files, a run, hint after hint."),
    "run": Place("running", "run", "Run the reference solution, judge it, show its packets."),
    "grade": Place("grading", "grade", "Run submissions of an exercise and judge each."),
    "results": Place("results", "results", "Tell what was graded, and export a gradebook."),
    "regrade": Place("running", "regrade", "Judge stored runs again, from their evidence alone."),
    "ladder": Place("ladder", "ladder", "Show calls, packets and states of a run on one time line."),
    "pcap": Place("exporting", "pcap", "Write a run as one pcapng for Wireshark."),
    "report": Place("reporting", "report", "Write a run down as one HTML file, or as a picture."),
    "handout": Place("authoring", "handout", "Pack an exercise for students, without its solutions."),
    "claims": Place("claims", "claims", "Say what of a note on TCP is true, and prove it here."),
    "new": Place("authoring", "new", "Write a new exercise that is whole and passes `kit lint`."),
    "lint": Place("linting", "lint", "Hold exercises to what they owe, by running them."),
    "schema": Place("authoring", "schema", "Write the JSON Schema of exercise.yaml, for editors."),
    "doctor": Place("machine", "doctor", "Tell what this machine has, what is missing, and what helps."),
    "clean": Place("machine", "clean", "Remove what dead runs left on this machine, and only that."),
    "image": Place("machine", "image", "The image that Docker's hosts are made of."),
    "export": Place("exporting", "export", "An exercise packed for somebody else's machine."),
    "worker": Place("working", "worker", ""),
}


class Commands(MutableMapping[str, Any]):
    """typer's commands by name, each imported when it is asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _loaded(name, COMMANDS[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _loaded(name: str, place: Place) -> Any:
    import typer  # who reads the table needs none

    found = getattr(importlib.import_module(f"kit.cli.{place.module}"), place.attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(name, hidden=not place.help)(found)
    return typer.main.get_command(alone)

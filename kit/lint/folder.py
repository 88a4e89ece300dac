"""An exercise's folder, read once: all that the rules about files ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kit.errors import KitError, UsageError
from kit.exercise import catalogue
from kit.exercise.faults import shown_path
from kit.exercise.languages import PYTHON, language_of
from kit.exercise.loader import FILE, files_below, load
from kit.exercise.model import LANGUAGES
from kit.exercise.yaml import Mapping as Node
from kit.exercise.yaml import Sequence
from kit.lint.complaint import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kit.exercise.loader import Exercise
    from kit.exercise.model import Language, Wrong


@dataclass(frozen=True)
class Solution:
    """A wrong one: what it says of itself, and its files."""

    said: Wrong
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def languages(self) -> set[str]:
        return languages_in(self.files)


def languages_in(files: Iterable[str]) -> set[str]:
    """Tell what a machine must have to run these files."""
    return {language_of(name).name for name in files}


@dataclass(frozen=True)
class Written:
    """An exercise as its author wrote it. `statements`: those that are there. `prerequisites`: of this exercise and of all
    that it asks for, as far as there are such exercises: beside it, or among those that came with the kit. `starters` are
    those in other languages, by folder; `rights` are further right solutions, by label."""

    exercise: Exercise
    source: str = field(repr=False)  # of exercise.yaml
    statements: Mapping[Language, str] = field(repr=False)
    starter: Mapping[str, bytes] = field(repr=False)
    wrongs: Mapping[str, Solution]
    prerequisites: Mapping[str, tuple[str, ...]]
    starters: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False)
    rights: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False)

    def at(self, file: str, line: int = 1, column: int = 1) -> Place:
        return Place(shown_path(self.exercise.folder / file), line, column)

    def at_key(self, key: str) -> Place:
        """Give the place of a top-level key of exercise.yaml; its beginning where the key is not there."""
        found = self.exercise.tree.key(key)
        return self.at(FILE, found.line, found.column) if found else self.at(FILE)

    def at_item(self, key: str, number: int) -> Place:
        """Give the place of the n-th entry (from 0) of a top-level list."""
        node = self.exercise.tree.get(key)
        if isinstance(node, Sequence) and number < len(node.items):
            return self.at(FILE, node.items[number].line, node.items[number].column)
        return self.at_key(key)

    def at_role(self, role: str) -> Place:
        node = self.exercise.tree.get("roles")
        found = node.key(role) if isinstance(node, Node) else None
        return self.at(FILE, found.line, found.column) if found else self.at_key("roles")

    def at_finding(self, name: str) -> Place:
        """Give the place of a check or a role; of the timeline for kit's own findings."""
        definition = self.exercise.definition
        for number, check in enumerate(definition.checks):
            if check.name == name:
                return self.at_item("checks", number)
        return self.at_role(name) if name in (definition.roles or {}) else self.at_key("timeline")

    @property
    def findings(self) -> list[str]:
        """Name what a verdict answers: checks, and roles."""
        definition = self.exercise.definition
        return [*(check.name for check in definition.checks), *(definition.roles or ())]


def read(folder: Path) -> Written:
    """Read it. Raises ExerciseError with all faults of format, UsageError where there is no exercise to lint."""
    exercise = load(folder)
    if exercise.definition.handout is not None:
        raise UsageError(
            f"{exercise.name} is a handout: what lint asks for is not in it",
            remedy="name the exercise that it was made of",
        )
    statements: dict[Language, str] = {}
    for language in LANGUAGES:
        path = folder / f"statement.{language}.md"
        if path.is_file():
            statements[language] = path.read_text(encoding="utf-8", errors="replace")
    wrongs = {
        label: Solution(said, _without_note(files_below(folder / "wrong" / label)))
        for label, said in catalogue.wrongs(exercise).items()
    }
    return Written(
        exercise,
        (folder / FILE).read_text(encoding="utf-8-sig", errors="replace"),
        statements,
        files_below(folder / "starter"),
        wrongs,
        _prerequisites(exercise),
        {
            path.name: files_below(path)
            for language, path in catalogue.starters(exercise).items()
            if language != PYTHON.name
        },
        {label: files_below(path) for label, path in catalogue.rights(exercise).items()},
    )


def _without_note(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name != catalogue.WRONG_FILE}


def _prerequisites(exercise: Exercise) -> dict[str, tuple[str, ...]]:
    """Read what should be known before, and before that. One that cannot be read is its own author's business."""
    found = {exercise.name: exercise.definition.prerequisites}
    asked = list(exercise.definition.prerequisites)
    there = catalogue.beside(exercise)
    while asked:
        name = asked.pop()
        if name in found or name not in there:
            continue
        try:
            found[name] = load(there[name]).definition.prerequisites
        except KitError:
            found[name] = ()
        asked += found[name]
    return found

"""exercise.yaml -> Exercise, or every fault of it at once, each with path:line:column."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from kit.checks import _own
from kit.errors import UsageError
from kit.exercise import parameters, typed, yaml
from kit.exercise.faults import Faults, shown_path
from kit.exercise.items import read_check, read_program, read_step
from kit.exercise.model import CheckSpec, Definition, Param, Program, Step
from kit.exercise.references import Strict
from kit.exercise.rules import RULES, Draft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.checks._own import OwnChecks

FILE = "exercise.yaml"
OWN_CHECKS = _own.FILE
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Exercise:
    """An exercise folder as it was read. `definition` has the parameters' defaults filled in."""

    name: str
    folder: Path
    definition: Definition
    reference: Mapping[str, bytes] = field(repr=False)  # relative name -> content
    digest: str  # SHA-256 of all that decides a verdict: exercise.yaml, checks.py, the files of reference/
    tree: yaml.Mapping = field(repr=False)  # as written, with `${name}` in it
    own: OwnChecks = field(default_factory=dict)  # checks of its own, from checks.py
    _last: dict[tuple[tuple[str, str], ...], Definition] = field(
        default_factory=dict, repr=False, compare=False
    )

    def with_params(self, values: Mapping[str, str]) -> Definition:
        """Give the definition with these values for its parameters. Raises ExerciseError.

        The last one is remembered: who plans a run asks, and who says what it is judged by.
        """
        drawn = tuple(sorted(values.items()))
        if drawn not in self._last:
            faults = Faults(self.folder / FILE)
            made = faults.checked(_define(self.tree, values, self.reference, self.own, faults))
            self._last.clear()
            self._last[drawn] = made
        return self._last[drawn]


def load(folder: Path) -> Exercise:
    """Read an exercise. Raises ExerciseError with all its faults, UsageError where there is no exercise."""
    data = _bytes_of(folder / FILE)
    reference = files_below(folder / "reference")
    own, checks_file = own_of(folder)
    definition, tree = defined(folder / FILE, data, reference, own)
    content = {FILE: data, **checks_file, **{f"reference/{name}": each for name, each in reference.items()}}
    return Exercise(folder.resolve().name, folder, definition, reference, digest_of(content), tree, own)


def own_of(folder: Path) -> tuple[OwnChecks, dict[str, bytes]]:
    """Read the checks that an exercise has of its own, and give their file, too. Raises ExerciseError."""
    path = folder / OWN_CHECKS
    if not path.is_file():
        return {}, {}
    from kit.exercise import own_checks  # noqa: PLC0415  # few exercises have any

    data = _bytes_of(path)
    return own_checks.read(path, data), {OWN_CHECKS: data}


def defined(
    path: Path, data: bytes, reference: Mapping[str, bytes], own: OwnChecks
) -> tuple[Definition, yaml.Mapping]:
    """Read the text of an exercise.yaml, and give its tree, too; `path` is for faults. Raises ExerciseError."""
    faults = Faults(path)
    tree = _tree(data, faults)
    return faults.checked(_define_for_any_draw(tree, reference, own, faults)), tree


def read_file(model: type[Model], path: Path, known: Mapping[str, list[str]]) -> Model:
    """Read a YAML file without parameters; `known` has the names that its references may mean. Raises ExerciseError."""
    faults = Faults(path)
    tree = _tree(_bytes_of(path), faults)
    value = typed.read(model, tree, faults)
    typed.look_up(typed.references(typed.Kind.of(model), tree), known, faults)
    return faults.checked(value)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        remedy = "`kit list` shows what there is" if path.name == FILE else f"write {path.name}"
        raise UsageError(f"{shown_path(path)} is missing", remedy=remedy) from None
    except OSError as error:
        raise UsageError(f"{shown_path(path)} cannot be read: {error.strerror}") from None


def _tree(data: bytes, faults: Faults) -> yaml.Mapping:
    node = yaml.compose(data, faults)
    if node is not None and not isinstance(node, yaml.Mapping):
        faults.add(node, f"expected 'key: value' lines, found {yaml.found(node)}")
    return node if isinstance(node, yaml.Mapping) else faults.checked(None)


def files_below(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder of the author's: relative name -> content. Hidden and compiled ones are none."""
    files = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            files["/".join(parts)] = path.read_bytes()
    return files


def digest_of(files: Mapping[str, bytes]) -> str:
    """Give one SHA-256 for names and contents together."""
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        for part in (name.encode("utf-8", "surrogateescape"), content):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _define_for_any_draw(
    tree: yaml.Mapping, reference: Mapping[str, bytes], own: OwnChecks, faults: Faults
) -> Definition | None:
    """Define with the defaults, after showing that the lowest and the highest draw are right too."""
    params = _params(tree, faults)
    _tell_narrow(tree, params, faults)
    definition = _define(
        tree, {name: param.default for name, param in params.items()}, reference, own, faults
    )
    if definition is not None and not faults:
        for values in parameters.extremes(params):
            _define(tree, values, reference, own, faults)
    return definition


def _params(tree: yaml.Mapping, faults: Faults) -> dict[str, Param]:
    """Give the parameters; one that could not be read stands there as far as it goes, so that its name is known."""
    node = tree.get("params")
    if not isinstance(node, yaml.Mapping):
        return {}
    return {key.text: typed.read(Param, value, faults) or _unread(value) for key, value in node.entries}


def _unread(node: yaml.Node) -> Param:
    default = node.get("default") if isinstance(node, yaml.Mapping) else None
    return Param(default=default.text if isinstance(default, yaml.Scalar) else "1")


def _tell_narrow(tree: yaml.Mapping, params: Mapping[str, Param], faults: Faults) -> None:
    node = tree.get("params")
    for name in parameters.too_narrow(params):
        place = (node.key(name) if isinstance(node, yaml.Mapping) else None) or tree
        faults.add(
            place, f"{name!r} has too few values for a draw in which no two parameters are equal; widen it"
        )


def _define(
    tree: yaml.Mapping,
    values: Mapping[str, str],
    reference: Mapping[str, bytes],
    own: OwnChecks,
    faults: Faults,
) -> Definition | None:
    """Make a definition with these parameters: its parts, the whole, and what holds between them."""
    if parameters.filled_characters(tree, values) > parameters.MAX_FILLED_CHARACTERS:
        most = parameters.MAX_FILLED_CHARACTERS
        faults.add(
            tree.key("params") or tree, f"with its parameters the file has more than {most} characters"
        )
        return None
    root = _listed(_filled(tree, values, faults), "link")
    programs = {
        key.text: read_program(key, value, faults) for key, value in _entries_of(root.get("programs"))
    }
    steps = tuple(read_step(item, faults) for item in _items_of(root.get("timeline")))
    checks = tuple(read_check(item, own, faults) for item in _items_of(root.get("checks")))
    data = yaml.plain(root)
    if programs:
        data["programs"] = {name: item.value or _NO_PROGRAM for name, item in programs.items()}
    if steps:
        data["timeline"] = [item.value or _NO_STEP for item in steps]
    if checks:
        data["checks"] = [item.value or _NO_CHECK for item in checks]
    definition = typed.build(Definition, root, data, faults)
    draft = Draft(root, programs, steps, checks, reference)
    for rule in RULES:
        rule(draft, faults)
    return definition


# They stand for parts that could not be read, so that the whole is checked all the same; the parts'
# faults keep such a definition from being used.
_NO_PROGRAM = Program(script="none")
_NO_STEP = Step(action="none", value=Strict())
_NO_CHECK = CheckSpec(check="none", params=Strict(), name="none")


def _filled(tree: yaml.Mapping, values: Mapping[str, str], faults: Faults) -> yaml.Mapping:
    entries = tuple(
        (key, value if key.text == "params" else parameters.fill(value, values, faults))
        for key, value in tree.entries
    )
    return yaml.Mapping(entries, tree.line, tree.column)


def _listed(root: yaml.Mapping, name: str) -> yaml.Mapping:
    """Make a list of one of an entry that stands alone."""
    entries = tuple(
        (
            key,
            yaml.Sequence((value,), value.line, value.column)
            if key.text == name and isinstance(value, yaml.Mapping)
            else value,
        )
        for key, value in root.entries
    )
    return yaml.Mapping(entries, root.line, root.column)


def _entries_of(node: yaml.Node | None) -> tuple[tuple[yaml.Scalar, yaml.Node], ...]:
    return node.entries if isinstance(node, yaml.Mapping) else ()


def _items_of(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    return node.items if isinstance(node, yaml.Sequence) else ()

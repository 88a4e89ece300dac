"""An exercise as students get it: without its solutions, right and wrong, and without its hidden checks.

exercise.yaml is written anew from its tree, so that no comment tells what was left out; `${name}` stays, and what an
anchor stood for is written out. Parameters and timeline stay whole: the draw and the run are then the teacher's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml as pyyaml

from kit.errors import UsageError
from kit.exercise.catalogue import starters
from kit.exercise.loader import FILE, OWN_CHECKS, defined, files_below, own_of
from kit.exercise.model import LANGUAGES, Handout
from kit.exercise.packing import packed
from kit.exercise.yaml import Mapping, Node, Scalar, Sequence, plain

if TYPE_CHECKING:
    from collections import abc

    from kit.exercise.loader import Exercise
    from kit.exercise.model import CheckSpec

WIDTH = 110


class _Texts(pyyaml.SafeDumper):
    """Quotes no text for looking like a number: in an exercise nothing is guessed. But `<<` would be no key."""


_Texts.yaml_implicit_resolvers = {"<": pyyaml.SafeDumper.yaml_implicit_resolvers["<"]}


def archive(exercise: Exercise) -> bytes:
    """Give a .zip with one folder, the exercise's. Raises UsageError where there is nothing to hand out."""
    return packed({f"{exercise.name}/{name}": data for name, data in files(exercise).items()})


def files(exercise: Exercise) -> dict[str, bytes]:
    """Give relative names and contents: exercise.yaml, statements, starter, and of reference/ what is provided."""
    definition = exercise.definition
    if definition.handout is not None:
        raise UsageError(
            f"{exercise.name} is a handout already", remedy="name the exercise that it was made of"
        )
    if all(check.hidden for check in definition.checks):
        raise UsageError(
            f"{exercise.name} has hidden checks only, so its handout would have none",
            remedy="take `hidden: true` from what students may see",
        )
    given = provided(exercise)
    text = _text(exercise)
    own, checks_file = own_of(exercise.folder) if _needs_own_checks(exercise) else ({}, {})
    defined(exercise.folder / f"handout of {FILE}", text, given, own)
    found = {
        f"{folder.name}/{name}": data
        for folder in starters(exercise).values()
        for name, data in files_below(folder).items()
    }
    found |= {f"reference/{name}": data for name, data in given.items()}
    for language in LANGUAGES:
        path = exercise.folder / f"statement.{language}.md"
        if path.is_file():
            found[path.name] = path.read_bytes()
    return found | checks_file | {FILE: text}


def _needs_own_checks(exercise: Exercise) -> bool:
    """Whether a visible check is in the exercise's checks.py, which is then given whole. Raises UsageError where that would
    tell of a hidden one.
    """
    node = exercise.tree.get("checks")
    items = node.items if isinstance(node, Sequence) else ()
    own = [
        (_is_hidden(spec, item), spec.name)
        for spec, item in zip(exercise.definition.checks, items, strict=True)
        if spec.check in exercise.own
    ]
    if len({is_hidden for is_hidden, _ in own}) > 1:
        hidden = ", ".join(name for is_hidden, name in own if is_hidden)
        raise UsageError(
            f"{exercise.name}: {OWN_CHECKS} has visible checks and hidden ones ({hidden}), so whoever is given it reads both",
            remedy="say the hidden ones with kit's own checks, or hide all of the file's",
        )
    return any(not is_hidden for is_hidden, _ in own)


def provided(exercise: Exercise) -> dict[str, bytes]:
    """Give what of reference/ is no solution: programs that are not handed in, and what they need."""
    programs = exercise.definition.programs.values()
    named = {file for program in programs for file in (program.script, *program.files)}
    ours = named - set(exercise.definition.submit)
    return {name: data for name, data in exercise.reference.items() if name in ours}


def _text(exercise: Exercise) -> bytes:
    """Write exercise.yaml anew."""
    specs = exercise.definition.checks
    node = exercise.tree.get("checks")
    items = node.items if isinstance(node, Sequence) else ()
    read = list(zip(specs, items, strict=True))
    left_out = [spec for spec, item in read if _is_hidden(spec, item)]
    names = {spec.name for spec in left_out}
    kept = [_without_needs(spec, item, names) for spec, item in read if spec.name not in names]
    said = Handout(hidden_checks=len(left_out), hidden_points=sum(spec.points for spec in left_out))
    tree = plain(exercise.tree) | {"checks": kept}
    value = {"handout": {name: f"{number:g}" for name, number in said.model_dump().items()}} | tree
    written: str = pyyaml.dump(
        value, Dumper=_Texts, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH
    )
    return f"# Written by kit handout. `kit grade` runs and grades yours: see `kit show`.\n{written}".encode()


def _is_hidden(spec: CheckSpec, item: Node) -> bool:
    """Whether the check is hidden, or may be with some draw."""
    written = item.get("hidden") if isinstance(item, Mapping) else None
    return spec.hidden or (isinstance(written, Scalar) and "$" in written.text)


def _without_needs(spec: CheckSpec, item: Node, names: abc.Set[str]) -> dict[str, object]:
    """Give a check as written, but for what it needs of those that are left out."""
    written: dict[str, object] = plain(item)
    needs = [need for need in spec.needs if need not in names]
    if len(needs) < len(spec.needs):
        del written["needs"]
        written |= {"needs": needs} if needs else {}
    return written

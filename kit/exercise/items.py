"""The parts of an exercise, read one by one: programs, steps of the timeline, checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import Field

from kit import checks
from kit.exercise import typed
from kit.exercise.faults import did_you_mean, nearest
from kit.exercise.model import ACTIONS, CONDITIONS, CheckSpec, Program, Step
from kit.exercise.references import Reference, Strict
from kit.exercise.yaml import Mapping, Node, Scalar, Sequence, found, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.checks._own import OwnChecks
    from kit.exercise.faults import Faults

Value = TypeVar("Value")
COMMON = tuple(name for name in CheckSpec.model_fields if name not in ("check", "params"))


@dataclass(frozen=True, slots=True)
class Item(Generic[Value]):
    """An entry as it was read: `value` is None where it could not be, and the faults say why."""

    node: Node
    value: Value | None = None
    references: tuple[tuple[Reference, Scalar], ...] = ()

    def scalars(self, kind: str) -> list[Scalar]:
        return [scalar for reference, scalar in self.references if reference.kind == kind]


@dataclass(frozen=True, slots=True)
class ProgramItem:
    """A program as it was read; `value` is None where it could not be."""

    key: Scalar
    node: Node
    value: Program | None

    @property
    def host(self) -> str:
        return (self.value and self.value.host) or self.key.text

    @property
    def file_scalars(self) -> list[Scalar]:
        """Give the places where its files are named."""
        if self.value is None or not isinstance(self.node, Mapping):
            return []
        files = self.node.get("files")
        named = [self.node.get("script"), *(files.items if isinstance(files, Sequence) else [])]
        return [node for node in named if isinstance(node, Scalar)]


class _Within(Strict):
    """What every wait may say beside its condition."""

    within: Annotated[float, Field(gt=0, le=600)] | None = None


def read_program(key: Scalar, node: Node, faults: Faults) -> ProgramItem:
    return ProgramItem(key, node, typed.read(Program, node, faults))


def read_step(node: Node, faults: Faults) -> Item[Step]:
    actions = [*ACTIONS, "wait"]
    if not isinstance(node, Mapping) or not node.entries:
        faults.add(node, f"expected a step such as '- start: server', found {found(node)}")
        return Item(node)
    key, argument = node.entries[0]
    if key.text not in actions:
        faults.add(key, f"unknown action {key.text!r}{did_you_mean(key.text, actions)}")
        return Item(node)
    for other, _ in node.entries[1:]:
        faults.add(
            other,
            f"{other.text!r} stands beside {key.text!r}, but a step has one action; indent it, or begin it with '- '",
        )
    if key.text == "wait":
        return _read_wait(argument, faults)
    model, bare = ACTIONS[key.text]
    if bare is not None and not isinstance(argument, Mapping):
        argument = Mapping(((Scalar(bare, key.line, key.column), argument),), argument.line, argument.column)
    value = typed.read(model, argument, faults)
    step = Step(action=key.text, value=value) if value else None
    return Item(argument, step, tuple(typed.references(typed.Kind.of(model), argument)))


def _read_wait(node: Node, faults: Faults) -> Item[Step]:
    if not isinstance(node, Mapping):
        faults.add(
            node, f"expected a condition such as {{listening: server, port: 8001}}, found {found(node)}"
        )
        return Item(node)
    named = [key for key, _ in node.entries if key.text in CONDITIONS]
    if len(named) != 1:
        faults.add(named[1] if named else node, _not_one_condition(node, [key.text for key in named]))
        return Item(node)
    timing, condition = _split(node, tuple(_Within.model_fields))
    model = CONDITIONS[named[0].text]
    condition = _without_unknown(condition, typed.Kind.of(model).fields or {}, faults)
    value, within = typed.read(model, condition, faults), typed.read(_Within, timing, faults)
    step = Step(action="wait", value=value, within_s=within.within) if value and within else None
    return Item(node, step, tuple(typed.references(typed.Kind.of(model), condition)))


def _without_unknown(condition: Mapping, fields: Iterable[str], faults: Faults) -> Mapping:
    """Tell unknown keys here, where `within` is known beside the condition's own."""
    known, unknown = _split(condition, fields)
    for key, _ in unknown.entries:
        faults.add(key, f"unknown key {key.text!r}{did_you_mean(key.text, [*fields, *_Within.model_fields])}")
    return known


def _not_one_condition(node: Mapping, named: list[str]) -> str:
    if named:
        return f"a wait has one condition, found {' and '.join(named)}; make two waits of it"
    first = node.names()[0] if node.entries else ""
    return (
        f"expected a condition ({', '.join(CONDITIONS)}), found {found(node)}{_only_match(first, CONDITIONS)}"
    )


def read_check(node: Node, own: OwnChecks, faults: Faults) -> Item[CheckSpec]:
    """Read an entry of `checks`; `own` are the exercise's, beside kit's."""
    if not isinstance(node, Mapping):
        faults.add(
            node, f"expected a check such as '- handshake: {{from: client, to: server}}', found {found(node)}"
        )
        return Item(node)
    known = (*checks.names(), *own)
    common, rest = _split(node, COMMON)
    named = [(key, asked) for key, asked in rest.entries if key.text in known]
    _tell_keys_of_no_check(rest, node, known, bool(named), faults)
    for key, _ in named[1:]:
        faults.add(key, f"a second check {key.text!r} in one entry; begin it with '- '")
    if not named:
        return Item(node)
    key, asked = named[0]
    model = own[key.text] if key.text in own else checks.load(key.text).Params
    params = typed.read(model, asked, faults)
    data = {"name": key.text, **plain(common), "check": key.text, "params": params or Strict()}
    spec = typed.build(CheckSpec, common, data, faults)
    parts = ((model, asked), (CheckSpec, common))
    named_in = (each for part, below in parts for each in typed.references(typed.Kind.of(part), below))
    return Item(node, spec if params else None, tuple(named_in))


def _tell_keys_of_no_check(
    rest: Mapping, node: Mapping, known: Iterable[str], has_check: bool, faults: Faults
) -> None:
    """Tell a key that is neither a check nor common: a misspelt check where there is none yet, else a misspelt key."""
    unknown = [key for key, _ in rest.entries if key.text not in known]
    if not rest.entries:
        faults.add(node, f"no check is named here{did_you_mean('', known)}")
    for key in unknown:
        if has_check:
            faults.add(key, f"unknown key {key.text!r}{did_you_mean(key.text, COMMON)}")
        else:
            faults.add(key, f"unknown check {key.text!r}{did_you_mean(key.text, [*known, *COMMON])}")


def _split(node: Mapping, names: Iterable[str]) -> tuple[Mapping, Mapping]:
    """Part a mapping in two: the entries with these keys, and the others."""
    chosen = set(names)
    inside = tuple(entry for entry in node.entries if entry[0].text in chosen)
    outside = tuple(entry for entry in node.entries if entry[0].text not in chosen)
    return Mapping(inside, node.line, node.column), Mapping(outside, node.line, node.column)


def _only_match(name: str, names: Iterable[str]) -> str:
    match = nearest(name, names)
    return f"; did you mean {match!r}?" if match else ""

"""Nodes -> values of a model, and every fault as a sentence of ours at its place.

pydantic decides whether a value is right. What was expected is told from the field's type, never from
pydantic's messages, so a new check's parameters get good messages without a word of theirs.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kit.exercise.faults import did_you_mean
from kit.exercise.references import Mentions, Reference
from kit.exercise.yaml import Mapping, Node, Scalar, Sequence, found, plain

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from kit.exercise.faults import Faults

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], node: Node, faults: Faults) -> Model | None:
    """Read a node into a model; None when it does not fit, and `faults` says why."""
    return build(model, node, plain(node), faults)


def build(model: type[Model], node: Node, data: Any, faults: Faults) -> Model | None:
    """Make the model of `data`; what is wrong with it is said at the places of `node`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _tell(detail, Kind.of(model), node, faults)
        return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as a field has it: the bare type, and what `Annotated` and `Field` add."""

    bare: Any
    extras: tuple[Any, ...] = ()

    @classmethod
    def of(cls, annotation: Any, extras: Iterable[Any] = ()) -> Kind:
        extras = tuple(extras)
        while get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            extras += tuple(more)
        options = _options(annotation)
        if len(options) == 1:  # X | None: an author writes X
            return cls.of(options[0], extras)
        return cls(annotation, extras)

    @property
    def options(self) -> tuple[Kind, ...]:
        """The members of a union; none for another type."""
        return tuple(Kind.of(option) for option in _options(self.bare))

    @property
    def fields(self) -> dict[str, Kind] | None:
        """The keys of a model; None for another type."""
        if not (isinstance(self.bare, type) and issubclass(self.bare, BaseModel)):
            return None
        return _fields(self.bare)

    @property
    def items(self) -> Kind | None:
        """What a list or tuple holds; None for another type."""
        if get_origin(self.bare) in (tuple, list):
            return Kind.of(get_args(self.bare)[0])
        return None

    @property
    def values(self) -> Kind | None:
        """What a dictionary's keys lead to; None for another type."""
        return Kind.of(get_args(self.bare)[1]) if get_origin(self.bare) is dict else None

    def said(self, name: str) -> Any:
        """Give a constraint (`ge`, `le`, `min_length`, ...) or the description, wherever it was said."""
        values = (getattr(each, name, None) for each in self._all_extras())
        return next((value for value in values if value is not None), None)

    def _all_extras(self) -> Iterator[Any]:
        for each in self.extras:
            yield each
            if isinstance(each, FieldInfo):
                yield from each.metadata

    @property
    def reference(self) -> Reference | None:
        return next((each for each in self.extras if isinstance(each, Reference)), None)

    @property
    def mentions(self) -> Iterator[Mentions]:
        return (each for each in self.extras if isinstance(each, Mentions))

    def suits(self, node: Node) -> bool:
        """Whether a node of this shape can be meant."""
        match node:
            case Mapping():
                return self.fields is not None or self.values is not None
            case Sequence():
                return self.items is not None
            case Scalar():
                return self.fields is None and self.values is None and self.items is None

    def meant_by(self, node: Node) -> Kind | None:
        """Give the member of a union that the node means by its shape and keys; None where that is open."""
        fit = [option for option in self.options if option.suits(node)]
        if not isinstance(node, Mapping) or len(fit) < 2:
            return fit[0] if len(fit) == 1 else None
        return max(fit, key=lambda option: len(set(option.fields or ()) & set(node.names())))


@cache
def _fields(model: type[BaseModel]) -> dict[str, Kind]:
    """Give a model's keys. Asked for each node of an exercise, several times."""
    return {
        info.alias or name: Kind.of(info.annotation, (info, *info.metadata))
        for name, info in model.model_fields.items()
    }


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    return tuple(option for option in get_args(annotation) if option is not type(None))


def references(kind: Kind, node: Node) -> Iterator[tuple[Reference, Scalar]]:
    """Give every scalar below the node that must be the name of something; a name inside a text has its place."""
    if kind.options:
        meant = kind.meant_by(node)
        if meant is not None:
            yield from references(meant, node)
        return
    match node:
        case Scalar():
            yield from _named_by(kind, node)
        case Sequence() if kind.items:
            for item in node.items:
                yield from references(kind.items, item)
        case Mapping():
            fields = kind.fields or {}
            for name, value in node.entries:
                below = fields.get(name.text) or kind.values
                if below is not None:
                    yield from references(below, value)


def _named_by(kind: Kind, scalar: Scalar) -> Iterator[tuple[Reference, Scalar]]:
    reference = kind.reference or (kind.items and kind.items.reference)  # one stands for a list of one
    if reference:
        yield reference, scalar
    for mentions in kind.mentions:
        for name in mentions.find(scalar.text):
            yield Reference(mentions.kind), Scalar(name, scalar.line, scalar.column, scalar.quoted)


_NOUNS = {"place": "program or host"}


def look_up(
    named: Iterable[tuple[Reference, Scalar]], known: abc.Mapping[str, list[str]], faults: Faults
) -> None:
    """Tell every name that means nothing. A kind that is not among `known` is not looked up."""
    for reference, scalar in named:
        names = known.get(reference.kind)
        if names is not None and scalar.text not in names:
            noun = _NOUNS.get(reference.kind, reference.kind)
            faults.add_once(scalar, f"unknown {noun} {scalar.text!r}{did_you_mean(scalar.text, names)}")


def expected(kind: Kind) -> str:
    """Say what may stand there: `a whole number from 1 to 65535`."""
    if kind.said("description"):
        return str(kind.said("description"))
    if kind.reference:
        return f"the name of a {_NOUNS.get(kind.reference.kind, kind.reference.kind)}"
    if kind.options:
        return " or ".join(dict.fromkeys(expected(option) for option in kind.options))
    if get_origin(kind.bare) is Literal:
        choices = [str(choice) for choice in get_args(kind.bare)]
        return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"
    if kind.items:
        return "a list" + (" with at least one entry" if kind.said("min_length") else "")
    if kind.fields is not None:
        return f"a mapping with {', '.join(kind.fields)}"
    if kind.values:
        return "a mapping" + (" with at least one entry" if kind.said("min_length") else "")
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    return words.get(kind.bare, "another value") + _range(kind)


def _range(kind: Kind) -> str:
    low, above, high = kind.said("ge"), kind.said("gt"), kind.said("le")
    parts = []
    if low is not None:
        parts.append(f"from {low}" if high is not None else f"of at least {low}")
    if above is not None:
        parts.append(f"above {above}" if high is None else f"above {above} and")
    if high is not None:
        parts.append(f"to {high}" if low is not None else f"at most {high}")
    return "".join(f" {part}" for part in parts)


def _tell(detail: ErrorDetails, kind: Kind, node: Node, faults: Faults) -> None:
    """Say one of pydantic's errors in our words, at the node that it is about."""
    steps = list(detail["loc"])
    while steps:
        step = steps.pop(0)
        if kind.options:
            meant = kind.meant_by(node)
            if meant is None or meant.fields is None:
                break  # an error of one member alone says too little: tell what the whole union expects
            if step != meant.bare.__name__:
                return  # an error of a member that was not meant
            kind = meant
            continue
        if isinstance(node, Mapping) and steps == ["[key]"]:
            _tell_key(node, str(step), kind, faults)
            return
        below = _below(kind, node, step)
        if below is None:
            _tell_missing_or_unknown(detail["type"], node, str(step), kind, faults)
            return
        kind, node = below
    if isinstance(node, Sequence) and node.items and detail["type"] in ("too_short", "too_long"):
        _tell_length(kind, node, faults)
    elif isinstance(node, Scalar):
        faults.add_once(node, _sentence(detail, kind, node))
    else:
        faults.add(node, _sentence(detail, kind, node))


def _tell_length(kind: Kind, node: Sequence, faults: Faults) -> None:
    """Entries that are wrong do not count for pydantic; here they do, as they have faults of their own."""
    low, high, length = kind.said("min_length") or 0, kind.said("max_length"), len(node.items)
    if length < low or (high is not None and length > high):
        bound = f"at least {low}" if length < low else f"at most {high}"
        faults.add(node, f"expected a list with {bound} entries, found {length}")


def _below(kind: Kind, node: Node, step: int | str) -> tuple[Kind, Node] | None:
    if isinstance(step, int) and kind.items:
        return kind.items, node.items[step] if isinstance(node, Sequence) else node
    inside = kind.fields.get(str(step)) if kind.fields is not None else kind.values
    value = node.get(str(step)) if isinstance(node, Mapping) else None
    return (inside, value) if inside is not None and value is not None else None


def _tell_missing_or_unknown(error: str, node: Node, name: str, kind: Kind, faults: Faults) -> None:
    key = node.key(name) if isinstance(node, Mapping) else None
    if key is not None:
        unused = [each for each in kind.fields or () if each not in getattr(node, "names", list)()]
        faults.add(key, f"unknown key {name!r}{did_you_mean(name, unused)}")
    elif error == "missing" and kind.fields is not None and name in kind.fields:
        faults.add(node, f"{name!r} is missing; expected {expected(kind.fields[name])}")
    else:
        faults.add(node, f"expected {expected(kind)}, found {found(node)}")


def _tell_key(node: Mapping, name: str, kind: Kind, faults: Faults) -> None:
    key_kind = Kind.of(get_args(kind.bare)[0])
    choices = (
        [str(choice) for choice in get_args(key_kind.bare)] if get_origin(key_kind.bare) is Literal else []
    )
    rest = did_you_mean(name, choices) if choices else ""
    faults.add(
        node.key(name) or node,
        f"expected {expected(key_kind)} as key, found {name!r}{rest if rest.endswith('?') else ''}",
    )


def _sentence(detail: ErrorDetails, kind: Kind, node: Node) -> str:
    if detail["type"] == "value_error":  # a model's own rule, in its own words
        return str(detail["ctx"]["error"])
    text = f"expected {expected(kind)}, found {found(node)}"
    if get_origin(kind.bare) is Literal and isinstance(node, Scalar):
        rest = did_you_mean(node.text, [str(choice) for choice in get_args(kind.bare)])
        return text + (rest if rest.endswith("?") else "")
    return text

"""What a rule has to say: a fault of an exercise with its place, or a warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kit.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Weight: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, by the path that a person would type."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    fault: Fault
    rule: str
    weight: Weight = "error"

    def __str__(self) -> str:
        """Give the form that editors and compilers use."""
        place = f"{self.fault.path}:{self.fault.line}:{self.fault.column}"
        return f"{place}: {'warning: ' if self.weight == 'warning' else ''}{self.fault.text}"


Said: TypeAlias = tuple[Place, str]


def complaints_of(
    rules: Iterable[Callable[..., Iterable[Said]]], *about: object, weight: Weight = "error"
) -> Iterator[Complaint]:
    """Ask each rule."""
    for rule in rules:
        for place, text in rule(*about):
            yield Complaint(
                Fault(place.path, place.line, place.column, text), rule.__name__.replace("_", "-"), weight
            )

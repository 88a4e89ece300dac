"""Fill scores into a platform's own export: a platform is one file here, and its name is what a user types.

Each file has `fill(sheet, grades, column) -> Filled`. Pure. A student is matched by ids, never by name; the
score's cell is changed and nothing else; a student who is not in `grades` keeps what was there. A score is
written in the points of the sheet: 7 of 10 is 70 where the sheet says that 100 are possible, and
`Filled.scale` says so. A file whose name begins with `_` is a helper.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.classroom.people import Student
    from kit.classroom.sheet import Sheet

__all__ = ["Filled", "Grade", "Gradebook", "OtherSheetError", "load", "names"]


class OtherSheetError(UsageError):
    """The sheet is no export of this platform; another may know it."""


@dataclass(frozen=True, slots=True)
class Grade:
    """Points of a student's verdict; `max_score` is more than 0."""

    student: Student
    score: float
    max_score: float


@dataclass(frozen=True, slots=True)
class Filled:
    """The sheet with `filled` scores in it, and what a teacher has to know.

    `unmatched` are students without a row, or with several; `empty_rows` names the rows that got no grade,
    `kept` those whose cell holds a word that means something (excused, not assigned) and was left.
    `scale` has the pairs (points of the exercise, points of the sheet) that differ.
    """

    sheet: Sheet
    filled: int
    unmatched: tuple[Student, ...]
    empty_rows: tuple[str, ...]
    kept: tuple[str, ...] = ()
    scale: tuple[tuple[float, float], ...] = ()


class Gradebook(Protocol):
    """What every module of this package provides."""

    @staticmethod
    def fill(sheet: Sheet, grades: Mapping[str, Grade], column: str | None, /) -> Filled:
        """Fill in the scores. `column` is the header of the score's column where a sheet has several.

        Raises OtherSheetError for a sheet that is not the platform's, UsageError for a column that is not there.
        """
        ...


@cache
def names() -> tuple[str, ...]:
    """Give every platform's name, sorted."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    )


def load(name: str) -> Gradebook:
    """Import one platform. Raises KeyError for a name that is none."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"{__name__}.{name}")  # type: ignore[return-value]

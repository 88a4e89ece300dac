"""What was handed in, as a value: its files, and the student's own faults. `kit.exercise.intake` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Submission:
    """`faults` are the student's, each a sentence with place and remedy; with any, nothing can be run."""

    name: str
    files: Mapping[str, bytes]
    digest: str
    faults: tuple[str, ...] = ()


def is_helper(name: str) -> bool:
    """Whether a file is a Python module that a script may import."""
    return name.endswith(".py")

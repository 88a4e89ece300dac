"""What was handed in, as a value: its files, and the student's own faults. `kit.exercise.intake` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kit.exercise import languages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.languages import Language


@dataclass(frozen=True, slots=True)
class Submission:
    """`faults` are the student's, each a sentence with place and remedy; with any, nothing can be run."""

    name: str
    files: Mapping[str, bytes]
    digest: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """The files that an exercise wants, each in one of the languages that it takes."""

    files: tuple[str, ...]
    languages: tuple[str, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """All names under which one of them may come."""
        return frozenset(way for file in self.files for way in self.ways(file))

    def ways(self, file: str) -> tuple[str, ...]:
        return languages.ways(file, self.languages)

    def takes(self, name: str) -> bool:
        """Whether a file beside them is a part of a program: a module, a header, a Makefile."""
        return any(language.takes(name) for language in self._accepted)

    @cached_property
    def _accepted(self) -> list[Language]:
        names = {languages.language_of(file).name for file in self.files} | set(self.languages)
        return [languages.ALL[name] for name in names]

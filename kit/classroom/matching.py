"""Which student of a roster is meant by a platform's ids, by a name, or by what a file is called. Pure.

An id or name that two students share means neither: better unknown than somebody else's mark.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from kit.classroom.people import Student

Value = TypeVar("Value", bound="Hashable")


def folded(text: str) -> str:
    """Give text as ids are compared: without case, outer blanks, and ways to write the same character."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def unique(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, Value]:
    """Give the values by their words, without the words that have several values."""
    found: dict[str, set[Value]] = {}
    for word, value in pairs:
        if word:
            found.setdefault(word, set()).add(value)
    return {word: next(iter(values)) for word, values in found.items() if len(values) == 1}


def keyed(student: Student) -> Iterable[tuple[str, Student]]:
    """Give a student by id and by every key."""
    return ((folded(key), student) for key in (student.id, *student.keys))


class Known:
    """The students of a roster, to be looked up."""

    def __init__(self, roster: Iterable[Student]) -> None:
        students = tuple(roster)
        self._by_key = unique(pair for student in students for pair in keyed(student))
        self._by_name = unique((turn, student) for student in students for turn in _turns(student.name))

    def by_key(self, key: str) -> Student | None:
        return self._by_key.get(folded(key))

    def by_name(self, name: str) -> Student | None:
        """Find `Ann Smith` by `Smith, Ann` and by `smithann`, too."""
        return self._by_name.get("".join(_words(name)))

    def is_called(self, student: Student, name: str) -> bool:
        """Whether a student has the name, or has none that could differ."""
        return not student.name or "".join(_words(name)) in _turns(student.name)

    def by_stem(self, stem: str) -> tuple[Student, str] | None:
        """Find whose file this is, and give what stands after the id in its name.

        The name begins with an id, the longest counts; else one of its words is an id, or a student's name.
        """
        for end in range(len(stem), 0, -1):
            student = self._by_key.get(folded(stem[:end]))
            if student is not None and _ends_at(stem, end):
                return student, stem[end:]
        words = _words(stem)
        for known in (self._by_key, self._by_name):
            found = {known[word]: word for word in words if word in known}
            if len(found) == 1:
                ((student, word),) = found.items()
                return student, folded(stem).partition(word)[2]
        return None


_APART = re.compile(r"[\W_]+")


def _words(name: str) -> list[str]:
    return [word for word in _APART.split(folded(name)) if word]


def _turns(name: str) -> set[str]:
    """Give the words of a name written together, in each order that keeps the circle: last name first or last."""
    words = _words(name)
    return {"".join(words[turn:] + words[:turn]) for turn in range(len(words))}


def _ends_at(text: str, end: int) -> bool:
    """Whether an id may end here: `2023001李雷` has one, `20230011` and `alices` have another."""
    if end == len(text) or not text[end].isalnum():
        return True
    return _is_wide(text[end]) != _is_wide(text[end - 1])


def _is_wide(character: str) -> bool:
    """Whether it is a character of Chinese, Japanese or Korean (Unicode Standard Annex 11)."""
    return unicodedata.east_asian_width(character) in "WF"

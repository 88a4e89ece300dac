"""Where the faults of one file gather, so that an author sees all of them at once."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from kit.errors import ExerciseError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


Value = TypeVar("Value")


class Placed(Protocol):
    """What has a place in a file: a node, or a mark of its own. Both count from 1."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Faults:
    """The faults of one file. The same fault at the same place is said once."""

    def __init__(self, path: Path) -> None:
        self.path = shown_path(path)
        self._faults: dict[Fault, None] = {}
        self._places: set[tuple[int, int]] = set()

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, place: Placed, text: str) -> None:
        self._faults[Fault(self.path, place.line, place.column, text)] = None
        self._places.add((place.line, place.column))

    def add_once(self, place: Placed, text: str) -> None:
        """Add it unless something else is wrong at this place already, of which this may be a consequence."""
        if (place.line, place.column) not in self._places:
            self.add(place, text)

    def checked(self, value: Value | None) -> Value:
        """Give the value that was read without a fault. Raises ExerciseError with all faults."""
        if self._faults:
            raise ExerciseError(list(self._faults))
        if value is None:
            raise AssertionError(f"{self.path}: nothing was read, and no fault says why")
        return value


def shown_path(path: Path) -> str:
    """Give the path as a person would type it: relative to the current folder where it is below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):  # pathlib's word for a circle of links
        return os.fspath(path)


MOST_LISTED = 40  # names: more of them hide the sentence
LONGEST_LIKE = 100  # characters: to compare two names takes as long as their product


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Give the name that was probably meant; case never keeps two names apart. Long ones are not compared."""
    if len(name) > LONGEST_LIKE:
        return None
    by_fold = {each.casefold(): each for each in names if len(each) <= LONGEST_LIKE}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.55)
    return by_fold[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """End a sentence about an unknown name: the nearest one, or all of them where they are few."""
    known = list(names)
    match = nearest(name, known)
    if match is not None:
        return f"; did you mean {match!r}?"
    if known and len(known) <= MOST_LISTED:
        return f"; there are: {', '.join(known)}"
    return ""


def printable(text: str, limit: int = 120) -> str:
    """Make text from outside fit for a terminal: no control characters, and not for ever."""
    cut = text[: limit + 1]
    shown = "".join(each if each.isprintable() else f"\\x{_code(each):02x}" for each in cut)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _code(character: str) -> int:
    """Give its number; for a byte of a file name that is no text, which Python keeps as a surrogate, that byte."""
    return ord(character) - (0xDC00 if "\udc80" <= character <= "\udcff" else 0)


def shortened(text: str, limit: int = 40) -> str:
    """Quote text for a message, on one line and not for ever."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")

"""Gradescope's export of submissions: folders `submission_123456`, and a YAML file that says whose they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from kit.classroom._entries import Item, Piece, stray
from kit.classroom.people import Student
from kit.errors import UsageError
from kit.exercise.faults import printable, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kit.classroom._entries import Listing

METADATA = "submission_metadata.yml"
MAX_BYTES = 64 << 20  # it has the results of every test of every attempt

# Without tags and types: every value is its text, so that the student number 0123 stays what it is.
_LOADER: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBER = re.compile(r"[0-9]+")


def gradescope(listing: Listing) -> list[Piece] | None:
    """Take the folders that the metadata name; a group's is one piece for each of its members."""
    if not any(item.name == METADATA for item in listing.items):
        return None
    said = _metadata(listing.folder / METADATA)
    items = {item.name: item for item in listing.items if item.name != METADATA}
    pieces = [
        piece
        for name, about in said.items()
        for piece in _pieces(name, about, items.get(name), listing.folder / name)
    ]
    return [*pieces, *(stray(item) for name, item in items.items() if name not in said)]


def _metadata(path: Path) -> Mapping[str, Any]:
    place = printable(shown_path(path))
    remedy = "export the submissions from Gradescope again"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{place} has more than {MAX_BYTES} bytes", remedy=remedy)
        said = yaml.load(data, Loader=_LOADER)  # noqa: S506 -- it makes text, lists and dictionaries alone
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}", remedy=remedy) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{place}:{line}: this is not YAML", remedy=remedy) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UsageError(f"{place}:1: this is not YAML", remedy=remedy) from None
    if not isinstance(said, dict):
        raise UsageError(f"{place}:1: no submission is in it", remedy=remedy)
    return {str(name): about for name, about in said.items()}


def _pieces(name: str, about: Any, item: Item | None, path: Path) -> Iterator[Piece]:
    about = about if isinstance(about, dict) else {}
    people = about.get(":submitters")
    students = (
        [_student(each) for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    )
    for student in [each for each in students if each.id] or [Student(name)]:
        # Without a number and an address, one name may be two students'.
        user = " ".join(sorted(student.keys) or [name, student.id])
        yield Piece(
            user,
            student,
            item or Item(name, name, path, is_folder=True),
            given=name,
            order=((_seconds(about.get(":created_at")), *map(int, _NUMBER.findall(name))), name),
            attempt="".join(_NUMBER.findall(name)),
            is_work=item is not None,
        )


def _student(submitter: Mapping[str, Any]) -> Student:
    """Read a submitter: student number, else e-mail address, else name."""
    number, email, name = (_text(submitter.get(key)) for key in (":sid", ":email", ":name"))
    return Student(number or email or name, name, keys=frozenset(filter(None, (number, email))))


def _text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text in ("~", "null") else text


def _seconds(value: Any) -> int:
    """Read `2023-09-01 17:10:05.120000000 Z` as Unix time; 0 where it is no time."""
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=Z|[+-][0-9])", "", str(value)))
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())

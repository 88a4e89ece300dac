"""A class's folder as a learning platform packs it -> who handed what in. Pure but for listing the folder.

A platform is one entry of `PLATFORMS`: it takes a listing and gives what each entry is, or None if the
listing is not its own. What it does not know in its own folder, and every entry where no platform is
recognised, is a student called by the entry's name.

An entry that fits nobody of the roster is graded too, under its own name, and told in `unknown`: a student
who enrolled late is not lost, and the teacher decides.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, TypeAlias

from kit.classroom import _entries, _export
from kit.classroom._entries import Item, Listing, Piece
from kit.classroom.matching import Known
from kit.classroom.people import HandedIn, Student
from kit.errors import UsageError
from kit.exercise.entries import is_hidden, readable
from kit.exercise.faults import printable, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

Attempts: TypeAlias = Literal["newest", "all"]


@dataclass(frozen=True, slots=True)
class Class:
    """`missing` handed nothing in, `unknown` are entries of the folder that fit nobody of the roster.

    `handed_in` has a student's attempts one after the other, the oldest first.
    """

    platform: str
    handed_in: tuple[HandedIn, ...]
    missing: tuple[Student, ...]
    unknown: tuple[str, ...]


_NONE = "folder"  # no platform's: each entry is a student's

# The first that takes the listing has it.
PLATFORMS: Mapping[str, Callable[[Listing], list[Piece] | None]] = {
    "gradescope": _export.gradescope,
    "moodle": _entries.moodle,
    "canvas": _entries.canvas,
    "github": _entries.github,
    _NONE: _entries.plain,
}


def read_class(
    folder: Path, roster: Sequence[Student] | None, attempts: Attempts, asked: Collection[str] = ()
) -> Class:
    """Say who handed what in. Raises UsageError for a folder that is none, or has nothing in it.

    `asked` are the names of the files that the exercise asks for: they are left as they are where a
    platform may have put a number into a name.
    """
    listing = _listing(folder, Known(roster or ()), frozenset(asked))
    if not listing.items:
        raise UsageError(
            f"{printable(shown_path(folder))} has nothing in it", remedy="give the folder of the submissions"
        )
    platform, pieces = _recognised(listing)
    students, unknown = _students(pieces, listing.known, roster)
    by_user: dict[str, list[Piece]] = {user: [] for user in students}
    for piece in pieces:
        by_user[piece.user].append(piece)
    handed_in = tuple(
        each for user, student in students.items() for each in _attempts(student, by_user[user], attempts)
    )
    there = {each.student.id for each in handed_in}
    missing = [each for each in (*(roster or ()), *students.values()) if each.id not in there]
    return Class(platform, handed_in, tuple({each.id: each for each in missing}.values()), unknown)


def _listing(folder: Path, known: Known, asked: frozenset[str]) -> Listing:
    try:
        with os.scandir(folder) as there:
            found = sorted((each.name, each.is_dir()) for each in there if not _is_hidden(each.name))
    except NotADirectoryError:
        raise UsageError(
            f"{printable(shown_path(folder))} is no folder",
            remedy="unpack the platform's archive, and give the folder",
        ) from None
    except OSError as error:
        raise UsageError(
            f"{printable(shown_path(folder))} cannot be read: {error.strerror}",
            remedy="give the folder of the submissions",
        ) from None
    items = (Item(name, readable(name), folder / name, is_folder) for name, is_folder in found)
    return Listing(folder, tuple(items), known, asked)


def _is_hidden(name: str) -> bool:
    """Whether it is an editor's or a system's, no student's."""
    return is_hidden(name) or name.casefold() in ("desktop.ini", "thumbs.db")


def _recognised(listing: Listing) -> tuple[str, list[Piece]]:
    """Find the platform; in a folder that has one folder alone, as archives have it, also one level below."""
    name, pieces = _first(listing)
    if name != _NONE or len(listing.items) != 1 or not listing.items[0].is_folder:
        return name, pieces
    inner = _listing(listing.items[0].path, listing.known, listing.asked)
    its_name, its_pieces = _first(inner) if inner.items else (_NONE, [])
    if its_name == _NONE or (its_name == "github" and not inner.folder.name.endswith(_entries.CLONED)):
        return name, pieces  # a student's own folders may be called `part-a` and `part-b`
    return its_name, its_pieces


def _first(listing: Listing) -> tuple[str, list[Piece]]:
    taken = ((name, platform(listing)) for name, platform in PLATFORMS.items())
    return next((name, pieces) for name, pieces in taken if pieces is not None)


def _students(
    pieces: Iterable[Piece], known: Known, roster: Sequence[Student] | None
) -> tuple[dict[str, Student], tuple[str, ...]]:
    """Give each user's student, those of the roster first and in its order, and the entries of all others."""
    users = {piece.user: piece for piece in pieces}
    matched = _matched(users, known)
    place = {student.id: number for number, student in enumerate(roster or ())}
    students = {
        user: replace(student, keys=student.keys | users[user].student.keys - {student.id})
        for user, student in sorted(matched.items(), key=lambda each: place[each[1].id])
    }
    taken = set(place)
    others = [piece for user, piece in users.items() if user not in matched]
    for piece in sorted(others, key=_exact_first):
        id_ = _distinct(piece, taken)
        taken.add(id_)
        students[piece.user] = replace(piece.student, id=id_)
    unknown = {
        piece.item.text: None
        for piece in pieces
        if piece.user not in matched and (piece.is_stray or roster is not None)
    }
    return students, tuple(unknown)


def _matched(users: Mapping[str, Piece], known: Known) -> dict[str, Student]:
    """Give the users whom the roster knows. Where two seem to be one student, only who has that one's id is."""
    claims: dict[str, dict[str, tuple[Student, bool]]] = {}
    for user, piece in users.items():
        if not piece.is_stray and (found := _of_roster(piece, known)) is not None:
            claims.setdefault(found[0].id, {})[user] = found
    matched = {}
    for claimed in claims.values():
        by_id = {user: found for user, found in claimed.items() if found[1]}
        right = claimed if len(claimed) == 1 else by_id
        if len(right) == 1:
            ((user, (student, _)),) = right.items()
            matched[user] = student
    return matched


def _of_roster(piece: Piece, known: Known) -> tuple[Student, bool] | None:
    """Find a user in the roster, and say whether by an id: a platform's own number may be somebody else's there."""
    if piece.match is not None:
        return piece.match, True
    student = piece.student
    by_key = {found for key in student.keys if (found := known.by_key(key)) is not None}
    if len(by_key) == 1:
        return by_key.pop(), True
    by_id = known.by_key(student.id)
    if by_id is not None and not by_key and (not student.name or known.is_called(by_id, student.name)):
        return by_id, True
    by_name = known.by_name(student.name)
    return None if by_name is None or by_key else (by_name, False)


def _distinct(piece: Piece, taken: Collection[str]) -> str:
    """Give an id that nobody has: names of different bytes may read the same."""
    digest = hashlib.sha256(os.fsencode(piece.user)).hexdigest()
    ids = (piece.student.id, *(f"{piece.student.id}~{digest[:length]}" for length in range(8, 65)))
    return next(each for each in ids if each not in taken)


def _exact_first(piece: Piece) -> tuple[bool, str, str]:
    """Sort by id; who is called exactly so, byte by byte, keeps the id where others read the same."""
    return piece.item.name != piece.item.text, piece.student.id, piece.user


def _attempts(student: Student, pieces: Iterable[Piece], attempts: Attempts) -> list[HandedIn]:
    """Put what came from one student into attempts: the newest of each thing, what each of these came after, and so on."""
    by_base: dict[str, list[Piece]] = {}
    for piece in sorted(pieces, key=lambda each: each.order, reverse=True):
        if piece.is_work:
            by_base.setdefault(piece.base, []).append(piece)
    newest_first = [
        [piece for piece in layer if piece is not None] for layer in zip_longest(*by_base.values())
    ]
    names = [max(each, key=lambda piece: piece.order).attempt for each in newest_first]
    if len(set(names)) < len(names):
        names = [str(number) for number in range(len(names), 0, -1)]
    made = [_handed_in(student, each, name) for each, name in zip(newest_first, names, strict=True)]
    return made[:1] if attempts == "newest" else made[::-1]


def _handed_in(student: Student, pieces: Collection[Piece], attempt: str) -> HandedIn:
    files = sorted((piece.given, piece.item.path) for piece in pieces)
    return HandedIn(student, tuple(files), attempt, late=any(piece.late for piece in pieces))

"""What the entries of a class's folder are, by their names: one function a platform."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.classroom.people import CANVAS, GITHUB, PARTICIPANT, Student
from kit.exercise.archive import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.classroom.matching import Known


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the folder. `name` is as on disk, `text` can be written down."""

    name: str
    text: str
    path: Path
    is_folder: bool

    @property
    def is_packed(self) -> bool:
        """Whether many files may be in it."""
        return self.is_folder or self.text.lower().endswith(SUFFIXES)

    def parts(self) -> tuple[str, str]:
        """Give stem and suffix; a folder has no suffix."""
        return (self.text, "") if self.is_folder else parted(self.text)


# What else names of single files end in. Only these are taken off: `li.lei` and `li.na` are two students.
_OTHER_SUFFIXES = (
    ".py", ".txt", ".md", ".rst", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".rar", ".7z", ".gz", ".bz2", ".xz",
    ".png", ".jpg", ".jpeg", ".ipynb", ".json", ".yaml", ".yml", ".csv", ".c", ".h", ".cpp", ".java", ".js", ".sh",
    ".html", ".pcap", ".pcapng", ".log",
)  # fmt: skip


def parted(name: str) -> tuple[str, str]:
    """Give stem and suffix, with `.tar.gz` as one."""
    suffixes = [each for each in (*SUFFIXES, *_OTHER_SUFFIXES) if name.lower().endswith(each)]
    end = len(name) - len(max(suffixes, key=len, default=""))
    return (name[:end], name[end:]) if end else (name, "")


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder's entries without hidden ones; whom they may be from, and what files the exercise asks for."""

    folder: Path
    items: tuple[Item, ...]
    known: Known
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """What one entry is. Pieces of one `user` are from one student, as the platform tells students apart.

    `student` is what the platform knows of that one, `match` the student of the roster where the entry's
    name says it. Two pieces with one `base` are two attempts at the same, the one with the higher `order`
    is newer. `is_stray`: in a platform's folder, but not as the platform names things. `is_work`: False for
    what is known to be there and is no file of the student, or is not on disk.
    """

    user: str
    student: Student
    item: Item
    given: str
    base: str = ""
    order: tuple[tuple[int, ...], str] = ((), "")
    attempt: str = ""
    late: bool = False
    match: Student | None = None
    is_stray: bool = False
    is_work: bool = True


# Full Name_12345_assignsubmission_file_ is a folder; flat, the file's own name follows. The word before the
# last is the plugin's: `onlinetext` is text that was typed into a form. Here and below the first number
# counts: what follows is the student's choice, who may call a file `_12346_assignsubmission_file_`.
_MOODLE = re.compile(
    r"(?P<name>.*?)_(?P<user>[0-9]+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)
# lastfirst_LATE_12345_67890_server-1.py: user, then attachment. Text and links of a form have no attachment.
_CANVAS = re.compile(
    r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>[0-9]+)_"
    r"(?:(?P<number>[0-9]+)_(?P<file>.+)|(?P<form>(?:text|link|media)\.html))",
    re.DOTALL,
)


def moodle(listing: Listing) -> list[Piece] | None:
    return _by_pattern(listing, _MOODLE, _of_moodle)


def canvas(listing: Listing) -> list[Piece] | None:
    return _by_pattern(listing, _CANVAS, _of_canvas)


def _by_pattern(
    listing: Listing,
    pattern: re.Pattern[str],
    piece: Callable[[Listing, Item, re.Match[str]], Piece],
) -> list[Piece] | None:
    """Take the listing if at least half of it fits."""
    found = [pattern.fullmatch(item.text) for item in listing.items]
    if 2 * sum(map(bool, found)) < len(found):
        return None
    return [
        piece(listing, item, match) if match else stray(item)
        for item, match in zip(listing.items, found, strict=True)
    ]


def _of_moodle(_: Listing, item: Item, found: re.Match[str]) -> Piece:
    number = found["user"]
    student = Student(number, found["name"], keys=frozenset({PARTICIPANT + number}))
    given = found["file"] or item.text
    return Piece(number, student, item, given, base=given, is_work=found["plugin"] == "file")


def _of_canvas(listing: Listing, item: Item, found: re.Match[str]) -> Piece:
    number = found["user"]
    student = Student(number, found["name"], keys=frozenset({CANVAS + number}))
    given = _without_number(found["file"] or item.text, listing.asked)
    return Piece(
        number,
        student,
        item,
        given,
        base=given,
        order=((int(found["number"] or 0),), ""),
        attempt=found["number"] or "",
        late=bool(found["late"]),
        is_work=not found["form"],
    )


_NUMBERED = re.compile(r"(.+)-[0-9]+", re.DOTALL)


def _without_number(name: str, asked: frozenset[str]) -> str:
    """Take off the number that Canvas puts after a name that was handed in before; not one that is asked for."""
    stem, suffix = parted(name)
    found = _NUMBERED.fullmatch(stem)
    return found[1] + suffix if found and name not in asked else name


CLONED = "-submissions"  # how the folder of `gh classroom clone` ends
_ACCOUNT = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")  # GitHub's rule for the names of accounts


def github(listing: Listing) -> list[Piece] | None:
    """Take folders that are called `ASSIGNMENT-account`."""
    folders = [item for item in listing.items if item.is_folder]
    prefix = _assignment(listing, folders) if 2 * len(folders) > len(listing.items) else None
    if prefix is None:
        return None
    return [
        _of_github(item, item.text.removeprefix(prefix)) if item in folders else stray(item)
        for item in listing.items
    ]


def _of_github(item: Item, account: str) -> Piece:
    return Piece(account, Student(account, keys=frozenset({GITHUB + account})), item, item.text)


def _assignment(listing: Listing, folders: list[Item]) -> str | None:
    """Find `ASSIGNMENT-`, where a hyphen may be in both names: as many accounts as possible are the roster's.

    `gh classroom clone` says it in the folder's name, `ASSIGNMENT-submissions`. Else there must be
    repositories, or two accounts at least, that are not all mere numbers; a roster that has the whole names
    is right.
    """
    names, known = [item.text for item in folders], listing.known
    above = listing.folder.resolve().name
    if above.endswith(CLONED):
        prefix = above.removesuffix(CLONED) + "-"
        return prefix if all(len(name) > len(prefix) and name.startswith(prefix) for name in names) else None
    cuts = [names[0][: place + 1] for place, character in enumerate(names[0]) if character == "-"]
    cuts = [
        cut
        for cut in cuts
        if all(name.startswith(cut) and _ACCOUNT.fullmatch(name[len(cut) :]) for name in names)
    ]

    def of_roster(cut: str) -> int:
        accounts = (name[len(cut) :] for name in names)
        return sum(bool(known.by_key(GITHUB + each) or known.by_key(each)) for each in accounts)

    best = max(cuts, key=lambda cut: (of_roster(cut), len(cut)), default=None)
    if best is None or of_roster(best):
        return best
    if any(known.by_stem(name) for name in names):
        return None
    several = len(names) > 1 and not all(name[len(best) :].isdecimal() for name in names)
    return best if several or any((item.path / ".git").exists() for item in folders) else None


def plain(listing: Listing) -> list[Piece]:
    """Take each entry for a student's; one of the roster is found by the entry's name."""
    return [_of_roster(listing, item) or _own(item) for item in listing.items]


def stray(item: Item) -> Piece:
    return _own(item, is_stray=True)


def _own(item: Item, *, is_stray: bool = False) -> Piece:
    stem, suffix = item.parts()
    name = item.name if item.is_folder else parted(item.name)[0]
    base = "" if item.is_packed else suffix
    order = ((), item.name)
    return Piece("entry " + name, Student(stem), item, item.text, base, order, is_stray=is_stray)


# What may end a name that begins with an id: the numbers of an attempt, or the parts of a date.
_NUMBERS = re.compile(r"[\W_]*(?P<numbers>[0-9]+(?:[\W_]+[0-9]+)*)[\W_]*\Z")
_APART = re.compile(r"\A[\W_]+")


def _of_roster(listing: Listing, item: Item) -> Piece | None:
    """Find the student. Archives and folders of one are attempts; single files are one attempt's, by their names."""
    stem, suffix = item.parts()
    found = listing.known.by_stem(stem)
    if found is None:
        return None
    student, after = found
    label, numbers = _without_name(_APART.sub("", after), student.name), ""
    if label + suffix not in listing.asked and (said := _NUMBERS.search(label)):
        label, numbers = label[: said.start()], said["numbers"]
    return Piece(
        "roster " + student.id,
        student,
        item,
        given=label + suffix if label and not item.is_packed else item.text,
        base="" if item.is_packed else label + suffix,
        order=(tuple(map(int, re.findall("[0-9]+", numbers))), item.name),
        attempt=numbers,
        match=student,
    )


def _without_name(label: str, name: str) -> str:
    """Take the student's name off that stands between the id and the file's own name: `2023001_Li Lei_server`."""
    begin, rest = label[: len(name)], label[len(name) :]
    is_name = bool(name) and begin.casefold() == name.casefold() and _APART.match(rest) is not None
    return _APART.sub("", rest) if is_name else label

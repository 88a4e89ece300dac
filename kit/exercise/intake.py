"""What was handed in: a folder, an archive, a file or several -> their contents, and the student's own faults as values.

Only the files that the exercise asks for and modules, headers and the like beside them are read; a report or a
picture among them is let alone. A fault here is the student's: it says the file, what is wrong and
what to do. Trouble with the path itself is the caller's, a UsageError.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kit.exercise.archive import MAX_ARCHIVE_BYTES, SUFFIXES, Opened, opened, opened_bytes, together
from kit.exercise.compiling import Source
from kit.exercise.entries import Entries, Entry, RefusedError, readable, refuse_folders_that_are_files
from kit.exercise.faults import nearest, printable
from kit.exercise.languages import ALL, PYTHON, language_of
from kit.exercise.loader import digest_of
from kit.exercise.source import source_faults, text_fault
from kit.exercise.submission import Asked, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.exercise.loader import Exercise

MAX_FILES = 200
MAX_BYTES = 4 << 20
MAX_ARCHIVES = 4  # side by side; each may take seconds to unpack
MAX_PART_BYTES = 255  # of one name in a path, on Linux's file systems (NAME_MAX)


def read_submission(path: Path, exercise: Exercise) -> Submission:
    """Read what a student handed in as one folder, archive or file. Raises UsageError where there is nothing to read."""
    return read_files(readable(Path(os.path.realpath(path)).name), [(path.name, path)], exercise)


def read_files(name: str, files: Sequence[tuple[str, Path]], exercise: Exercise) -> Submission:
    """Read what one student handed in, in pairs of (name as the student gave it, where it lies).

    Several files are taken as one folder has them. `name` becomes the submission's. Raises UsageError where
    there is nothing to read.
    """
    asked = _asked(exercise)
    try:
        with _opened(files) as there:
            entries = _with_packed(_placed(there, asked), asked)
            contents = _contents(entries, asked)
    except RefusedError as refused:
        return Submission(
            name, {}, digest_of({name: str(refused).encode()}), (f"{printable(name)}: {refused}",)
        )
    return Submission(name, contents, digest_of(contents), tuple(_faults(contents, entries, exercise)))


@contextmanager
def _opened(files: Sequence[tuple[str, Path]]) -> Iterator[Opened]:
    if len(files) == 1:
        with opened(files[0][1]) as there:
            yield there
    else:
        yield Opened(together(files), alone=True)


def _asked(exercise: Exercise) -> Asked:
    return Asked(exercise.definition.submit, exercise.definition.languages)


def _faults(files: Mapping[str, bytes], entries: Entries, exercise: Exercise) -> Iterator[str]:
    asked = _asked(exercise)
    of_source = source_faults(_sources(files, exercise))
    for file in asked.files:
        found = [name for name in asked.ways(file) if name in files]
        if not found:
            yield _absence(file, entries, asked)
        elif len(found) > 1:
            yield f"{' and '.join(found)} are there; hand in one of them"
        elif fault := of_source.get(found[0]) or text_fault(found[0], files[found[0]]):
            yield fault


def _sources(files: Mapping[str, bytes], exercise: Exercise) -> dict[str, Source]:
    """Give the Python files that were asked for, with the cells that each must have. Others are for their compilers."""
    programs = exercise.definition.programs.values()
    return {
        name: Source(files[name], max(each.cells for each in programs if name in (each.script, *each.files)))
        for name in exercise.definition.submit
        if name in files and name.endswith(PYTHON.suffix)
    }


def _placed(there: Opened, asked: Asked) -> Entries:
    """Take one file alone for the file that was asked for, whatever its name; an archive or folder as it is.

    Among several files, too, the only one of its kind is the one.
    """
    if not there.alone:
        return _below_root(there.entries, asked)
    if len(asked.files) == 1 and (like := _only_one_like(asked, there.entries)):
        return {like.get(name, name): entry for name, entry in there.entries.items()}
    if len(there.entries) == 1:
        raise RefusedError(
            f"neither a folder nor a .zip, .tar, .tar.gz or .tar.xz; put {', '.join(asked.files)} in one of these"
        )
    return _below_root(there.entries, asked)


def _only_one_like(asked: Asked, entries: Entries) -> dict[str, str] | None:
    """Give the only file at the top that ends as one of the asked names does, and that name."""
    by_suffix = {PurePosixPath(way).suffix: way for way in asked.ways(asked.files[0])}
    like = {
        each: by_suffix[PurePosixPath(each).suffix]
        for each, entry in entries.items()
        if entry.kind == "file" and "/" not in each and PurePosixPath(each).suffix in by_suffix
    }
    return like if len(like) == 1 else None


def _with_packed(entries: Entries, asked: Asked) -> Entries:
    """Put in what is in archives beside the files, where these alone are not all that was asked for.

    A platform's folder often has one archive in it. An archive that is packed in such a one stays packed.
    """
    if all(any(name in entries for name in asked.ways(file)) for file in asked.files):
        return entries
    archives = [
        name
        for name, entry in entries.items()
        if "/" not in name and entry.kind == "file" and name.lower().endswith(SUFFIXES)
    ]
    if len(archives) > MAX_ARCHIVES:
        raise RefusedError(f"{len(archives)} archives were handed in; hand in one")
    packed: Entries = {}
    for name in archives:
        inner = _inside(name, entries[name], asked)
        if twice := [each for each in inner if each in packed and _is_wanted(each, asked)]:
            raise RefusedError(f"{printable(twice[0])} is in several archives; hand in one of them")
        packed |= inner
    whole = packed | entries
    refuse_folders_that_are_files(whole)
    return whole


def _inside(name: str, archive: Entry, asked: Asked) -> Entries:
    """Give what is in a file that is called like an archive, without keeping it; nothing where it is none."""
    data = archive.read(MAX_ARCHIVE_BYTES + 1)
    if len(data) > MAX_ARCHIVE_BYTES:
        raise RefusedError(
            f"{printable(name)}: more than {MAX_ARCHIVE_BYTES} bytes; hand in the source files alone"
        )
    try:
        there = opened_bytes(data, name)
        entries = {} if there.alone else _below_root(there.entries, asked)
        contents = _contents(entries, asked)
    except RefusedError as refused:
        raise RefusedError(f"{printable(name)}: {refused}") from None
    return {
        each: Entry(entry.kind, partial(_start, contents.get(each, b""))) for each, entry in entries.items()
    }


def _start(data: bytes, limit: int) -> bytes:
    return data[:limit]


def _below_root(entries: Entries, asked: Asked) -> Entries:
    """Step into a folder that stands alone, as archives have it, until the files are at the top."""
    while asked.names.isdisjoint(entries):
        folders = {name.split("/")[0] for name in entries if "/" in name}
        if len(folders) != 1 or any(asked.takes(name) and "/" not in name for name in entries):
            break
        top = folders.pop() + "/"
        entries = {name.removeprefix(top): entry for name, entry in entries.items() if name.startswith(top)}
    return entries


def _contents(entries: Entries, asked: Asked) -> dict[str, bytes]:
    wanted = [name for name, entry in entries.items() if entry.kind == "file" and _is_wanted(name, asked)]
    if len(wanted) > MAX_FILES:
        raise RefusedError(f"{len(wanted)} source files were handed in; at most {MAX_FILES} are taken")
    files, room = {}, MAX_BYTES
    for name in sorted(wanted):
        files[name] = entries[name].read(room + 1)
        room -= len(files[name])
        if room < 0:
            raise RefusedError(
                f"the files have more than {MAX_BYTES} bytes together; leave out data and copies"
            )
    return files


def _is_wanted(name: str, asked: Asked) -> bool:
    return name in asked.names or (asked.takes(name) and _can_be_kept(name))


def _can_be_kept(name: str) -> bool:
    """Whether an import or an include can name it, and a disk keep it: no control characters, and no 256 bytes."""
    return name == printable(name) and all(len(part.encode()) <= MAX_PART_BYTES for part in name.split("/"))


_KINDS = {"folder": "is a folder", "link": "is a link", "special": "is no regular file"}


def _absence(name: str, entries: Entries, asked: Asked) -> str:
    """Say that a file is missing, and which of those that came was probably meant."""
    for way in asked.ways(name):
        if way in entries:
            return f"{way} {_KINDS[entries[way].kind]}; hand in a file of this name"
    *most, last = asked.ways(name)
    missing = f"{', '.join(most)} or {last} is missing" if most else f"{last} is missing"
    files = [each for each, entry in entries.items() if entry.kind == "file" and each not in asked.names]
    if not files:
        return f"{missing}; hand it in"
    if other := next((each for each in files if _is_in_another_language(name, each, asked)), None):
        return f"{missing}; found {printable(other)}, and this exercise takes no {language_of(other).name}"
    same = [each for each in files if each.split("/")[-1] in {way.split("/")[-1] for way in asked.ways(name)}]
    if same:
        return f"{missing}; found {printable(same[0])}: move it"
    if match := nearest(name, files):
        return f"{missing}; found {printable(match)}: rename it"
    others = f" and {len(files) - 5} more" if len(files) > 5 else ""
    return f"{missing}; found {', '.join(printable(each) for each in files[:5])}{others}"


def _is_in_another_language(name: str, other: str, asked: Asked) -> bool:
    """Whether it is what was asked for, in a language that the exercise does not take."""
    return other in Asked((name,), tuple(ALL)).names - set(asked.ways(name))

"""What was handed in: a folder, an archive or one file -> its files, and the student's own faults as values.

Only the files that the exercise asks for and Python modules beside them are read; a report or a
picture among them is let alone. A fault here is the student's: it says the file, what is wrong and
what to do. Trouble with the path itself is the caller's, a UsageError.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kit.exercise.archive import Opened, opened
from kit.exercise.compiling import Source
from kit.exercise.entries import Entries, RefusedError, readable
from kit.exercise.faults import nearest, printable
from kit.exercise.loader import digest_of
from kit.exercise.source import source_faults
from kit.exercise.submission import Submission, is_helper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.exercise.loader import Exercise

MAX_FILES = 200
MAX_BYTES = 4 << 20
MAX_PART_BYTES = 255  # of one name in a path, on Linux's file systems (NAME_MAX)


def read_submission(path: Path, exercise: Exercise) -> Submission:
    """Read what a student handed in. Raises UsageError where there is nothing to read."""
    name = readable(Path(os.path.realpath(path)).name)
    try:
        with opened(path) as there:
            asked = exercise.definition.submit
            entries = _placed(there, asked)
            files = _contents(entries, asked)
    except RefusedError as refused:
        return Submission(
            name, {}, digest_of({name: str(refused).encode()}), (f"{printable(name)}: {refused}",)
        )
    return Submission(name, files, digest_of(files), tuple(_faults(files, entries, exercise)))


def _faults(files: Mapping[str, bytes], entries: Entries, exercise: Exercise) -> Iterator[str]:
    asked = exercise.definition.submit
    of_source = source_faults(_sources(files, exercise))
    for name in asked:
        if name in of_source:
            yield of_source[name]
        elif name not in files:
            yield _absence(name, entries, asked)
        elif not files[name]:
            yield f"{name} is empty; write the program into it"


def _sources(files: Mapping[str, bytes], exercise: Exercise) -> dict[str, Source]:
    """Give the Python files that were asked for, with the cells that each must have."""
    programs = exercise.definition.programs.values()
    return {
        name: Source(files[name], max(each.cells for each in programs if name in (each.script, *each.files)))
        for name in exercise.definition.submit
        if name in files and is_helper(name)
    }


def _placed(there: Opened, asked: tuple[str, ...]) -> Entries:
    """Take one file alone for the file that was asked for, whatever its name; an archive or folder as it is."""
    if not there.alone:
        return _below_root(there.entries, asked)
    ((name, entry),) = there.entries.items()
    if len(asked) == 1 and PurePosixPath(name).suffix == PurePosixPath(asked[0]).suffix:
        return {asked[0]: entry}
    raise RefusedError(
        f"neither a folder nor a .zip, .tar, .tar.gz or .tar.xz; put {', '.join(asked)} in one of these"
    )


def _below_root(entries: Entries, asked: tuple[str, ...]) -> Entries:
    """Step into a folder that stands alone, as archives have it, until the files are at the top."""
    while not any(name in entries for name in asked):
        folders = {name.split("/")[0] for name in entries if "/" in name}
        if len(folders) != 1 or any(is_helper(name) and "/" not in name for name in entries):
            break
        top = folders.pop() + "/"
        entries = {name.removeprefix(top): entry for name, entry in entries.items() if name.startswith(top)}
    return entries


def _contents(entries: Entries, asked: tuple[str, ...]) -> dict[str, bytes]:
    wanted = [
        name
        for name, entry in entries.items()
        if entry.kind == "file" and (name in asked or _is_module(name))
    ]
    if len(wanted) > MAX_FILES:
        raise RefusedError(f"{len(wanted)} Python files were handed in; at most {MAX_FILES} are taken")
    files, room = {}, MAX_BYTES
    for name in sorted(wanted):
        files[name] = entries[name].read(room + 1)
        room -= len(files[name])
        if room < 0:
            raise RefusedError(
                f"the files have more than {MAX_BYTES} bytes together; leave out data and copies"
            )
    return files


def _is_module(name: str) -> bool:
    """Whether a script can import it, and a disk keep it: `import` says no control characters and no 256 bytes."""
    return (
        is_helper(name)
        and name == printable(name)
        and all(len(part.encode()) <= MAX_PART_BYTES for part in name.split("/"))
    )


_KINDS = {"folder": "is a folder", "link": "is a link", "special": "is no regular file"}


def _absence(name: str, entries: Entries, asked: tuple[str, ...]) -> str:
    """Say that a file is missing, and which of those that came was probably meant."""
    if name in entries:
        return f"{name} {_KINDS[entries[name].kind]}; hand in a file of this name"
    files = [each for each, entry in entries.items() if entry.kind == "file" and each not in asked]
    if not files:
        return f"{name} is missing; hand it in"
    same = [each for each in files if each.split("/")[-1] == name.rsplit("/", maxsplit=1)[-1]]
    if same:
        return f"{name} is missing; found {printable(same[0])}: move it"
    if match := nearest(name, files):
        return f"{name} is missing; found {printable(match)}: rename it"
    others = f" and {len(files) - 5} more" if len(files) > 5 else ""
    return f"{name} is missing; found {', '.join(printable(each) for each in files[:5])}{others}"

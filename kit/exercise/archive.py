"""What was handed in, opened: a folder, a zip or a tar archive, or one file. Nothing is unpacked to disk."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

from kit.errors import UsageError
from kit.exercise.entries import Entries, Entry, RefusedError, collected, kind_of
from kit.exercise.faults import printable, shown_path
from kit.exercise.folder import entries_below
from kit.exercise.tar import is_tar, tar_entries
from kit.exercise.unpack import unpacked
from kit.exercise.zip import STARTS, zip_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# What the names of archives end in. Only where several files lie side by side does the name say which are meant:
# a report in .docx is a zip archive, too.
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MAX_ARCHIVE_BYTES = 64 << 20  # as it is on disk: pictures for a report may be in it, a film may not


@dataclass(frozen=True, slots=True)
class Opened:
    """`alone`: single files under their own names; one of them is no archive."""

    entries: Entries
    alone: bool = False


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Give what lies at the path. Raises RefusedError; UsageError for the path itself, and for what may not be read."""
    with _told(path):
        if stat.S_ISDIR(path.stat().st_mode):
            yield Opened(collected(entries_below(path)))
        else:
            yield opened_bytes(_bytes_of(path), path.name)


def together(files: Iterable[tuple[str, Path]]) -> Entries:
    """Give several files as one folder has them, each under its own name; archives are left packed.

    Raises RefusedError where two have one name; UsageError like `opened`.
    """
    return collected(entry for name, path in files for entry in _side_by_side(name, path))


def _side_by_side(name: str, path: Path) -> Iterator[tuple[str, Entry]]:
    with _told(path):
        kind = kind_of(path.stat().st_mode)
        yield name, Entry(kind, partial(_told_head_of, path))
        for below, entry in entries_below(path) if kind == "folder" else ():
            yield f"{name}/{below}", Entry(entry.kind, partial(_told_read, path, entry))


def _told_head_of(path: Path, limit: int) -> bytes:
    with _told(path), _regular(path) as file:
        return file.read(limit)


def _told_read(path: Path, entry: Entry, limit: int) -> bytes:
    with _told(path):
        return entry.read(limit)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system says of the path, or of what is below it, into a UsageError."""
    try:
        yield
    except FileNotFoundError:
        raise _unusable(path, "does not exist") from None
    except PermissionError as error:
        place = shown_path(path) if error.filename is None else error.filename
        raise UsageError(
            f"{printable(place)} cannot be read: permission denied",
            remedy=f"chmod -R u+rX {printable(shown_path(path))}",
        ) from None
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(f"{printable(shown_path(path))} {why}", remedy="give a folder, a .zip or a .tar.gz")


def _bytes_of(path: Path) -> bytes:
    """Read a file whole. Nothing but a regular file is opened: a device may act on it, a FIFO would wait."""
    _refuse_by(path, path.stat())
    with _regular(path) as file:
        _refuse_by(path, os.fstat(file.fileno()))  # what it is now
        return file.read(MAX_ARCHIVE_BYTES)


@contextmanager
def _regular(path: Path) -> Iterator[IO[bytes]]:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _unusable(path, "is neither a file nor a folder")
        yield file


def _refuse_by(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _unusable(path, "is neither a file nor a folder")
    if status.st_size > MAX_ARCHIVE_BYTES:
        raise RefusedError(
            f"{status.st_size} bytes are too many, at most {MAX_ARCHIVE_BYTES} are read; hand in the source files alone"
        )


def opened_bytes(data: bytes, name: str) -> Opened:
    """Give what a file is. Tell an archive by what is in it, not by its name."""
    if data.startswith(STARTS):
        return Opened(collected(zip_entries(data)))
    content = unpacked(data)
    if is_tar(content):
        return Opened(collected(tar_entries(content)))
    if content is not data:
        raise RefusedError("it is packed, but not a .tar; put the files in a .zip or a .tar.gz")
    return Opened({name: Entry("file", partial(_head, data))}, alone=True)


def _head(data: bytes, limit: int) -> bytes:
    return data[:limit]

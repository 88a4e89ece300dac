"""What was handed in, opened: a folder, a zip or a tar archive, or one file. Nothing is unpacked to disk."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kit.errors import UsageError
from kit.exercise.entries import Entries, Entry, RefusedError, collected
from kit.exercise.faults import printable, shown_path
from kit.exercise.folder import entries_below
from kit.exercise.tar import is_tar, tar_entries
from kit.exercise.unpack import unpacked
from kit.exercise.zip import STARTS, zip_entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What the names of archives end in. Only where several files lie side by side does the name say which are meant:
# a report in .docx is a zip archive, too.
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MAX_ARCHIVE_BYTES = 64 << 20  # as it is on disk: pictures for a report may be in it, a film may not


@dataclass(frozen=True, slots=True)
class Opened:
    """`alone`: one file that is no archive, under its own name."""

    entries: Entries
    alone: bool = False


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Give what lies at the path. Raises RefusedError; UsageError for the path itself, and for what may not be read."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            yield Opened(collected(entries_below(path)))
        else:
            yield _of_file(_bytes_of(path), path.name)
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
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        _refuse_by(path, os.fstat(fd))  # what it is now
        return file.read(MAX_ARCHIVE_BYTES)


def _refuse_by(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _unusable(path, "is neither a file nor a folder")
    if status.st_size > MAX_ARCHIVE_BYTES:
        raise RefusedError(
            f"{status.st_size} bytes are too many, at most {MAX_ARCHIVE_BYTES} are read; hand in the source files alone"
        )


def _of_file(data: bytes, name: str) -> Opened:
    """Tell an archive by what is in it, not by its name."""
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

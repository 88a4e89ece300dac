"""A submitted folder as entries. No link is followed and nothing but a regular file is opened, even if files change meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from kit.exercise.entries import MAX_DEPTH, MAX_ENTRIES, Entry, RefusedError, is_hidden, kind_of
from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# O_NONBLOCK: a FIFO that took a file's place is opened at once, seen and closed; without it kit would wait for a writer.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def entries_below(folder: Path) -> Iterator[tuple[str, Entry]]:
    """Give the entries of a folder by relative names, each folder's sorted, as far as they are asked for.

    Does not go into hidden folders, nor deeper than is allowed. Raises PermissionError with the whole path.
    """
    left: list[tuple[str, ...]] = [()]
    while left:
        parts = left.pop()
        folders = []
        for name, mode in _listed(folder, parts):
            below = (*parts, name)
            yield "/".join(below), Entry(kind_of(mode), partial(_read, folder, below))
            if stat.S_ISDIR(mode) and not is_hidden(name) and len(below) <= MAX_DEPTH:
                folders.append(below)
        left += reversed(folders)


def _listed(folder: Path, parts: tuple[str, ...]) -> list[tuple[str, int]]:
    """Give names and modes, sorted; of a huge folder, one more than may be handed in."""
    with _opened(folder, parts, os.O_DIRECTORY) as fd, os.scandir(fd) as there:
        some = list(islice(there, MAX_ENTRIES + 1))
        return sorted((each.name, each.stat(follow_symlinks=False).st_mode) for each in some)


def _read(folder: Path, parts: tuple[str, ...], limit: int) -> bytes:
    with _opened(folder, parts, 0) as fd:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _changed(parts)
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(limit)


# What open(2) says of a name that is gone, or is now a link, no folder, a socket or a FIFO.
_ELSE = (errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO)


@contextmanager
def _opened(folder: Path, parts: tuple[str, ...], flags: int) -> Iterator[int]:
    """Open what lies at `parts`, one step after the other, so that none of them can be a link."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the user's own path may be a link
    try:
        for number, part in enumerate(parts, 1):
            step = flags if number == len(parts) else os.O_DIRECTORY
            below = os.open(part, _FLAGS | step, dir_fd=fd)
            os.close(fd)
            fd = below
        yield fd
    except PermissionError as error:
        error.filename = str(folder.joinpath(*parts))
        raise
    except OSError as error:
        raise (_changed(parts) if error.errno in _ELSE else error) from None
    finally:
        os.close(fd)


def _changed(parts: tuple[str, ...]) -> RefusedError:
    name = printable("/".join(parts)) or "the folder"
    return RefusedError(f"{name} changed while it was read; hand it in again when nothing writes to it")

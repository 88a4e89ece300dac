"""A file is there whole or not at all, however its writer ends: by an error, a full disk, `kill -9`.

Until it is whole it has no name (O_TMPFILE, open(2)), so the kernel takes it back when its writer dies. Where a
file system has no such files it is written beside its place under a hidden name, and a death may leave that.
"""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kit.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator

MODE = 0o644
# What open(2) says where the kernel or the file system does not know O_TMPFILE.
_NO_NAMELESS_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all. Raises MachineError where the disk refuses."""
    data = content.encode() if isinstance(content, str) else content
    with whole_file(path) as file:
        file.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that is at the path when the `with` ends, in the place of what was there.

    Where the `with` raises, what was there stays. Raises MachineError where the disk refuses.
    """
    try:
        nameless = _open_nameless(path.parent)
        with _named(path) if nameless is None else os.fdopen(nameless, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), MODE)
            os.fsync(file.fileno())
            if nameless is not None:
                _give_name(nameless, path)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> MachineError:
    return MachineError(
        f"{path}: cannot be written: {error.strerror}",
        remedy="make room there, or choose another place (--out, --to)",
    )


def _open_nameless(folder: Path) -> int | None:
    """Open a file without a name on the folder's file system; None where that has no such files."""
    kind: int = getattr(os, "O_TMPFILE", 0)
    if not kind:
        return None
    try:
        return os.open(folder, kind | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in _NO_NAMELESS_FILES:
            raise
        return None


def _give_name(fd: int, path: Path) -> None:
    """Put the file at its place: at once where that is free, else beside it, because linkat(2) replaces nothing."""
    try:
        _link(fd, path)
    except FileExistsError:
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _link(fd, beside)
        beside.replace(path)


def _link(fd: int, path: Path) -> None:
    # with a `src_dir_fd`, though it is not used, Python calls linkat(2), which follows what /proc shows
    os.link(f"/proc/self/fd/{fd}", path, src_dir_fd=fd, follow_symlinks=True)


@contextmanager
def _named(path: Path) -> Iterator[IO[bytes]]:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            yield file.file
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

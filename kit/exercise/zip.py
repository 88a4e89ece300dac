"""A zip archive as entries (PKWARE's APPNOTE). Bounded are: its list of files, and what is read of each file."""

from __future__ import annotations

import io
import stat
import struct
import sys
import zipfile
import zlib
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from kit.exercise.entries import Entry, Kind, RefusedError, damaged, decoded, kind_of
from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LIST_BYTES = (
    4 << 20
)  # of the central directory: 20,000 names of 150 bytes; zipfile keeps tenfold in memory

STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # a first file, or the end of an empty archive (4.3.7, 4.3.16)

# What `zipfile` raises for archives that are damaged or packed in a way that it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
)
_READ = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # zipfile's other methods unpack a whole block at once: no bound
_ENCRYPTED, _UTF8 = 1 << 0, 1 << 11  # general purpose flags (4.4.4)


def zip_entries(data: bytes) -> Iterator[tuple[str, Entry]]:
    """Give names and entries. Raises RefusedError, as does each reader."""
    file = _BoundedList(data)
    with _damage_told():
        archive = zipfile.ZipFile(file)
    file.limit = sys.maxsize
    for info in archive.infolist():
        yield _name(info), Entry(_kind(info), partial(_read, archive, info))


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise damaged(error) from None


class _BoundedList(io.BytesIO):
    """An archive which does not give a list of files of any size: `zipfile` makes objects of all of it."""

    limit = MAX_LIST_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.limit:
            raise RefusedError(
                f"the archive's list of files has {size} bytes; leave out all but the source files"
            )
        return super().read(size)


def _name(info: zipfile.ZipInfo) -> str:
    r"""Give the name with `/`. `zipfile` takes cp437 where no flag says UTF-8; Windows and macOS write their own.

    A second byte of GBK may be the `\` that Windows' old packers put between folders: first decoded, then replaced.
    """
    name = info.orig_filename  # `filename` ends at a NUL
    if not info.flag_bits & _UTF8:
        name = decoded(name.encode("cp437")) or name
    return name.replace("\\", "/")


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = info.external_attr >> 16  # Unix permissions, 0 where the archive was made elsewhere
    return "folder" if _name(info).endswith("/") else kind_of(mode) if stat.S_IFMT(mode) else "file"


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise RefusedError("the archive is encrypted; pack it again without a password")
    if info.compress_type not in _READ:
        raise RefusedError(
            f"{printable(_name(info))} is packed with method {info.compress_type}; pack it again as an ordinary .zip"
        )
    with _damage_told(), archive.open(info) as file:
        return file.read(limit)

"""Unpacks gzip, bzip2 and xz, bounded while it reads: in bytes, in what they grow to, and in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, TYPE_CHECKING

from kit.exercise.entries import RefusedError, damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_UNPACKED_BYTES = 64 << 20  # a tar has to be unpacked to be listed
MAX_RATIO = 200  # to one; programs come to 5, a tar of empty files to 60, zeros to 1000
ALWAYS_UNPACKED_BYTES = 4 << 20  # whatever the ratio
MAX_STREAMS = 1000  # one after the other: each costs far more than its bytes, and may be empty
MAX_XZ_MEMORY_BYTES = 80 << 20  # `xz -9` makes archives that need 65 MiB
_CHUNK_BYTES = 1 << 16

# What the standard library raises for data that is damaged; `bz2` has no error of its own.
_BROKEN = (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def unpacked(data: bytes) -> bytes:
    """Unpack it, or give it as it is where it is not packed. Raises RefusedError."""
    chunks = next(
        (unpack for (place, magic), unpack in _FORMATS.items() if data.startswith(magic, place)), None
    )
    if chunks is None:
        return data
    if max(data.count(start) for start in _STREAM_STARTS) > MAX_STREAMS:
        raise RefusedError(f"it is packed in more than {MAX_STREAMS} pieces; pack the source files alone")
    limit = min(MAX_UNPACKED_BYTES, max(ALWAYS_UNPACKED_BYTES, MAX_RATIO * len(data)))
    whole = bytearray()
    try:
        for chunk in chunks(io.BytesIO(data)):
            whole += chunk
            if len(whole) > limit:
                raise RefusedError(
                    f"the archive unpacks to more than {limit} bytes; pack the source files alone"
                )
    except _BROKEN as error:
        raise damaged(error) from None
    return bytes(whole)


def _gunzipped(file: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file) as stream:
        yield from iter(lambda: stream.read(_CHUNK_BYTES), b"")


def _bunzipped(file: IO[bytes]) -> Iterator[bytes]:
    with bz2.BZ2File(file) as stream:
        yield from iter(lambda: stream.read(_CHUNK_BYTES), b"")


def _unxzed(file: IO[bytes]) -> Iterator[bytes]:
    """Like LZMAFile, which has no bound for memory; only the first of several streams is read."""
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY_BYTES)
    while not decompressor.eof:
        data = file.read(_CHUNK_BYTES) if decompressor.needs_input else b""
        if decompressor.needs_input and not data:
            raise EOFError("it ends too early")
        yield decompressor.decompress(data, _CHUNK_BYTES)


# Rare enough in packed data: 64 MiB have a given three bytes 4 times.
_STREAM_STARTS = (b"\x1f\x8b\x08", b"BZh")

# (place, magic) -> what unpacks it.
_FORMATS: Mapping[tuple[int, bytes], Callable[[IO[bytes]], Iterator[bytes]]] = {
    (0, b"\x1f\x8b"): _gunzipped,  # RFC 1952 2.3.1
    (4, b"1AY&SY"): _bunzipped,  # after BZh and a digit
    (0, b"\xfd7zXZ\0"): _unxzed,  # the xz file format 2.1.1.1
}

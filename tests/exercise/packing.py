"""Folders and archives, made as a test asks for them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def fill(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def tar_of(files: Mapping[str, bytes], format_: int = tarfile.GNU_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=format_) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def tar_header(name: bytes, type_: bytes = b"0", size: int = 0) -> bytes:
    """One header with a right checksum (POSIX ustar), whatever it claims."""
    header = bytearray(512)
    header[: len(name[:100])] = name[:100]
    header[124:136] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[156:157] = type_
    header[257:265] = b"ustar\x0000"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    path.write_bytes(zip_of(files))
    return path


def tarred(
    path: Path, files: Mapping[str, bytes], compression: Callable[[bytes], bytes] = gzip.compress
) -> Path:
    path.write_bytes(compression(tar_of(files)))
    return path

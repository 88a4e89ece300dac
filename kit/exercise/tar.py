"""A tar archive as entries: POSIX's ustar and pax (IEEE Std 1003.1, pax), and GNU's long names. Pure: bytes in, entries out.

Not `tarfile`: a header of 40 kB keeps its regular expressions busy for seconds (CVE-2024-6232), one of
megabytes for days. Here each byte is looked at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NoReturn

from kit.exercise.entries import MAX_NAME_CHARACTERS, Entry, Kind, RefusedError, damaged, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BLOCK_BYTES = 512
MAX_RECORDS_BYTES = 1 << 20  # of a pax header or a GNU name; a name has 4096 at most, macOS adds some kB
MAX_ALL_RECORDS_BYTES = 16 << 20  # of all of them: each byte may be a record, and costs as much as one


def is_tar(start: bytes) -> bool:
    """Tell by the magic in the first header, POSIX's or GNU's; archives from before 1988 have none."""
    return start[257:262] == b"ustar"


def tar_entries(data: bytes) -> Iterator[tuple[str, Entry]]:
    """Give names and entries, one header after the other. Raises RefusedError."""
    said: dict[str, bytes] = {}  # what extra headers say of the file that comes next
    offset = in_records = 0
    while header := data[offset : offset + BLOCK_BYTES].rstrip(b"\0"):
        header = header.ljust(BLOCK_BYTES, b"\0")
        _check(header, offset)
        type_ = header[156:157]
        size = _pax_number(said["size"]) if "size" in said else _number(header[124:136])
        offset += BLOCK_BYTES
        stored = size if type_ not in _WITHOUT_DATA else 0
        if offset + stored > len(data):
            raise damaged("it ends in the middle of a file")
        if type_ in _EXTRA:
            in_records += size
            if in_records > MAX_ALL_RECORDS_BYTES:
                raise RefusedError(
                    f"the archive has more than {MAX_ALL_RECORDS_BYTES} bytes of headers; pack the source files alone"
                )
            said |= _extra(type_, _records(data, offset, size))
        else:
            name = _name(header, said)
            kind = "folder" if name.endswith("/") else _KINDS.get(type_, "special")
            yield name, Entry(kind, partial(_read, data, offset, size))
            said = {}
        offset += -(-stored // BLOCK_BYTES) * BLOCK_BYTES


_KINDS: Mapping[bytes, Kind] = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",  # contiguous, once
    b"1": "link",
    b"2": "link",
    b"5": "folder",
}
_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")  # links, devices, folders, FIFOs
_EXTRA = (b"x", b"g", b"L", b"K")  # pax for the next file, pax for all, GNU's long name, GNU's long link


def _check(header: bytes, offset: int) -> None:
    """Hold the header to its checksum: the sum of its bytes, its own eight taken for spaces."""
    if sum(header[:148]) + sum(header[156:]) + 8 * ord(" ") != _number(header[148:156]):
        raise damaged(f"a wrong checksum at byte {offset}")


def _number(field: bytes) -> int:
    """Read octal digits or, after a first byte of 0x80, GNU's binary number."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip() or b"0"
    return int(digits, 8) if digits.strip(b"01234567") == b"" else _bad(field)


def _pax_number(value: bytes) -> int:
    return int(value) if value.isdigit() and len(value) <= 20 else _bad(value)


def _bad(field: bytes) -> NoReturn:
    raise damaged(f"{field[:20]!r} is no number")


def _records(data: bytes, offset: int, size: int) -> bytes:
    if size > MAX_RECORDS_BYTES:
        raise RefusedError(f"the archive has a header of {size} bytes; pack the source files again as .zip")
    return data[offset : offset + size]


def _extra(type_: bytes, records: bytes) -> dict[str, bytes]:
    """Give `path` and `size` of the next file, as far as they are said."""
    if type_ == b"L":
        return {"path": records.split(b"\0", 1)[0]}
    return dict(_pax(records)) if type_ == b"x" else {}


def _pax(records: bytes) -> Iterator[tuple[str, bytes]]:
    """Read records `LENGTH KEY=VALUE` with their line ends; the length counts itself too."""
    start = 0
    while start < len(records):
        digits, _, _ = records[start : start + 12].partition(b" ")
        end = start + (int(digits) if digits.isdigit() else _bad(digits))
        if end > len(records) or end <= start + len(digits):
            raise damaged("a pax record of a wrong length")
        key, _, value = records[start + len(digits) + 1 : end - 1].partition(b"=")
        if key in (b"path", b"size"):
            yield key.decode(), value
        start = end


def _name(header: bytes, said: Mapping[str, bytes]) -> str:
    name = said.get("path")
    if name is None:
        name = header[:100].split(b"\0", 1)[0]
        prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
        name = prefix + b"/" + name if prefix else name
    # A name without end is cut to where the bound sees that it is too long.
    name = name[: 4 * MAX_NAME_CHARACTERS + 4]
    return decoded(name) or name.decode("utf-8", "surrogateescape")


def _read(data: bytes, offset: int, size: int, limit: int) -> bytes:
    return data[offset : offset + min(size, limit)]

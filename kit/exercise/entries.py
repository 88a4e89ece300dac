"""What a folder or an archive has in it: names from outside that are safe to use, and bounded readers.

A name is a relative one with `/`, in the composed form (NFC) in which Python looks for modules: macOS
packs names decomposed. Bytes that are no text in any encoding stay in it as surrogates.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_ENTRIES = (
    20_000  # hidden ones too: it bounds the work, and a `.git` or `.venv` beside the files is common
)
MAX_DEPTH = 32  # folders in one another
MAX_NAME_CHARACTERS = 4096  # of a whole name; Linux has no longer path

Kind: TypeAlias = Literal["file", "folder", "link", "special"]


class RefusedError(Exception):
    """The student's fault: what was handed in cannot be taken as it is. Says the fault and the remedy."""


def damaged(why: object) -> RefusedError:
    """Say that an archive cannot be read, and why: the words of who tried."""
    return RefusedError(f"the archive cannot be read ({printable(str(why))}); pack it again as .zip")


@dataclass(frozen=True, slots=True)
class Entry:
    """`read` gives at most so many bytes of a file, whatever size its header claims."""

    kind: Kind
    read: Callable[[int], bytes]


Entries: TypeAlias = dict[str, Entry]


def collected(found: Iterable[tuple[str, Entry]]) -> Entries:
    """Give the entries by their safe names, without hidden ones. Takes no more of `found` than the bounds allow.

    Raises RefusedError for too many or too deep ones, a name that leads out, and two of one name.
    """
    entries: Entries = {}
    for count, (raw, entry) in enumerate(found, 1):
        if count > MAX_ENTRIES:
            raise RefusedError(
                f"more than {MAX_ENTRIES} files were handed in; leave out all but the source files"
            )
        name = _safe_name(raw)
        if name is None:
            continue
        if name in entries and (entry.kind, entries[name].kind) != ("folder", "folder"):
            raise RefusedError(f"{printable(name)} is there twice; leave one of the two")
        entries[name] = entry
    refuse_folders_that_are_files(entries)
    return entries


_DRIVE = re.compile("[A-Za-z]:")  # of Windows


def _safe_name(raw: str) -> str | None:
    """Give the name in the one form in which it is compared, None for a hidden one and for the folder itself."""
    if len(raw) > MAX_NAME_CHARACTERS:
        raise RefusedError(
            f"'{printable(raw)}' is a name of {len(raw)} characters; pack the source files alone"
        )
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    if raw.startswith("/") or ".." in parts or _DRIVE.match(raw):
        raise RefusedError(
            f"the archive has '{printable(raw)}', which leads out of it; pack the folder itself again"
        )
    if not parts or any(is_hidden(part) for part in parts):
        return None
    if len(parts) > MAX_DEPTH:
        raise RefusedError(
            f"'{printable(raw)}' lies more than {MAX_DEPTH} folders deep; hand in the folder of the source files"
        )
    return unicodedata.normalize("NFC", "/".join(parts))


def refuse_folders_that_are_files(entries: Entries) -> None:
    """Refuse what no disk can have: a file, or a link to elsewhere, with files in it."""
    for name in entries:
        parts = name.split("/")
        for length in range(1, len(parts)):
            above = entries.get("/".join(parts[:length]))
            if above and above.kind != "folder":
                fault = f"{printable('/'.join(parts[:length]))} is both a file and a folder"
                raise RefusedError(f"{fault}; pack the folder again")


def is_hidden(part: str) -> bool:
    """Whether it is an editor's, a system's or Python's own: `.git`, `__MACOSX`, `__pycache__`."""
    return part.startswith(".") or part in ("__MACOSX", "__pycache__")


def kind_of(mode: int) -> Kind:
    """Tell by the file type in a `st_mode` (inode(7))."""
    kinds: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "special")


def decoded(name: bytes) -> str | None:
    """Read a name that does not tell its encoding: UTF-8, else GBK as Chinese Windows has it, else None."""
    for encoding in ("utf-8", "gbk"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def readable(name: str) -> str:
    r"""Give a name on disk as text that can be written down: one in GBK decoded, other bytes as `\xff`."""
    raw = os.fsencode(name)
    return decoded(raw) or raw.decode("utf-8", "backslashreplace")

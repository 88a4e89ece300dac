"""Where the runs of a class are kept: FOLDER/STUDENT/KEY, KEY-2, ...: a folder a run, none of them ever written again."""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from kit.whole import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.classroom.journal import Key

KEY_LETTERS = 8
MOST_CHARACTERS = 40  # of a student's id in a name: two bytes or three each, of the 255 that a disk takes
UNFINISHED = ".unfinished"


def folder_name(student: str) -> str:
    """Give a name on disk that says who, for any id: what a shell or a disk would stumble over is told apart by a digest."""
    plain = re.sub(r"[^\w.-]", "_", student)[:MOST_CHARACTERS].lstrip(".-")
    if plain and plain == student:
        return plain
    return f"{plain or 'student'}-{hashlib.sha256(student.encode('utf-8', 'surrogateescape')).hexdigest()[:KEY_LETTERS]}"


def place_of(folder: Path, key: Key, before: int) -> Path:
    """Give the run directory of a student's next run, where `before` runs with the same key came before.

    What lies at a place is of another journal, or of a kit that died before it told its verdict: it stays.
    """
    name = key.digest[:KEY_LETTERS]
    places = (folder / (f"{name}-{number}" if number > 1 else name) for number in count(before + 1))
    return next(place for place in places if not place.exists())


@contextmanager
def new_run_dir(place: Path) -> Iterator[Path]:
    """Give a folder that is at the place when the `with` ends, whole, or is not there at all.

    Raises MachineError for the disk's trouble.
    """
    unfinished = place.with_name(place.name + UNFINISHED)
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        unfinished.rename(place)
    except OSError as error:
        raise cannot_write(place, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def forget_unfinished(folder: Path) -> None:
    """Remove what kits that died left below the folder of an exercise's runs."""
    for path in folder.glob(f"*/*{UNFINISHED}"):
        shutil.rmtree(path, ignore_errors=True)

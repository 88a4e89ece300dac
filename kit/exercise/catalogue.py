"""Which exercises there are, and what stands in an exercise's folder beside its exercise.yaml."""

from __future__ import annotations

import os
from pathlib import Path

from kit.errors import ExerciseError, Fault, UsageError
from kit.exercise.faults import nearest, shown_path
from kit.exercise.languages import PYTHON
from kit.exercise.loader import FILE, Exercise, read_file
from kit.exercise.model import LANGUAGES, Wrong
from kit.exercise.rules import RESERVED_FINDINGS

WRONG_FILE = "wrong.yaml"
VARIABLE = "KIT_EXERCISES"
CHECKOUT = Path(__file__).resolve().parents[2] / "exercises"


def folders() -> tuple[Path, ...]:
    """Give the folders of exercises: $KIT_EXERCISES alone, else ./exercises and then the one that came with the kit.

    Of two exercises of one name the first is meant. Raises UsageError where there is no exercise in any.
    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        if not Path(named).is_dir():
            raise UsageError(
                f"{VARIABLE}={named}: there is no such folder", remedy=f"unset {VARIABLE}, or mend it"
            )
        return (Path(named),)
    here = Path("exercises")
    places = (here,) if here.resolve() == CHECKOUT else (here, CHECKOUT)
    found = tuple(folder for folder in places if _names_in(folder))
    if not found:
        raise UsageError(
            "there are no exercises here", remedy=f"go to a folder that has exercises/, or set {VARIABLE}"
        )
    return found


def names() -> list[str]:
    """Give the names of all exercises, those of the first folder first."""
    return list(dict.fromkeys(name for folder in folders() for name in _names_in(folder)))


def own_names() -> list[str]:
    """Give the names of those in the first folder: one's own, where one has any."""
    return _names_in(folders()[0])


def _names_in(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))


def find(name: str) -> Path:
    """Give the folder of an exercise: at this path, or of the first that has this name."""
    path = Path(name)
    if (path / FILE).is_file():
        return path
    if (folder := named(name)) is not None:
        return folder
    if path.is_dir():
        raise UsageError(
            f"{shown_path(path)} is no exercise: it has no {FILE}", remedy="`kit list` shows what there is"
        )
    match = nearest(name, names())
    remedy = f"did you mean {match!r}?" if match else "`kit list` shows what there is"
    places = " or ".join(map(shown_path, folders()))
    raise UsageError(f"there is no exercise {name!r} in {places}", remedy=remedy)


def named(name: str) -> Path | None:
    """Give the folder of the first exercise of this name, never one at a path; None where there is none."""
    if Path(name).name != name:
        return None
    return next((folder / name for folder in folders() if name in _names_in(folder)), None)


def beside(exercise: Exercise) -> dict[str, Path]:
    """Give the folders of those that an exercise may ask for: beside it, and those that came with the kit."""
    places = (CHECKOUT, exercise.folder.resolve().parent)
    return {name: place / name for place in places for name in _names_in(place)}


def statement(exercise: Exercise, language: str) -> str:
    """Give the text for learners, in another language where it is not there in this one."""
    for each in (language, *LANGUAGES):
        path = exercise.folder / f"statement.{each}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    missing = shown_path(exercise.folder / f"statement.{language}.md")
    raise UsageError(f"{missing} is missing", remedy="write it: it is what learners read")


def starters(exercise: Exercise) -> dict[str, Path]:
    """Give the folders that students begin with, by language: starter/, and starter-c/ and the like."""
    folders = {PYTHON.name: exercise.folder / "starter"}
    folders |= {str(name): exercise.folder / f"starter-{name}" for name in exercise.definition.languages}
    return {language: folder for language, folder in folders.items() if folder.is_dir()}


def rights(exercise: Exercise) -> dict[str, Path]:
    """Give further right solutions by label: right/LABEL/, each as a student would hand it in. All must pass."""
    return {path.name: path for path in sorted((exercise.folder / "right").glob("*")) if path.is_dir()}


def wrongs(exercise: Exercise) -> dict[str, Wrong]:
    """Give the wrong solutions of an exercise by label. Raises ExerciseError with the faults of all of them."""
    found: dict[str, Wrong] = {}
    faults: list[Fault] = []
    definition = exercise.definition
    names = [*(check.name for check in definition.checks), *(definition.roles or ()), *RESERVED_FINDINGS]
    known = {"check": names}
    for folder in sorted(path for path in (exercise.folder / "wrong").glob("*") if path.is_dir()):
        path = folder / WRONG_FILE
        if not path.is_file():
            faults.append(
                Fault(shown_path(path), 1, 1, "the file is missing; say in it which checks fail, and why")
            )
            continue
        try:
            found[folder.name] = read_file(Wrong, path, known)
        except ExerciseError as error:
            faults += error.faults
    if faults:
        raise ExerciseError(faults)
    return found

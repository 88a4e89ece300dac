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


def exercises_folder() -> Path:
    """Give the folder of exercises: $KIT_EXERCISES, else ./exercises, else the one that came with the kit."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        if not Path(named).is_dir():
            raise UsageError(
                f"{VARIABLE}={named}: there is no such folder", remedy=f"unset {VARIABLE}, or mend it"
            )
        return Path(named)
    here = Path("exercises")
    for folder in (here, CHECKOUT):
        if _names_in(folder):
            return folder
    raise UsageError(
        "there are no exercises here", remedy=f"go to a folder that has exercises/, or set {VARIABLE}"
    )


def names() -> list[str]:
    return _names_in(exercises_folder())


def _names_in(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))


def find(name: str) -> Path:
    """Give the folder of an exercise: of the catalogue's exercise of this name, or at this path."""
    path = Path(name)
    if (path / FILE).is_file():
        return path
    folder = exercises_folder()
    if Path(name).name == name and name in _names_in(folder):
        return folder / name
    if path.is_dir():
        raise UsageError(
            f"{shown_path(path)} is no exercise: it has no {FILE}", remedy="`kit list` shows what there is"
        )
    match = nearest(name, _names_in(folder))
    remedy = f"did you mean {match!r}?" if match else "`kit list` shows what there is"
    raise UsageError(f"there is no exercise {name!r} in {shown_path(folder)}", remedy=remedy)


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

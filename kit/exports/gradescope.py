"""The archive that an instructor uploads to Gradescope (https://gradescope-autograders.readthedocs.io/en/latest/specs/).

setup.sh           once, when the image is built: packages of the system, an environment with kit's dependencies
run_autograder     for each submission: grades it, writes results.json whatever happens
settings           what differs between two such archives, for the scripts
requirements.txt   kit's dependencies, from PyPI
wirekit/kit/       this kit, as files
exercises/NAME/    the exercise, whole
"""

from __future__ import annotations

import shlex
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import kit
from kit.errors import MachineError, UsageError
from kit.exercise.languages import ALL
from kit.exercise.loader import files_below
from kit.exercise.packing import packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.loader import Exercise

SCRIPTS = ("setup.sh", "run_autograder")
ASSETS = Path(__file__).parent / "assets" / "gradescope"
LIMIT_S = 480  # of one grading; Gradescope ends a container after 600 s unless the instructor chose otherwise


def archive(exercise: Exercise, *, trust: bool) -> bytes:
    """Pack it. `trust`: grade also where Gradescope's machine cannot keep all promises of SECURITY.md.

    Raises UsageError for a handout, MachineError where this kit does not know its own dependencies.
    """
    if exercise.definition.handout is not None:
        raise UsageError(
            f"{exercise.name} is a handout: hidden checks and reference solution are not in it",
            remedy="name the exercise that it was made of",
        )
    files = {name: (ASSETS / name).read_bytes() for name in SCRIPTS}
    files["settings"] = _settings(exercise, "--trust" if trust else "")
    files["requirements.txt"] = "".join(f"{line}\n" for line in requirements()).encode()
    files |= _below("wirekit/kit", files_below(Path(kit.__file__).parent))
    files |= _below(f"exercises/{exercise.name}", files_below(exercise.folder))
    return packed(files, programs=SCRIPTS)


def requirements() -> list[str]:
    """Give what kit needs to run, as pip reads it."""
    try:
        found = metadata.requires("wirekit") or []
    except metadata.PackageNotFoundError:
        raise MachineError(
            "kit does not know what it depends on: it is not installed", remedy="pip install -e CHECKOUT"
        ) from None
    return [line for line in found if "extra ==" not in line]


def _settings(exercise: Exercise, trust: str) -> bytes:
    packages = [package for name in exercise.definition.languages for package in ALL[name].all_packages]
    values = {
        "exercise": exercise.name,
        "trust": trust,
        "limit_s": str(LIMIT_S),
        "packages": " ".join(packages),
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items()).encode()


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}

"""Which languages the files of a solution are in, and whether this machine is to be tested on them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kit.exercise.languages import ALL, language_of

if TYPE_CHECKING:
    from pathlib import Path

OPTIONAL = {"go"}  # half a gigabyte of tools: tested where they are installed, and asked of nobody


def languages_in(folder: Path) -> list[str]:
    """Name the languages beside kit's own vocabulary; `wrong.yaml` is in none."""
    files = [file.name for file in folder.iterdir() if file.suffix in {each.suffix for each in ALL.values()}]
    return sorted({language_of(file).name for file in files})


def is_here(folder: Path) -> bool:
    """Whether the tests run it: each language, but one that nobody is asked for and that is not installed."""
    return all(
        name not in OPTIONAL or all(shutil.which(tool) for tool, _ in ALL[name].tools)
        for name in languages_in(folder)
    )

"""An author at work: a good exercise, a change to it, and what lint says then."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kit.lint.folder import read
from kit.lint.report import of_files
from tests.exercises.catalogue import EXERCISES

if TYPE_CHECKING:
    from pathlib import Path

    from kit.lint.folder import Written

NAME = "listen-accept"


class Author:
    """Has a copy of `listen-accept`, as far as it is in Python, beside what it asks for."""

    def __init__(self, place: Path) -> None:
        for name in (NAME, "basic-usage"):
            shutil.copytree(EXERCISES / name, place / name)
        self.folder = place / NAME
        for pattern in ("right", "starter-*", "wrong/*-in-*"):
            for path in self.folder.glob(pattern):
                shutil.rmtree(path)

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text
        self.write(file, text.replace(old, new, 1))

    def remove(self, name: str) -> None:
        path = self.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    @property
    def written(self) -> Written:
        return read(self.folder)

    def line(self, file: str, begins: str) -> str:
        """Give the place of the first line that begins so."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        number = next(number for number, line in enumerate(lines, 1) if line.strip().startswith(begins))
        return f"{file}:{number}"

    def told(self) -> list[tuple[str, str, str]]:
        """Give (rule, file:line, text) of each complaint."""
        found = of_files(self.written).complaints
        root = f"{self.folder}/"
        return [
            (one.rule, f"{one.fault.path.removeprefix(root)}:{one.fault.line}", one.fault.text)
            for one in found
        ]

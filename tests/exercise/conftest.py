"""Every test here has the small vocabulary of checks of `vocabulary`, so that it tests the loader alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from kit import checks
from kit.exercise.loader import Exercise, load
from tests.exercise.vocabulary import GOOD, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "names", lambda: tuple(sorted(VOCABULARY)))
    monkeypatch.setattr(checks, "load", lambda name: SimpleNamespace(Params=VOCABULARY[name]))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], Path]:
    """Write an exercise `first` into the current folder; its reference has server.py and client.py."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "first"
    (folder / "reference").mkdir(parents=True)
    (folder / "reference/server.py").write_text("print('server')\n")
    (folder / "reference/client.py").write_text("print('client')\n")

    def writer(text: str | bytes = GOOD) -> Path:
        data = text.encode() if isinstance(text, str) else text
        (folder / "exercise.yaml").write_bytes(data)
        return folder

    return writer


@pytest.fixture
def exercise(write: Callable[[str | bytes], Path]) -> Exercise:
    return load(write(GOOD))

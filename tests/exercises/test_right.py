"""Further right solutions, `right/LABEL/` of an exercise: another way to write it passes as the reference does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.exercises.test_exercises import EXERCISES, NAMES, SEED, definition, outcomes, text_of, verdict_of

if TYPE_CHECKING:
    from pathlib import Path

each_right = pytest.mark.parametrize(
    "folder",
    [
        pytest.param(folder, id=f"{name}-{folder.name}")
        for name in NAMES
        for folder in sorted((EXERCISES / name / "right").glob("*/"))
    ],
)
each_backend = pytest.mark.parametrize(
    "backend",
    [pytest.param("netns", marks=pytest.mark.netns), pytest.param("docker", marks=pytest.mark.docker)],
)


def test_a_concurrent_server_may_use_threads_selectors_or_asyncio() -> None:
    exercise = EXERCISES / "concurrent-server"
    assert "threading" in text_of(exercise / "reference" / "server.py")
    assert {folder.name for folder in (exercise / "right").iterdir()} == {"selectors", "asyncio"}


@each_right
def test_it_is_complete_and_differs_from_the_reference(folder: Path) -> None:
    exercise = folder.parents[1]
    assert {file.name for file in folder.iterdir()} == set(definition(exercise.name).submit)
    for file in folder.iterdir():
        assert ast.dump(ast.parse(text_of(file))) != ast.dump(
            ast.parse(text_of(exercise / "reference" / file.name))
        )


@each_backend
@each_right
def test_it_passes(folder: Path, backend: str, tmp_path: Path) -> None:
    options = ("--seed", SEED, "--backend", backend, "--out", str(tmp_path / "run"))
    verdict = verdict_of("grade", str(folder.parents[1]), str(folder), "--trust", *options)
    assert set(outcomes(verdict).values()) == {"pass"}, verdict["findings"]
    assert verdict["score"] == verdict["max_score"]

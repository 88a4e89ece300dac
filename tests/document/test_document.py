"""The document's scripts, word for word, run as they stand: on hosts of their own, and on one host."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.exercise.loader import load

HERE = Path(__file__).parent
SAMPLES = ("basic-usage", "listen-accept", "send-recv")
PLACES = ("hosts", "one-host")
BACKENDS = [pytest.param("netns", marks=pytest.mark.netns), pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=SAMPLES)
def exercise(request: pytest.FixtureRequest, place: str, tmp_path: Path) -> Path:
    """An exercise folder of a sample: the same scripts, whatever the place."""
    folder = tmp_path / str(request.param)
    shutil.copytree(HERE / folder.name / "reference", folder / "reference")
    shutil.copy(HERE / folder.name / f"{place}.yaml", folder / "exercise.yaml")
    return folder


def test_the_samples_are_exercises_without_a_fault(exercise: Path) -> None:
    assert set(load(exercise).definition.submit) == {file.name for file in (exercise / "reference").iterdir()}


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_samples_run_as_the_document_says(exercise: Path, backend: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kit", "run", str(exercise), "--backend", backend, "--format", "json"]
    run = subprocess.run(
        [*command, "--out", str(tmp_path / "run")], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
    verdict = json.loads(run.stdout)
    assert verdict["outcome"] == "pass"
    assert {finding["outcome"] for finding in verdict["findings"]} == {"pass"}

"""The exercises of the catalogue, and kit as a user runs it on them.

A seed draws other ports and words than the statements show, so that what is copied or hard-coded is found out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.exercise.loader import load

if TYPE_CHECKING:
    from kit.exercise.model import Definition

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "exercises"
NAMES = tuple(sorted(file.parent.name for file in EXERCISES.glob("*/exercise.yaml")))
EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}
SEED = "a seed of the tests"


@cache
def definition(name: str) -> Definition:
    return load(EXERCISES / name).definition


def kit(*arguments: str, within_s: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=within_s)


def verdict_of(*arguments: str) -> dict[str, Any]:
    """Run kit for one verdict; its exit code must say what its verdict says."""
    run = kit(*arguments, "--format", "json")
    assert run.stdout, run.stderr
    verdict: dict[str, Any] = json.loads(run.stdout)
    assert EXIT_CODES[verdict["outcome"]] == run.returncode, run.stderr
    return verdict


def grade(exercise: Path, submission: Path, backend: str, out: Path) -> dict[str, Any]:
    options = ("--seed", SEED, "--backend", backend, "--out", str(out))
    return verdict_of("grade", str(exercise), str(submission), "--trust", *options)


def outcomes(verdict: dict[str, Any]) -> dict[str, str]:
    return {finding["name"]: finding["outcome"] for finding in verdict["findings"]}

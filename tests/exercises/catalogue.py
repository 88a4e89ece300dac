"""The exercises of the catalogue, by name."""

from __future__ import annotations

from pathlib import Path

EXERCISES = Path(__file__).parents[2] / "exercises"
NAMES = tuple(sorted(file.parent.name for file in EXERCISES.glob("*/exercise.yaml")))

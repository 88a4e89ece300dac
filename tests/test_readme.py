"""README tells the truth: what it names is there, and what is there is named."""

from __future__ import annotations

import re
from pathlib import Path

from kit.cli.commands import COMMANDS
from tests.exercises.catalogue import NAMES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXERCISES = TEXT[TEXT.index("## The exercises") :]


def test_it_names_every_exercise_and_counts_them() -> None:
    assert [name for name in NAMES if f"`{name}`" not in EXERCISES] == []
    assert f"\n{len(NAMES)} of them" in EXERCISES


def test_the_commands_that_it_names_are_there() -> None:
    named = set(re.findall(r"`kit ([a-z]+)[ `]", TEXT))
    assert named - set(COMMANDS) == set()


def test_the_files_that_it_shows_or_points_to_are_there() -> None:
    shown = [target for target in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in target]
    assert [target for target in shown if not (ROOT / target).exists()] == []

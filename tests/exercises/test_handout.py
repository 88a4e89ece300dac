"""A student grades with the handout as the teacher does with the whole exercise, and learns nothing else from it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kit.exercise.handout import archive
from kit.exercise.loader import Exercise, load
from tests.exercises.test_exercises import EXERCISES, NAMES, SEED, WRONGS, definition

HIDDEN = "listen-accept with a hidden check"
HIDDEN_CHECK = """\
  - count: {host: server, filter: "tcp.flags.syn == 1", min: 2}   # whoever reads this knows the answer
    name: unseen
    points: 4
    hidden: true
    why: {en: "An unseen reason.", zh: "看不见的原因。"}
"""
FEWEST_LETTERS = 12  # of a line that tells something: `import sys` tells nothing

each_exercise = pytest.mark.parametrize("name", [*NAMES, HIDDEN])


@pytest.fixture
def whole(name: str, tmp_path: Path) -> Exercise:
    """Give an exercise of the catalogue, or one of them with a hidden check that others need."""
    if name != HIDDEN:
        return load(EXERCISES / name)
    folder = shutil.copytree(EXERCISES / "listen-accept", tmp_path / "whole" / "listen-accept")
    file = folder / "exercise.yaml"
    text = file.read_text(encoding="utf-8").replace("needs: [", "needs: [unseen, ") + HIDDEN_CHECK
    file.write_text(text, encoding="utf-8")
    return load(folder)


@pytest.fixture
def handed_out(whole: Exercise, tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive(whole))) as file:
        file.extractall(tmp_path / "student")
    return tmp_path / "student" / whole.name


def lines_of(files: list[Path]) -> set[str]:
    """Give the lines that tell something."""
    lines = {line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    return {line for line in lines if len(re.findall(r"\w", line)) >= FEWEST_LETTERS}


@each_exercise
def test_nothing_in_it_tells_of_solutions_and_hidden_checks(whole: Exercise) -> None:
    folder, submit = whole.folder, whole.definition.submit
    provided = [file for file in (folder / "reference").iterdir() if file.name not in submit]
    given = lines_of([*(folder / "starter").iterdir(), *folder.glob("statement.*.md"), *provided])
    solutions = [folder / "reference" / file for file in submit]
    solutions += [file for file in (folder / "wrong").rglob("*") if file.is_file()]
    secrets = {text for text in lines_of(solutions) - given if text not in " ".join(given)}
    comments = set(re.findall(r" # .*", (folder / "exercise.yaml").read_text(encoding="utf-8")))
    secrets |= comments | {"unseen", "看不见", "tcp.flags", "wrong/"}
    assert len(secrets) > len(submit)
    packed = archive(whole).decode("utf-8", "replace")
    assert [text for text in secrets if text in packed] == []


def graded(exercise: Path, submission: Path, out: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "kit", "grade", str(exercise), str(submission), "--trust"]
    command += ["--seed", SEED, "--backend", "netns", "--out", str(out), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


SAME = ("name", "check", "outcome", "points", "max_points", "hidden", "expected", "why", "hint")


def visible(verdict: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {key: finding[key] for key in SAME}
        for finding in verdict["findings"]
        if not finding["hidden"] and finding["check"] != "role"
    ]


MISSES_A_GATE = "listen-accept"


@cache
def submissions(name: str) -> list[str]:
    """Name the reference and two wrong solutions, once one that misses a gate: each waits for it four times."""
    wrongs = WRONGS["listen-accept" if name == HIDDEN else name]
    missing = [wrong for wrong in wrongs if "timeline" in (wrong / "wrong.yaml").read_text(encoding="utf-8")]
    others = [wrong for wrong in wrongs if wrong not in missing]
    if name != MISSES_A_GATE and len(others) > 1:
        missing = []
    return ["reference", *(f"wrong/{wrong.name}" for wrong in (*missing[:1], *others[-2 + bool(missing) :]))]


each_submission = pytest.mark.parametrize(
    ("name", "submission"),
    [
        pytest.param(name, each, id=f"{name}-{Path(each).name}")
        for name in (*NAMES, HIDDEN)
        for each in submissions(name)
    ],
)


@pytest.mark.netns
@each_submission
def test_a_student_gets_the_teachers_findings_on_what_is_visible(
    name: str, submission: str, whole: Exercise, handed_out: Path, tmp_path: Path
) -> None:
    folder = whole.folder / submission
    teachers, students = (
        graded(whole.folder, folder, tmp_path / "a"),
        graded(handed_out, folder, tmp_path / "b"),
    )
    assert visible(students) == visible(teachers)
    roles = [finding for finding in students["findings"] if finding["check"] == "role"]
    assert (
        [finding["name"] for finding in roles] == list(definition(name).roles or ())
        if name in NAMES
        else True
    )
    assert {finding["outcome"] for finding in roles} <= {"skipped"}
    told = any("4 points, can only be run by your teacher" in note for note in students["notes"])
    assert told == (name == HIDDEN)

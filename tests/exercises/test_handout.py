"""A student grades with the handout as the teacher does with the whole exercise, and learns nothing else from it.

A handout's plan is the teacher's, so a run is the same; what a student gets is judged from the evidence that the lint of an
exercise leaves (tests/exercises/linted.py). One exercise, with a hidden check, is run with both for certain.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from kit.exercise.handout import archive
from kit.exercise.loader import Exercise, files_below, load
from kit.exercise.planner import make_plan
from kit.exercise.submission import Submission
from tests.exercises.catalogue import EXERCISES, NAMES, SEED, grade
from tests.exercises.linted import handed_out, linted, shared_folder, visible

if TYPE_CHECKING:
    from pathlib import Path

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


def lines_of(files: list[Path]) -> set[str]:
    """Give the lines that tell something."""
    lines = {line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    return {line for line in lines if len(re.findall(r"\w", line)) >= FEWEST_LETTERS}


@each_exercise
def test_nothing_in_it_tells_of_solutions_and_hidden_checks(name: str, whole: Exercise) -> None:
    folder, submit = whole.folder, whole.definition.submit
    provided = [file for file in (folder / "reference").iterdir() if file.name not in submit]
    given = lines_of([*folder.glob("starter*/*"), *folder.glob("statement.*.md"), *provided])
    solutions = [folder / "reference" / file for file in submit]
    solutions += [file for file in (folder / "wrong").rglob("*") if file.is_file()]
    comments = re.findall(r" # .*", (folder / "exercise.yaml").read_text(encoding="utf-8"))
    telling = {text for text in comments if len(re.findall(r"\w", text)) >= FEWEST_LETTERS}
    secrets = {text for text in (lines_of(solutions) - given) | telling if text not in " ".join(given)}
    secrets |= {"unseen", "看不见", "wrong/"} | ({"tcp.flags"} if name == HIDDEN else set())
    assert len(secrets) > len(submit)
    packed = archive(whole).decode("utf-8", "replace")
    assert [text for text in secrets if text in packed] == []


@each_exercise
def test_a_students_run_is_the_teachers_run(whole: Exercise, tmp_path: Path) -> None:
    """Of the reference as it would be handed in, and of every wrong solution: all but the exercise's digest is equal."""
    students = handed_out(whole.folder, tmp_path)
    for folder in (whole.folder / "reference", *(whole.folder / "wrong").iterdir()):
        submission = Submission(folder.name, files_below(folder), digest="")
        plans = [make_plan(exercise, submission, SEED) for exercise in (whole, students)]
        assert replace(plans[0], exercise_digest="") == replace(plans[1], exercise_digest=""), folder.name


@pytest.mark.netns
@pytest.mark.parametrize("name", NAMES)
def test_a_student_gets_the_teachers_findings_on_what_is_visible(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    differences = linted(shared_folder(tmp_path_factory), name, "netns").handout
    assert {label: found for label, found in differences.items() if found} == {}
    assert {"repeat-1", "starter"} < differences.keys()


@cache
def submissions() -> list[str]:
    """Name the reference, a wrong solution that misses a gate, and one that does not."""
    wrongs = sorted((EXERCISES / "listen-accept" / "wrong").iterdir())
    missing = [wrong for wrong in wrongs if "timeline" in (wrong / "wrong.yaml").read_text(encoding="utf-8")]
    others = [wrong for wrong in wrongs if wrong not in missing]
    return ["reference", f"wrong/{missing[0].name}", f"wrong/{others[-1].name}"]


@pytest.mark.netns
@pytest.mark.parametrize("submission", submissions())
@pytest.mark.parametrize("name", [HIDDEN])
def test_run_with_both_what_is_visible_is_the_same_and_what_is_not_is_told_to_be_the_teachers(
    submission: str, whole: Exercise, tmp_path: Path
) -> None:
    students = handed_out(whole.folder, tmp_path)
    folder = whole.folder / submission
    teachers, of_student = (
        grade(exercise.folder, folder, "netns", tmp_path / place)
        for exercise, place in ((whole, "a"), (students, "b"))
    )
    assert visible(of_student) == visible(teachers)
    assert any("4 points, can only be run by your teacher" in note for note in of_student["notes"])

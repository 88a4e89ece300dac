"""An exercise with a check of its own, graded as any other: by workers, judged again, reported, handed out."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.exercises.catalogue import EXERCISES, grade, kit, outcomes

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = '''\
"""What listen-accept asks beside kit's own checks."""

from kit.author import Answer, Evidence, ProgramRef, fail, output_cite, passed


def numbered(evidence: Evidence, program: ProgramRef, numbers: list[int]) -> Answer:
    """Does each line begin with its number?"""
    lines = [line for line in evidence.outputs if line.program == program]
    found = [int(line.data.split()[0]) for line in lines]
    answer = passed if found == numbers else fail
    return answer(expected=f"lines numbered {numbers}", observed=f"{found}", cites=map(output_cite, lines))
'''
ASKED = """\
  - numbered: {program: server, numbers: [1, 2]}
    why: {en: "First come, first served.", zh: "先来先得。"}
"""


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a catalogue of one exercise, and begin beside it."""
    folder = shutil.copytree(EXERCISES / "listen-accept", tmp_path / "exercises" / "listen-accept")
    (folder / "checks.py").write_text(CHECKS)
    text = (folder / "exercise.yaml").read_text(encoding="utf-8")
    (folder / "exercise.yaml").write_text(text + ASKED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises"


def said(*arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(kit(*arguments, "--format", "json").stdout)
    return told


@pytest.mark.netns
def test_it_counts_in_every_verdict_and_its_code_stays_with_the_exercise(
    catalogue: Path, tmp_path: Path
) -> None:
    exercise = catalogue / "listen-accept"
    right, wrong = exercise / "reference", exercise / "wrong" / "hard-coded-names"
    verdict = grade(exercise, right, "netns", tmp_path / "one")
    assert outcomes(verdict)["numbered"] == "pass"
    assert said("regrade", str(tmp_path / "one")) == verdict
    # A class goes through workers, each with the exercise unpacked from a job.
    graded = kit(
        "grade", "listen-accept", str(right), str(wrong), "--trust", "--backend", "netns", "--format", "json"
    )
    assert [outcomes(json.loads(line))["numbered"] for line in graded.stdout.splitlines()] == ["pass", "pass"]
    # A better check judges old runs, too.
    (exercise / "checks.py").write_text(CHECKS.replace("found == numbers", "not found"))
    assert outcomes(said("regrade", "one"))["numbered"] == "fail"
    # One that raises is no pass.
    (exercise / "checks.py").write_text(CHECKS.replace("int(line", "int(lin"))
    assert outcomes(said("regrade", "one"))["numbered"] == "inconclusive"
    assert kit("report", "one").returncode == 0
    # No code is taken from a run directory, whatever it says.
    shutil.rmtree(exercise)
    facts = json.loads((tmp_path / "one" / "run.json").read_text())
    facts["exercise"]["name"] = str(tmp_path / "one")
    (tmp_path / "one" / "run.json").write_text(json.dumps(facts))
    shutil.copytree(EXERCISES / "send-recv", catalogue / "send-recv")
    (tmp_path / "one" / "exercise.yaml").write_text("title: x\n")
    (tmp_path / "one" / "checks.py").write_text("raise SystemExit('code from a run directory')\n")
    found = {one["name"]: one for one in said("regrade", "one")["findings"]}
    assert found["numbered"]["outcome"] == "inconclusive"
    assert "an exercise that is not here" in found["numbered"]["observed"]


@pytest.mark.netns
def test_a_student_asks_it_by_the_handout(catalogue: Path, tmp_path: Path) -> None:
    assert kit("handout", "listen-accept", "--out", "given.zip").returncode == 0
    with zipfile.ZipFile(io.BytesIO((tmp_path / "given.zip").read_bytes())) as file:
        file.extractall(tmp_path / "student")
    given = tmp_path / "student" / "listen-accept"
    verdict = grade(given, catalogue / "listen-accept" / "wrong" / "newest-first", "netns", tmp_path / "run")
    assert outcomes(verdict)["numbered"] == "pass"
    assert {"served", "answer-1"} <= {
        name for name, outcome in outcomes(verdict).items() if outcome == "fail"
    }


def test_lint_asks_for_a_wrong_solution_that_fails_it_and_for_its_use(catalogue: Path) -> None:
    run = kit("lint", "listen-accept", "--no-run")
    assert "no wrong solution fails numbered" in run.stdout
    file = catalogue / "listen-accept" / "exercise.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(ASKED, ""), encoding="utf-8")
    run = kit("lint", "listen-accept", "--no-run")
    assert "checks.py:6:1: no entry of `checks` asks numbered; ask it, or begin its name with _" in run.stdout

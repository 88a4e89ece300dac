"""One `kit lint` for each exercise and backend in a whole run of the tests, whatever process of xdist's asks for it.

On netns the evidence of its runs says, too, whether a student would get the same findings with the handout; what is kept
of it is that answer.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.evidence import store
from kit.exercise.handout import archive
from kit.exercise.loader import load
from kit.judge import regrade, rules_of
from kit.renderers import Options
from kit.renderers import load as renderer
from tests.exercises.catalogue import EXERCISES, kit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from kit.exercise.loader import Exercise
    from kit.verdict import Verdict

# The reference by the statement's values and by drawn ones, the starter, wrong solutions. One at a time: xdist has other
# exercises beside it, and a machine that is far too busy makes verdicts inconclusive.
OPTIONS = ("--repeats", "1", "--jobs", "1", "--format", "json")
# Every wrong solution is run on one backend, and on the other as many as it takes to have each check fail: the two are
# held to the same evidence elsewhere (tests/test_parity.py). `make lint` runs all of them on both.
OF_BACKEND = {"netns": (), "docker": ("--quick",)}
WITHIN_S = 1200  # far above any load seen: beyond it kit hangs
SAME = ("name", "check", "outcome", "points", "max_points", "hidden", "expected", "why", "hint")


@dataclass(frozen=True)
class Linted:
    """`report`: what `kit lint` says; `handout`: by run, a line for each finding that a student would get otherwise."""

    code: int
    said: str
    report: dict[str, Any]
    handout: dict[str, list[str]]


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Give a folder that all processes of this run of the tests have."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def linted(place: Path, name: str, backend: str) -> Linted:
    """Give what came of it; the first who asks has it run."""
    file = place / f"lint-{name}-{backend}.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(vars(_lint(place / f"lint-{name}-{backend}", name, backend))))
    return Linted(**json.loads(file.read_text()))


def _lint(folder: Path, name: str, backend: str) -> Linted:
    run = kit(
        "lint",
        str(EXERCISES / name),
        "--backend",
        backend,
        "--out",
        str(folder / "runs"),
        *OPTIONS,
        *OF_BACKEND[backend],
        within_s=WITHIN_S,
    )
    assert run.stdout, run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    differences: dict[str, list[str]] = {}
    if backend == "netns":
        whole, given = load(EXERCISES / name), handed_out(EXERCISES / name, folder)
        for one in report["runs"]:
            if one["kind"] != "defaults" and one["outcomes"]:
                differences[one["label"]] = student_sees_otherwise(folder, one["run_dir"], whole, given)
    right = all(one["right"] for one in report["runs"])
    if right:  # else who looks for the reason needs the evidence
        shutil.rmtree(folder)
    return Linted(run.returncode, run.stderr, report, differences)


def handed_out(exercise: Path, folder: Path) -> Exercise:
    """Unpack its handout, as a student does."""
    with zipfile.ZipFile(io.BytesIO(archive(load(exercise)))) as file:
        file.extractall(folder / "student")
    return load(folder / "student" / exercise.name)


def student_sees_otherwise(folder: Path, run_dir: str, whole: Exercise, given: Exercise) -> list[str]:
    """Judge a stored run as the handout would, which has this plan, and name what differs in what a student may see."""
    run = shutil.copytree(run_dir, folder / "regraded")
    try:
        facts = store.load_facts(run)
        if any(step.outcome == "missed" for step in store.load_steps(run)) and not (run / "first").exists():
            shutil.copytree(run_dir, run / "first")  # there a gate counts that was missed twice
        teachers = visible(as_told(regrade(run, whole.own)))
        definition = given.with_params(facts["params"])
        facts |= rules_of(definition) | {"handout": definition.handout.model_dump()}  # type: ignore[union-attr]
        store.write_facts(run, facts)
        judged = as_told(regrade(run, whole.own))
        students = visible(judged)
        found = [
            f"{one['name']}: {one} != {students.get(name)}"
            for name, one in teachers.items()
            if one != students.get(name)
        ]
        found += [f"{name}: the student's alone" for name in students.keys() - teachers.keys()]
        halves = {one["name"]: one["outcome"] for one in judged["findings"] if one["check"] == "role"}
        if facts.get("roles") and halves != dict.fromkeys(whole.definition.roles or {}, "skipped"):
            found.append(f"halves: {halves}")
        return found
    finally:
        shutil.rmtree(run)


def as_told(verdict: Verdict) -> dict[str, Any]:
    """Give what `--format json` writes."""
    told: dict[str, Any] = json.loads(
        "".join(renderer("json").render([verdict], Options(audience="teacher")))
    )
    return told


def visible(verdict: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        finding["name"]: {key: finding[key] for key in SAME}
        for finding in verdict["findings"]
        if not finding["hidden"] and finding["check"] != "role"
    }

"""A gate that was missed by chance decides nothing: the reference is asked, and the submission once more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit import judge as judging
from kit.backends import netns
from kit.errors import EvidenceError
from kit.evidence import store
from kit.evidence.model import StepRecord
from kit.exercise import catalogue, loader, yaml
from kit.exercise.intake import read_submission
from kit.judge import judge, regrade
from kit.lab.run import run_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.plan import Plan
    from kit.verdict import Verdict

MISSED, DONE = "missed", "done"


class Script:
    """Runs that are only told: each in turn, of the submission and of the reference, misses its step or does not."""

    def __init__(self, submission: list[str], reference: str) -> None:
        self.outcomes = {True: submission, False: [reference]}
        self.ran: list[str] = []

    def observe(
        self, plan: Plan, backend: Any, folder: Path, rules: dict[str, Any], _progress: Callable[[str], None]
    ) -> None:
        submitted = any(program.submitted for program in plan.programs.values())
        self.ran.append("submission" if submitted else "reference")
        outcome: Any = self.outcomes[submitted].pop(0)
        with store.Recorder(folder, {**run_facts(plan, backend), **rules}) as recorder:
            recorder.step(
                StepRecord(1, "wait: {exited: server}", outcome, 1, 2, reason=f"run {len(self.ran)}")
            )
            recorder.facts["ended_ns"] = 3
            if outcome == "cut":
                raise KeyboardInterrupt


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[str], str], tuple[Verdict, list[str]]]:
    """Give a function that judges with such runs; it gives the verdict and who ran."""

    def tell(submission: list[str], reference: str = DONE) -> tuple[Verdict, list[str]]:
        script = Script(submission, reference)
        monkeypatch.setattr(judging, "_observe", script.observe)
        exercise = loader.load(catalogue.find("listen-accept"))
        handed_in = read_submission(exercise.folder / "reference", exercise)
        verdict = judge(exercise, handed_in, None, netns.backend(), tmp_path / "run", lambda _text: None)
        return verdict, script.ran

    return tell


def test_a_gate_that_is_passed_the_second_time_was_no_fault_of_the_submissions(
    told: Any, tmp_path: Path
) -> None:
    verdict, ran = told([MISSED, DONE])
    assert ran == ["submission", "reference", "submission"]
    assert "timeline" not in {finding.name for finding in verdict.findings}
    assert verdict.notes[-1] == (
        "the first run missed step 1, wait: {exited: server}; this verdict is of the second one"
    )
    steps = {name: store.load(tmp_path / "run" / name).steps[0].reason for name in ("", "first", "reference")}
    assert steps == {"": "run 3", "first": "run 1", "reference": "run 2"}
    assert regrade(tmp_path / "run") == verdict


def test_a_gate_that_is_missed_twice_counts(told: Any) -> None:
    verdict, ran = told([MISSED, MISSED])
    assert ran == ["submission", "reference", "submission"]
    timeline = verdict.findings[0]
    assert (timeline.name, timeline.outcome) == ("timeline", "fail")
    assert "step 1 was missed: run 3" in timeline.answer.observed


def test_where_the_reference_misses_it_too_nothing_is_gained_by_a_second_run(told: Any) -> None:
    verdict, ran = told([MISSED], MISSED)
    assert ran == ["submission", "reference"]
    assert verdict.outcome == "inconclusive"


def test_who_misses_no_gate_runs_once(told: Any) -> None:
    assert told([DONE])[1] == ["submission"]


def test_what_was_stopped_in_its_second_run_is_not_known(told: Any, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        told([MISSED, "cut"])
    verdict = regrade(tmp_path / "run")
    assert verdict.outcome == "inconclusive"
    assert "its second run was cut short" in verdict.notes[0]


def test_how_much_a_student_sees_is_kept_with_the_run(
    told: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = loader.load
    monkeypatch.setattr(loader, "load", lambda folder: _with_feedback(load(folder), "hint"))
    verdict, _ = told([DONE])
    assert (verdict.feedback, regrade(tmp_path / "run").feedback) == ("hint", "hint")


def _with_feedback(exercise: loader.Exercise, feedback: str) -> loader.Exercise:
    entries = (*exercise.tree.entries, (yaml.Scalar("feedback", 1, 1), yaml.Scalar(feedback, 1, 1)))
    return replace(exercise, tree=replace(exercise.tree, entries=entries))


@pytest.mark.parametrize("runnable", [True, False])
def test_a_run_of_an_older_kit_shows_a_student_all(
    told: Callable[..., Any], tmp_path: Path, *, runnable: bool
) -> None:
    told([DONE])
    path = tmp_path / "run" / "run.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    assert facts.pop("feedback") == "full"
    if not runnable:
        facts["submission_faults"] = ["the archive is damaged"]
    path.write_text(json.dumps(facts), encoding="utf-8")
    assert regrade(tmp_path / "run").feedback == "full"
    path.write_text(json.dumps(facts | {"feedback": "hint"}), encoding="utf-8")
    assert regrade(tmp_path / "run").feedback == "hint"


def test_a_feedback_that_nobody_knows_is_told(told: Callable[..., Any], tmp_path: Path) -> None:
    told([DONE])
    path = tmp_path / "run" / "run.json"
    facts = json.loads(path.read_text(encoding="utf-8")) | {"feedback": "some"}
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"run\.json"):
        regrade(tmp_path / "run")

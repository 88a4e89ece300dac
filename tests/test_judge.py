"""A gate that was missed by chance decides nothing: the reference is asked, and the submission once more."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit import judge as judging
from kit.backends import netns
from kit.errors import EvidenceError
from kit.evidence import store
from kit.evidence.model import Exit, StepRecord
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
EARLY = "early"  # missed, while only a program of the exercise's own had started


class Script:
    """Runs that are only told: each in turn, of the submission and of the reference, misses its step or does not."""

    def __init__(self, submission: list[str], reference: str) -> None:
        self.outcomes = {True: submission, False: [reference]}
        self.ran: list[str] = []

    def observe(
        self,
        plan: Plan,
        backend: Any,
        folder: Path,
        rules: dict[str, Any],
        _progress: Callable[[str], None],
        _builder: object,
    ) -> None:
        submitted = any(program.submitted for program in plan.programs.values())
        self.ran.append("submission" if submitted else "reference")
        outcome: Any = self.outcomes[submitted].pop(0)
        with store.Recorder(folder, {**run_facts(plan, backend), **rules}) as recorder:
            if outcome == EARLY:
                recorder.note("started", name="client1", time_ns=1)
                outcome = MISSED
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

    def tell(
        submission: list[str], reference: str = DONE, known: dict[str, bytes] | None = None
    ) -> tuple[Verdict, list[str]]:
        script = Script(submission, reference)
        monkeypatch.setattr(judging, "_observe", script.observe)
        exercise = loader.load(catalogue.find("listen-accept"))
        handed_in = read_submission(exercise.folder / "reference", exercise)
        folder = tmp_path / ("run" if known is None else "run-beside")
        verdict = judge(exercise, handed_in, None, netns.backend(), folder, lambda _text: None, known)
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


def test_a_gate_missed_before_the_submission_had_started_is_tried_again_with_no_look_at_the_reference(
    told: Any,
) -> None:
    verdict, ran = told([EARLY, DONE])
    assert ran == ["submission", "submission"]
    assert "timeline" not in {finding.name for finding in verdict.findings}


def test_a_gate_missed_twice_before_the_submission_had_started_costs_nothing(told: Any) -> None:
    verdict, ran = told([EARLY, EARLY])
    assert ran == ["submission", "submission"]
    assert (verdict.findings[0].name, verdict.outcome) == ("timeline", "inconclusive")


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


def test_what_is_known_of_the_reference_is_not_run_again_and_a_missed_gate_is_judged_at_once(
    told: Any, tmp_path: Path
) -> None:
    _, ran = told([MISSED, MISSED])
    assert ran == ["submission", "reference", "submission"]
    known = {name: (tmp_path / "run" / "reference" / name).read_bytes() for name in judging.REFERENCE_FILES}
    verdict, ran = told([MISSED], "never", known)
    assert ran == ["submission"]
    assert (verdict.findings[0].name, verdict.findings[0].outcome) == ("timeline", "fail")
    assert verdict.notes == ("the reference solution passed the step that this submission missed",)
    assert regrade(tmp_path / "run-beside") == verdict


def test_where_what_is_known_of_the_reference_misses_the_gate_nobody_is_to_blame(
    told: Any, tmp_path: Path
) -> None:
    told([MISSED], MISSED)
    known = {name: (tmp_path / "run" / "reference" / name).read_bytes() for name in judging.REFERENCE_FILES}
    verdict, _ = told([MISSED], "never", known)
    assert verdict.outcome == "inconclusive"


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


ROLES = "roles: {server: {files: [server.py]}, client: {files: [client.py], points: 2}}"
SMALL = f"""\
title: {{en: "two halves"}}
params:
  port: {{default: 8001, pick: 20000-29999}}
hosts: [server, client]
programs:
  server: {{script: server.py, args: ["${{port}}"]}}
  client: {{script: client.py, args: [server, "${{port}}"]}}
submit: [server.py, client.py]
{ROLES}
timeline:
  - start: [server, client]
  - wait: {{exited: [server, client]}}
checks:
  - exit: {{program: server}}
"""
ALL = "client, server"  # who was the submission's in a run


class Halves:
    """Runs that are only told, by who is the submission's in them: each in turn misses its step or does not.

    No packet is seen in them, so they are judged by the step and the server's exit alone.
    """

    def __init__(self, **outcomes: list[str]) -> None:
        self.outcomes = {"": [DONE], ALL: [DONE], "server": [DONE], "client": [DONE]} | outcomes
        self.ran: list[tuple[str, str]] = []

    def observe(
        self,
        plan: Plan,
        backend: Any,
        folder: Path,
        rules: dict[str, Any],
        _progress: Callable[[str], None],
        _builder: object,
    ) -> None:
        whose = ", ".join(sorted(name for name, one in plan.programs.items() if one.submitted))
        self.ran.append((whose, folder.name))
        outcome: Any = self.outcomes[whose].pop(0)
        with store.Recorder(folder, {**run_facts(plan, backend), **rules}) as recorder:
            recorder.step(StepRecord(1, "wait: exited server", outcome, 1, 2))
            recorder.exit(Exit("server", 2, code=0 if outcome == DONE else 1))
            recorder.facts["ended_ns"] = 3
            if outcome == "cut":
                del recorder.facts["ended_ns"]
                raise KeyboardInterrupt


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Verdict, Halves]]:
    """Give a function that judges both programs of `SMALL` with such runs."""

    def tell(
        text: str = SMALL, files: tuple[str, ...] = ("server.py", "client.py"), **outcomes: list[str]
    ) -> Any:
        script = Halves(
            **{ALL if name == "pair" else name.strip("_"): each for name, each in outcomes.items()}
        )
        script.outcomes[""] = outcomes.get("reference", [DONE])
        monkeypatch.setattr(judging, "_observe", script.observe)
        folder = tmp_path / "small"
        for name, where in (("server.py", "mine"), ("client.py", "mine")):
            for each in (where, "small/reference"):
                (tmp_path / each).mkdir(parents=True, exist_ok=True)
            (folder / "reference" / name).write_text("pass\n")
            if name in files:
                (tmp_path / where / name).write_text("pass\n")
        (folder / "exercise.yaml").write_text(text)
        if "handout:" in text:
            shutil.rmtree(folder / "reference")
        exercise = loader.load(folder)
        handed_in = read_submission(tmp_path / "mine", exercise)
        verdict = judge(exercise, handed_in, None, netns.backend(), tmp_path / "run", lambda _text: None)
        return verdict, script

    return tell


def found(verdict: Verdict) -> dict[str, str]:
    return {finding.name: str(finding.outcome) for finding in verdict.findings}


def test_the_pair_and_each_half_run_and_the_directory_gives_the_same_verdict(
    halves: Any, tmp_path: Path
) -> None:
    verdict, script = halves()
    assert script.ran == [(ALL, "run"), ("server", "server"), ("client", "client")]
    assert found(verdict) == {"exit": "pass", "server": "pass", "client": "pass"}
    assert verdict.max_score == 4
    assert regrade(tmp_path / "run") == verdict
    half = tmp_path / "run/roles/client"
    assert found(regrade(half)) == {"exit": "pass"}
    assert store.load(half).programs["client"].submitted
    assert json.loads((half / "verdict.json").read_text())["findings"][0]["name"] == "exit"


def test_the_reference_runs_once_for_all_and_each_that_missed_runs_again(halves: Any, tmp_path: Path) -> None:
    verdict, script = halves(pair=[MISSED, DONE], client=[MISSED, MISSED])
    assert script.ran == [
        (ALL, "run"),
        ("", "reference"),
        (ALL, "second"),
        ("server", "server"),
        ("client", "client"),
        ("client", "second"),
    ]
    assert found(verdict) == {"exit": "pass", "server": "pass", "client": "fail"}
    assert verdict.outcome == "fail"
    assert "agree with each other, but not with the reference" in verdict.notes[1]
    assert regrade(tmp_path / "run") == verdict
    assert found(regrade(tmp_path / "run/roles/client")) == {"timeline": "fail", "exit": "fail"}


def test_a_half_that_misses_what_the_pair_missed_twice_is_not_run_again(halves: Any, tmp_path: Path) -> None:
    verdict, script = halves(pair=[MISSED, MISSED], server=[MISSED])
    assert [whose for whose, _ in script.ran] == [ALL, "", ALL, "server", "client"]
    assert found(verdict) == {"timeline": "fail", "exit": "fail", "server": "fail", "client": "pass"}
    assert regrade(tmp_path / "run") == verdict


def test_a_half_that_misses_what_the_reference_misses_costs_nothing(halves: Any) -> None:
    verdict, _ = halves(server=[MISSED], reference=[MISSED])
    assert found(verdict) == {"exit": "pass", "server": "inconclusive", "client": "pass"}


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"pair": ["cut"]}, {"server": "inconclusive", "client": "inconclusive"}),
        ({"server": ["cut"]}, {"exit": "pass", "server": "inconclusive", "client": "inconclusive"}),
        ({"server": [MISSED], "reference": ["cut"]}, {"server": "inconclusive", "client": "inconclusive"}),
        ({"client": [MISSED, "cut"]}, {"exit": "pass", "server": "pass", "client": "inconclusive"}),
    ],
)
def test_what_was_stopped_anywhere_in_between_is_not_known(
    halves: Any, tmp_path: Path, outcomes: dict[str, list[str]], expected: dict[str, str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        halves(**outcomes)
    verdict = regrade(tmp_path / "run")
    assert verdict.outcome == "inconclusive"
    assert expected.items() <= found(verdict).items()


def test_a_run_that_was_stopped_costs_nothing_though_it_wrote_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_plan: Plan, _backend: Any, recorder: store.Recorder, _progress: Any) -> None:
        recorder.exit(Exit("server", 2, code=1))
        recorder.facts["ended_ns"] = 3
        raise KeyboardInterrupt

    monkeypatch.setattr(judging, "run", stopped)
    exercise = loader.load(catalogue.find("basic-usage"))
    handed_in = read_submission(exercise.folder / "reference", exercise)
    with pytest.raises(KeyboardInterrupt):
        judge(exercise, handed_in, None, netns.backend(), tmp_path / "run", lambda _text: None)
    verdict = regrade(tmp_path / "run")
    assert verdict.outcome == "inconclusive"
    assert "fail" not in found(verdict).values()
    assert any("the run was stopped before its end" in note for note in verdict.notes)


def test_halves_of_what_cannot_be_run_are_skipped(halves: Any, tmp_path: Path) -> None:
    verdict, script = halves(files=("server.py",))
    assert script.ran == []
    assert set(found(verdict).items()) >= {
        ("submission", "fail"),
        ("server", "skipped"),
        ("client", "skipped"),
    }
    assert regrade(tmp_path / "run") == verdict


def test_the_reference_has_no_halves(halves: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    halves()
    script = Halves()
    monkeypatch.setattr(judging, "_observe", script.observe)
    exercise = loader.load(tmp_path / "small")
    verdict = judge(exercise, None, None, netns.backend(), tmp_path / "again", lambda _text: None)
    assert script.ran == [("", "again")]
    assert found(verdict) == {"exit": "pass"}


HANDOUT = SMALL.replace("params:", "handout: {hidden_checks: 2, hidden_points: 5}\nparams:", 1)
TEACHERS = "this is a handout: 2 hidden checks, worth 5 points, can only be run by your teacher"


def test_a_handout_skips_the_halves_and_says_what_only_the_teacher_runs(halves: Any, tmp_path: Path) -> None:
    verdict, script = halves(HANDOUT)
    assert script.ran == [(ALL, "run")]
    assert found(verdict) == {"exit": "pass", "server": "skipped", "client": "skipped"}
    assert verdict.notes == (TEACHERS,)
    assert regrade(tmp_path / "run") == verdict


def test_in_a_handout_a_gate_is_tried_again_and_counts_when_missed_twice(halves: Any, tmp_path: Path) -> None:
    verdict, script = halves(
        HANDOUT.replace("2, hidden_points: 5", "1, hidden_points: 1"), pair=[MISSED, MISSED]
    )
    assert script.ran == [(ALL, "run"), (ALL, "second")]
    assert found(verdict)["timeline"] == "fail"
    assert verdict.notes[0] == "this is a handout: no reference solution was run to compare this with"
    assert verdict.notes[-1].startswith("this is a handout: 1 hidden check, worth 1 point,")
    assert regrade(tmp_path / "run") == verdict


def test_in_a_handout_a_gate_that_was_missed_once_is_not_known(halves: Any, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        halves(HANDOUT, pair=[MISSED, "cut"])
    assert regrade(tmp_path / "run").outcome == "inconclusive"
    shutil.rmtree(tmp_path / "run" / "second")
    assert regrade(tmp_path / "run").outcome == "inconclusive"


def test_a_submission_with_faults_gets_its_verdict_from_a_handout_too(halves: Any) -> None:
    verdict, _ = halves(HANDOUT, files=("server.py",))
    assert found(verdict)["submission"] == "fail"
    assert verdict.findings[0].answer.observed == "client.py is missing; hand it in"

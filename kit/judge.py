"""The whole story for one submission: plan, run, evidence, verdict, and the reference where blame is open.

What a verdict rests on is in the run directory, checks included, so that `regrade` needs nothing else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from kit import checks
from kit.errors import EvidenceError
from kit.evidence import store
from kit.exercise.model import CheckSpec, Side
from kit.exercise.planner import REFERENCE, make_plan
from kit.grade import Subject, asks_for_reference, asks_for_second_run, grade, submission_verdict
from kit.lab.run import run, run_facts
from kit.verdict import Feedback
from kit.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.exercise.loader import Exercise
    from kit.exercise.model import Definition
    from kit.exercise.plan import Plan
    from kit.exercise.submission import Submission
    from kit.verdict import Verdict

# Folders in a run directory: what it was compared with, the run that a second one took the place of, and that one
# while it goes
FIRST = "first"
SECOND = "second"


def judge(
    exercise: Exercise,
    submission: Submission | None,
    seed: str | None,
    backend: Backend,
    folder: Path,
    progress: Callable[[str], None],
) -> Verdict:
    """Run the submission (None: the reference) and say what it is worth; `folder` becomes its run directory.

    A submission's ports and words are drawn from its name where no seed is given, so that output copied
    from elsewhere does not match what was on the wire. One that misses a gate which the reference passes runs a
    second time, and that run is judged: a machine that was busy for a moment is no fault of a submission's.
    Raises BackendError where the backend cannot begin, MachineError where the folder cannot be written.
    """
    if submission is not None and seed is None:
        seed = f"{exercise.name}/{submission.name}"
    runnable = submission is None or not submission.faults
    plan = make_plan(exercise, submission if runnable else None, seed)
    rules = rules_of(exercise.with_params(plan.params))
    if submission is not None and not runnable:
        facts = {**run_facts(replace(plan, submission=submission.name), backend), **rules}
        with store.Recorder(folder, facts) as recorder:
            recorder.facts["submission_faults"] = list(submission.faults)
    else:
        _observe(plan, backend, folder, rules, progress)
        if submission is not None and asks_for_reference(seen := store.load(folder)):
            progress("a gate was missed or a limit met: running the reference for comparison")
            _observe(make_plan(exercise, None, plan.seed), backend, folder / REFERENCE, rules, progress)
            if asks_for_second_run(seen, store.load(folder / REFERENCE)):
                progress("the reference passed: running the submission once more, so that no chance decides")
                _observe(plan, backend, folder / SECOND, rules, progress)
                store.swap(folder, second=SECOND, first=FIRST)
    verdict = regrade(folder)
    write_whole(folder / "verdict.json", json.dumps(asdict(verdict), ensure_ascii=False, indent=1) + "\n")
    return verdict


def regrade(folder: Path) -> Verdict:
    """Judge from a run directory alone. Raises EvidenceError where it cannot be read."""
    facts = store.load_facts(folder)
    try:
        specs = tuple(_spec(row) for row in facts["checks"])
        sides = {name: Side.model_validate(row) for name, row in (facts["compare"] or {}).items()}
        feedback = TypeAdapter(Feedback).validate_python(
            facts.get("feedback", "full")
        )  # older runs have none
    except (KeyError, ValueError) as error:
        raise EvidenceError(f"{folder / 'run.json'}: its checks are not understood: {error}") from error
    subject = Subject(
        facts["exercise"]["name"], facts["submission"], facts["backend"], facts["seed"], str(folder)
    )
    if faults := facts.get("submission_faults"):
        return replace(submission_verdict(subject, specs, faults), feedback=feedback)
    evidence = store.load(folder)
    if (folder / SECOND).exists():
        evidence = replace(evidence, faults=(*evidence.faults, "its second run was cut short"))
    compared = folder / REFERENCE
    reference = store.load(compared) if (compared / "run.json").exists() else None
    verdict = grade(subject, specs, evidence, reference=reference)
    if (folder / FIRST).exists() and (missed := store.load(folder / FIRST).missed_step) is not None:
        first = f"the first run missed step {missed.number}, {missed.text}; this verdict is of the second one"
        verdict = replace(verdict, notes=(*verdict.notes, first))
    left_behind = [f"left behind: {what}" for what in facts.get("left_behind", ())]
    verdict = replace(verdict, notes=(*verdict.notes, *left_behind), feedback=feedback)
    if not sides:
        return verdict
    from kit.compare import compare  # noqa: PLC0415  # few exercises compare, and it costs each run's start 10 ms

    return replace(verdict, table=compare(evidence, sides))


def rules_of(definition: Definition) -> dict[str, Any]:
    """Give what a verdict needs of the exercise, as run.json keeps it."""
    return {
        "checks": [
            {
                **spec.model_dump(exclude={"params"}),
                "params": spec.params.model_dump(by_alias=True, mode="json"),
            }
            for spec in definition.checks
        ],
        "compare": {name: side.model_dump(by_alias=True) for name, side in definition.compare.items()}
        if definition.compare
        else None,
        "feedback": definition.feedback,
    }


def _spec(row: dict[str, Any]) -> CheckSpec:
    params = checks.load(row["check"]).Params.model_validate(row["params"])
    return CheckSpec.model_validate({**row, "params": params})


def _observe(
    plan: Plan, backend: Backend, folder: Path, rules: dict[str, Any], progress: Callable[[str], None]
) -> None:
    facts = {**run_facts(plan, backend), **rules, "versions": backend.versions()}
    with store.Recorder(folder, facts) as recorder:
        try:
            run(plan, backend, recorder, progress)
        except KeyboardInterrupt as stop:
            stop.add_note(f"the evidence so far is in {folder}")
            raise

"""The whole story for one submission: plan, run, evidence, verdict, and the reference where blame is open.

What a verdict rests on is in the run directory, so that `regrade` needs nothing else: what is asked, too, but no code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from kit import checks, compilers
from kit.builds import Builder, facts_of
from kit.checks._own import Elsewhere, OwnParams
from kit.errors import EvidenceError, MachineError
from kit.evidence import store
from kit.exercise.model import CheckSpec, Handout, Role, Side
from kit.exercise.planner import REFERENCE, make_plan
from kit.grade import (
    Presumed,
    Subject,
    asks_for_reference,
    asks_for_second_run,
    grade,
    is_too_early,
    submission_verdict,
)
from kit.lab.run import run, run_facts
from kit.roles import folder_of, with_halves, without_halves, words_of
from kit.verdict import HANDOUT, Cite, Feedback
from kit.verdict_rows import VERDICT_FILE, verdict_text
from kit.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.builds import Built
    from kit.checks._own import OwnChecks
    from kit.evidence.model import Evidence, StepRecord
    from kit.exercise.loader import Exercise
    from kit.exercise.model import Definition
    from kit.exercise.plan import Plan
    from kit.exercise.submission import Submission
    from kit.verdict import Verdict

# Folders in a run directory: what it was compared with, the run that a second one took the place of, and that one
# while it goes
FIRST = "first"
SECOND = "second"
STOPPED = "the run was stopped before its end"
# What of the reference's run directory says which gates it passed and which limits it met: what blame asks
REFERENCE_FILES = ("events.jsonl", "run.json")


def judge(
    exercise: Exercise,
    submission: Submission | None,
    seed: str | None,
    backend: Backend,
    folder: Path,
    progress: Callable[[str], None],
    known: Mapping[str, bytes] | None = None,
) -> Verdict:
    """Run the submission (None: the reference) and say what it is worth; `folder` becomes its run directory.

    A submission's ports and words are drawn from its name where no seed is given, so that output copied
    from elsewhere does not match what was on the wire. One that misses a gate which the reference passes runs a
    second time, and that run is judged: a machine that was busy for a moment is no fault of a submission's. One that was
    missed before anything of it had started says nothing of it: it runs again at once, with no look at the reference.
    Each of its roles runs in the same way beside the reference's others, in a run directory of its own.

    `known`: the files REFERENCE_FILES of the reference's run with this seed. Who has them asks what an exercise is worth, not
    what a student is: the reference is not run again, and what misses a gate is judged at once.
    Raises BackendError where the backend cannot begin, MachineError where the folder cannot be written,
    UsageError where the reference is asked for and the exercise is a handout.
    """
    if submission is not None and seed is None:
        seed = f"{exercise.name}/{submission.name}"
    builder = Builder(backend, folder, progress)
    trial = _Trial(exercise, submission, seed, backend, folder, progress, builder, known)
    if submission is None:
        trial.observe(make_plan(exercise, None, seed), folder)
    elif submission.faults:
        trial.record_faults(submission)
    else:
        trial.settle(None, folder)
        if not store.load_facts(folder).get("submission_faults"):
            for role in trial.roles:
                trial.settle(role, folder / folder_of(role))
    progress("judging")
    return _judged(folder, exercise.own)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is judged, and where it runs. `folder` is the pair's run directory, or the only one."""

    exercise: Exercise
    submission: Submission | None
    seed: str | None
    backend: Backend
    folder: Path
    progress: Callable[[str], None]
    builder: Builder
    known: Mapping[str, bytes] | None

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles to run: none of a handout, where the other half is missing."""
        definition = self.exercise.definition
        return definition.roles or {} if definition.handout is None else {}

    def settle(self, role: str | None, folder: Path) -> None:
        """Run the submission, or this half of it; the reference where blame is open; then a second time."""
        if role is not None:
            self.progress(f"running {words_of(self.roles, role)}")
        plan = make_plan(self.exercise, self.submission, self.seed, role)
        self.observe(plan, folder, role)
        seen = store.load(folder)
        # Whoever met a limit alone is compared, too, without a second run.
        again = is_too_early(seen) or (
            asks_for_reference(seen) and asks_for_second_run(seen, self._reference())
        )
        if again and self.known is None and not (role is not None and self._missed_twice(seen.missed_step)):
            self.progress("running the submission once more, so that no chance decides")
            self.observe(plan, folder / SECOND, role)
            store.swap(folder, second=SECOND, first=FIRST)
        if role is not None:
            _judged(folder, self.exercise.own)

    def _missed_twice(self, step: StepRecord | None) -> bool:
        """Whether the pair has missed this step in both of its runs: a half's miss is the third, and no chance."""
        if step is None or not (self.folder / FIRST).exists():
            return False
        missed = [store.load(folder).missed_step for folder in (self.folder / FIRST, self.folder)]
        return all(one is not None and one.number == step.number for one in missed)

    def _reference(self) -> Evidence | Presumed:
        """Give what the reference does with the same choices; it is run when it is first asked for."""
        if self.exercise.definition.handout is not None:
            return Presumed.GOOD
        folder = self.folder / REFERENCE
        if not (folder / "run.json").exists() and self.known is not None:
            store.put(folder, {name: self.known[name] for name in REFERENCE_FILES})
        if not (folder / "run.json").exists():
            self.progress("a gate was missed or a limit met: running the reference for comparison")
            self.observe(make_plan(self.exercise, None, self.seed), folder)
        return store.load(folder)

    def observe(self, plan: Plan, folder: Path, role: str | None = None) -> None:
        _observe(plan, self.backend, folder, self._rules(plan, role), self.progress, self.builder)

    def record_faults(self, submission: Submission) -> None:
        """Write a run directory of what cannot be run, with the plan that empty files would have."""
        empty = replace(submission, faults=(), files=dict.fromkeys(self.exercise.definition.submit, b""))
        plan = make_plan(self.exercise, empty, self.seed)
        with store.Recorder(self.folder, run_facts(plan, self.backend) | self._rules(plan, None)) as recorder:
            recorder.facts["submission_faults"] = list(submission.faults)

    def _rules(self, plan: Plan, role: str | None) -> dict[str, Any]:
        definition = self.exercise.with_params(plan.params)
        facts = rules_of(definition)
        if role is not None:
            facts["role"] = role
        elif self.submission is not None and definition.roles is not None:
            facts["roles"] = {name: one.model_dump() for name, one in definition.roles.items()}
        if definition.handout is not None:
            facts["handout"] = definition.handout.model_dump()
        return facts


def _judged(folder: Path, own: OwnChecks) -> Verdict:
    """Judge a run directory and write the verdict into it."""
    verdict = regrade(folder, own)
    write_whole(folder / VERDICT_FILE, verdict_text(verdict))
    return verdict


def regrade(folder: Path, own: OwnChecks = MappingProxyType({})) -> Verdict:
    """Judge from a run directory alone, and by the checks that the exercise has of its `own`: as kit's, they are not in it.

    Raises EvidenceError where it cannot be read.
    """
    facts = store.load_facts(folder)
    rules = _understood(folder, facts, own)
    verdict = _of_run(folder, facts, rules)
    if rules.handout is not None and rules.handout.hidden_checks:
        verdict = replace(verdict, notes=(*verdict.notes, _not_here(rules.handout)))
    if not rules.roles:
        return verdict
    if facts.get("submission_faults"):
        return without_halves(verdict, rules.roles, "the submission could not be run")
    if rules.handout is not None:
        reason = f"{HANDOUT}: it has no reference solution to run it with"
        return without_halves(verdict, rules.roles, reason)
    return with_halves(
        verdict, rules.roles, {role: _of_half(folder / folder_of(role), own) for role in rules.roles}
    )


def _of_half(folder: Path, own: OwnChecks) -> Verdict | None:
    """Judge a half's run; None where there is none. It has no halves of its own, whatever its run.json says."""
    if not (folder / "run.json").exists():
        return None
    facts = store.load_facts(folder)
    return _of_run(folder, facts, _understood(folder, facts, own))


def _not_here(handout: Handout) -> str:
    count, points = handout.hidden_checks, handout.hidden_points
    checks = "1 hidden check" if count == 1 else f"{count} hidden checks"
    worth = "1 point" if points == 1 else f"{points:g} points"
    return f"{HANDOUT}: {checks}, worth {worth}, can only be run by your teacher"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What run.json keeps of the exercise for a verdict."""

    checks: tuple[CheckSpec, ...]
    sides: Mapping[str, Side]
    roles: Mapping[str, Role]
    handout: Handout | None
    feedback: Feedback


def asks_own_checks(facts: Mapping[str, Any]) -> bool:
    """Whether the exercise of a run has checks of its own; `facts` is its run.json."""
    return any("own" in row for row in facts.get("checks", ()))


def _understood(folder: Path, facts: Mapping[str, Any], own: OwnChecks) -> _Rules:
    try:
        return _Rules(
            tuple(_spec(row, own) for row in facts["checks"]),
            {name: Side.model_validate(row) for name, row in (facts["compare"] or {}).items()},
            {name: Role.model_validate(row) for name, row in facts.get("roles", {}).items()},
            Handout.model_validate(facts["handout"]) if "handout" in facts else None,
            TypeAdapter(Feedback).validate_python(facts.get("feedback", "full")),  # older runs have none
        )
    except (KeyError, ValueError) as error:
        raise EvidenceError(f"{folder / 'run.json'}: its checks are not understood: {error}") from error


def _of_run(folder: Path, facts: Mapping[str, Any], rules: _Rules) -> Verdict:
    """Judge the one run that the folder itself has."""
    subject = Subject(
        facts["exercise"]["name"], facts["submission"], facts["backend"], facts["seed"], str(folder)
    )
    if faults := facts.get("submission_faults"):
        verdict = submission_verdict(subject, rules.checks, faults, _cited_of_builds(folder, facts))
        return replace(verdict, feedback=rules.feedback)
    evidence = store.load(folder)
    if (folder / SECOND).exists():
        evidence = replace(evidence, faults=(*evidence.faults, "its second run was cut short"))
    verdict = grade(subject, rules.checks, evidence, reference=_compared_with(folder, facts, evidence))
    notes = list(verdict.notes)
    if (folder / FIRST).exists() and (missed := store.load(folder / FIRST).missed_step) is not None:
        notes.append(
            f"the first run missed step {missed.number}, {missed.text}; this verdict is of the second one"
        )
    notes += [f"left behind: {what}" for what in facts.get("left_behind", ())]
    verdict = replace(verdict, notes=tuple(notes), feedback=rules.feedback)
    if not rules.sides:
        return verdict
    from kit.compare import compare  # noqa: PLC0415  # few exercises compare, and it costs each run's start 10 ms

    return replace(verdict, table=compare(evidence, rules.sides))


def _cited_of_builds(folder: Path, facts: Mapping[str, Any]) -> list[Cite]:
    """Give the first lines of what compilers said of what they did not build."""
    places = dict.fromkeys(row["folder"] for row in facts.get("builds", {}).values() if row["fault"])
    return [cite for place in places for cite in compilers.cites(store.load(folder / place), place)]


def _compared_with(folder: Path, facts: Mapping[str, Any], evidence: Evidence) -> Evidence | Presumed | None:
    """Give what the reference did. A half's is that of the pair; a handout's is presumed good by who ran twice."""
    if "handout" in facts:
        ran_twice = evidence.missed_step is None or (folder / FIRST).exists()
        return Presumed.GOOD if ran_twice else None
    compared = (folder.parent.parent if "role" in facts else folder) / REFERENCE
    return store.load(compared) if (compared / "run.json").exists() else None


def rules_of(definition: Definition) -> dict[str, Any]:
    """Give what a verdict needs of the exercise, as run.json keeps it."""
    return {
        "checks": [
            {
                **spec.model_dump(exclude={"params"}),
                "params": spec.params.model_dump(by_alias=True, mode="json"),
                **({"own": True} if isinstance(spec.params, OwnParams) else {}),
            }
            for spec in definition.checks
        ],
        "compare": {name: side.model_dump(by_alias=True) for name, side in definition.compare.items()}
        if definition.compare
        else None,
        "feedback": definition.feedback,
    }


def _spec(row: dict[str, Any], own: OwnChecks) -> CheckSpec:
    name = row["check"]
    model = own.get(name, Elsewhere) if row.get("own") else checks.load(name).Params
    kept = {key: value for key, value in row.items() if key != "own"}
    return CheckSpec.model_validate({**kept, "params": model.model_validate(row["params"])})


def _observe(
    plan: Plan,
    backend: Backend,
    folder: Path,
    rules: dict[str, Any],
    progress: Callable[[str], None],
    builder: Builder,
) -> None:
    facts = {**run_facts(plan, backend), **rules, "versions": backend.versions()}
    with store.Recorder(folder, facts) as recorder:
        try:
            built = builder.build(plan)
            recorder.facts |= {"builds": facts_of(built)} if built else {}
            if faults := _unbuilt(plan, built):
                recorder.facts["submission_faults"] = faults
                return
            run(plan.with_made({name: one.made for name, one in built.items()}), backend, recorder, progress)
        except KeyboardInterrupt as stop:
            recorder.fault(STOPPED)
            stop.add_note(f"the evidence so far is in {folder}")
            raise


def _unbuilt(plan: Plan, built: Mapping[str, Built]) -> list[str]:
    """Give the faults of what was handed in. Raises MachineError for a program of the exercise's own that has some."""
    faults = {name: one.fault for name, one in built.items() if one.fault is not None}
    for name, fault in faults.items():
        if not plan.programs[name].submitted:
            raise MachineError(f"{plan.exercise}: its own program {name} was not built: {fault}")
    return list(dict.fromkeys(faults.values()))

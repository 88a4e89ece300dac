"""Evidence and checks -> verdict. Pure; the rules of blame live here.

- A check whose `needs` did not all pass is skipped.
- A check that throws is inconclusive, never a pass.
- Trouble of the machine never costs a mark: with faults recorded, a failure is inconclusive.
- A gate that was missed is a failure of the submission only if the reference solution, run through the
  same plan here and now, did not miss it. Otherwise, or if that is not known, failures are inconclusive.
  One that was missed before anything of the submission had started is the machine's, whatever the reference did.
- A handout has no reference. There a gate counts that was missed in two runs; the reference is presumed to pass it, and
  to meet no limit, as its author has seen to.
- Who fills the evidence until it ends cannot escape by it: where a submitted program met a limit that the reference
  did not meet, what cannot be told any more has failed.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, replace
from enum import Enum
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from kit.checks import load
from kit.checks._own import OwnParams
from kit.checks._premise import NOT_TRACED
from kit.checks._program import diagnose
from kit.verdict import HANDOUT, SUBMISSION, TIMELINE, Answer, Finding, Outcome, Verdict, fail, inconclusive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.evidence.model import Evidence, LimitHit, StepRecord
    from kit.exercise.model import CheckSpec
    from kit.verdict import Cite


class Presumed(Enum):
    """Stands for evidence of a reference that is not here, in a handout: it passes every gate and meets no limit."""

    GOOD = "presumed good"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a verdict is about. `seed` None: the parameters' defaults."""

    exercise: str
    submission: str
    backend: str
    seed: str | None = None
    run_dir: str | None = None


def grade(
    subject: Subject,
    checks: Iterable[CheckSpec],
    evidence: Evidence,
    *,
    reference: Evidence | Presumed | None = None,
) -> Verdict:
    """Answer every check. `reference`: what was observed of the reference with the same plan, None where it was
    not run, presumed where there is none; it matters only where `asks_for_reference`.
    """
    checks = tuple(checks)
    excuse = _excuse(evidence, reference)
    blames = _Blames(excuse, "; ".join(map(str, _own_limits(evidence, reference))))
    findings = tuple(_finding(spec, answer) for spec, answer in _answers(checks, evidence, blames))
    timeline = _timeline(evidence, blames)
    if timeline is not None:
        findings = (Finding(TIMELINE, TIMELINE, timeline, max_points=0), *findings)
    notes = _notes(evidence, excuse, reference)
    findings = tuple(replace(one, answer=_with_names(one.answer, evidence)) for one in findings)
    return replace(_verdict(subject, findings), began_ns=evidence.began_ns, notes=notes)


def asks_for_reference(evidence: Evidence) -> bool:
    """Whether it matters what the reference does with the same plan: on a machine that seemed well, a submitted
    program missed a gate or met a limit.
    """
    missed = evidence.missed_step is not None and not is_too_early(evidence)
    return not evidence.faults and (missed or bool(_hits_of_submitted(evidence)))


def is_too_early(evidence: Evidence) -> bool:
    """Whether a gate was missed before any submitted program had started: none of them can have been the cause."""
    submitted = {program.name for program in evidence.programs.values() if program.submitted}
    own_alone = bool(evidence.started) and submitted.isdisjoint(evidence.started)
    return evidence.missed_step is not None and own_alone


def asks_for_second_run(evidence: Evidence, reference: Evidence | Presumed) -> bool:
    """Whether a missed gate would count against the submission."""
    return evidence.missed_step is not None and not _is_excuse(reference)


def _is_excuse(reference: Evidence | Presumed) -> bool:
    """Whether the reference missed a gate, or had trouble."""
    return not isinstance(reference, Presumed) and (
        reference.missed_step is not None or bool(reference.faults)
    )


def _hits_of_submitted(evidence: Evidence) -> list[LimitHit]:
    programs = [program for program in evidence.programs.values() if program.submitted]
    theirs = {program.name for program in programs} | {program.host for program in programs}
    return [hit for hit in evidence.limits_hit if hit.who in theirs]


def _own_limits(evidence: Evidence, reference: Evidence | Presumed | None) -> list[LimitHit]:
    """Give the limits that a submitted program met and the reference, run here and now, did not."""
    if isinstance(reference, Presumed):
        return _hits_of_submitted(evidence)
    if reference is None or reference.faults:
        return []
    met = {(hit.who, hit.limit) for hit in reference.limits_hit}
    return [hit for hit in _hits_of_submitted(evidence) if (hit.who, hit.limit) not in met]


@dataclass(frozen=True, slots=True)
class _Blames:
    """`excuse` says why no failure is the submission's, None where it is; `limits` which limits only it met."""

    excuse: str | None
    limits: str

    def weigh(self, answer: Answer) -> Answer:
        if answer.outcome is Outcome.FAIL and self.excuse is not None:
            return replace(
                answer, outcome=Outcome.INCONCLUSIVE, observed=f"{answer.observed} ({self.excuse})"
            )
        if answer.outcome is Outcome.INCONCLUSIVE and self.excuse is None and self.limits:
            return replace(
                answer, outcome=Outcome.FAIL, observed=f"{answer.observed}; limit hit: {self.limits}"
            )
        return answer


def submission_verdict(
    subject: Subject, checks: Iterable[CheckSpec], faults: Iterable[str], cites: Iterable[Cite] = ()
) -> Verdict:
    """Judge a submission that cannot be run at all: `faults` say why, each with its place and remedy."""
    answer = fail(expected="a submission that can be run", observed="; ".join(faults), cites=cites)
    first = Finding(SUBMISSION, SUBMISSION, answer, max_points=0)
    skipped = Answer(Outcome.SKIPPED, "a run of the submission", "the submission could not be run")
    return _verdict(subject, (first, *(_finding(spec, skipped) for spec in checks)))


def _verdict(subject: Subject, findings: tuple[Finding, ...]) -> Verdict:
    return Verdict(
        exercise=subject.exercise,
        submission=subject.submission,
        backend=subject.backend,
        seed=subject.seed,
        findings=findings,
        run_dir=subject.run_dir,
    )


def _finding(spec: CheckSpec, answer: Answer) -> Finding:
    why = {str(language): text for language, text in spec.why.items()}
    hint = {str(language): text for language, text in spec.hint.items()}
    return Finding(spec.name, spec.check, answer, spec.points, spec.hidden, why, hint, spec.needs)


def _answers(
    checks: tuple[CheckSpec, ...], evidence: Evidence, blames: _Blames
) -> list[tuple[CheckSpec, Answer]]:
    """Answer in order of need; give in order of the file."""
    by_name = {spec.name: spec for spec in checks}
    answers: dict[str, Answer] = {}
    for name in TopologicalSorter({spec.name: spec.needs for spec in checks}).static_order():
        spec = by_name[name]
        answers[name] = _skipped(spec, answers) or blames.weigh(_ask(spec, evidence))
    return [(spec, answers[spec.name]) for spec in checks]


def _skipped(spec: CheckSpec, answers: Mapping[str, Answer]) -> Answer | None:
    unmet = [need for need in spec.needs if answers[need].outcome is not Outcome.PASS]
    if not unmet:
        return None
    names = " and ".join(unmet)
    return Answer(Outcome.SKIPPED, f"a pass of {names} first", f"needs {names}, which did not pass")


def _ask(spec: CheckSpec, evidence: Evidence) -> Answer:
    if isinstance(spec.params, OwnParams):
        return spec.params.answer(evidence)
    try:
        return load(spec.check).check(evidence, spec.params)
    except Exception as error:  # noqa: BLE001  # whatever a check stumbles over: an unknown answer, never a pass
        last_line = traceback.format_exception_only(error)[-1].strip()
        observed = f"the check itself failed: {last_line}; please report it with the run directory"
        return inconclusive(expected=f"an answer of the check {spec.check}", observed=observed)


def _excuse(evidence: Evidence, reference: Evidence | Presumed | None) -> str | None:
    """Say why a failure is not the submission's; None where it is."""
    if evidence.faults:
        return f"trouble of the machine: {'; '.join(evidence.faults)}"
    if evidence.missed_step is None:
        return None
    if not any(program.submitted for program in evidence.programs.values()):
        return "the exercise's own programs missed a gate, so no submission is to blame"
    if is_too_early(evidence):
        return "nothing that was handed in had started by then, so no submission is to blame"
    if reference is None:
        return "the reference solution was not run, so it is not known who is to blame for the missed gate"
    return "the reference solution missed a gate here, too" if _is_excuse(reference) else None


def _with_names(answer: Answer, evidence: Evidence) -> Answer:
    """Put hosts' names for their addresses, which are the backend's choice; what is quoted stays as it was."""
    names = {host.address: host.name for host in evidence.hosts.values()}
    if not names:
        return answer
    # an IPv6 one is told as the name in /etc/hosts that means it alone, without the brackets that set off its port
    names6 = {host.address6: f"{host.name}.ipv6" for host in evidence.hosts.values() if host.address6}
    address = re.compile(
        rf'"[^"]*"|(?<![\d.])(?:{"|".join(map(re.escape, names))})(?!\.?\d)'
        + "".join(rf"|\[{re.escape(one)}\]|(?<![\w:]){re.escape(one)}(?![\w:])" for one in names6)
    )
    names |= names6 | {f"[{one}]": name for one, name in names6.items()}

    def named(text: str) -> str:
        return address.sub(lambda found: names.get(found[0], found[0]), text)

    cites = tuple(replace(cite, text=named(cite.text)) for cite in answer.cites)
    return replace(answer, expected=named(answer.expected), observed=named(answer.observed), cites=cites)


def _timeline(evidence: Evidence, blames: _Blames) -> Answer | None:
    """Answer for the timeline itself where it did not go as planned."""
    missed = evidence.missed_step
    if missed is None:
        if blames.excuse is None:
            return None
        return inconclusive(expected="a run without trouble", observed=blames.excuse)
    observed = f"step {missed.number} was missed: {missed.reason or 'its time was up'}"
    stories = [diagnose(evidence, program) for program in _suspects(evidence, missed)]
    answer = fail(
        expected=f"step {missed.number} of the timeline, {missed.text}",
        observed="; ".join([observed, *(story for story, _ in stories)]),
        cites=[cite for _, cites in stories for cite in cites],
    )
    return blames.weigh(answer)


def _of_reference(hit: LimitHit, reference: Evidence | Presumed | None) -> str:
    """Say how close the reference comes to a limit, as far as that was measured."""
    if reference is None or isinstance(reference, Presumed) or reference.faults:
        return ""
    if (hit.who, hit.limit) in {(met.who, met.limit) for met in reference.limits_hit}:
        return "; the reference solution meets it, too"
    used = reference.used.get(hit.who, {}).get(hit.limit)
    return "" if used is None else f"; the reference solution uses {used:.10g}"


def _suspects(evidence: Evidence, missed: StepRecord) -> list[str]:
    """Give whose story explains a missed gate: the step's program, and the submitted ones that took part."""
    submitted = [program.name for program in evidence.programs.values() if program.submitted]
    named = [missed.program] if missed.program in evidence.programs else []
    return list(dict.fromkeys([*filter(None, named), *submitted]))


def _settings(evidence: Evidence, host: str) -> str:
    """Say what the exercise has set there, with the values that the kernel then had."""
    now = evidence.sysctl.get(host, {})
    return ", ".join(f"{name} = {now.get(name, 'unknown')}" for name in evidence.sysctl_set[host])


def _notes(evidence: Evidence, excuse: str | None, reference: Evidence | Presumed | None) -> tuple[str, ...]:
    notes = [] if evidence.calls_traced else [NOT_TRACED]
    notes += [f"what {host} sent was not limited: {why}" for host, why in evidence.unheld.items()]
    notes += [f"set on {host}: {_settings(evidence, host)}" for host in evidence.sysctl_set]
    notes += [f"limit hit: {hit}{_of_reference(hit, reference)}" for hit in evidence.limits_hit]
    if excuse is not None:
        notes.append(f"failures do not count: {excuse}")
    elif isinstance(reference, Presumed):
        if asks_for_reference(evidence):
            notes.append(f"{HANDOUT}: no reference solution was run to compare this with")
    elif evidence.missed_step is not None:
        notes.append("the reference solution passed the step that this submission missed")
    return tuple(notes)

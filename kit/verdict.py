"""Findings, outcomes and the score: what is said about evidence.

A *finding* answers one check. `fail` beats `inconclusive` beats `pass`; a skipped finding
(something that it needs did not pass) earns nothing and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Findings of no check: that the run did not go as planned, that a submission cannot be run at all.
TIMELINE = "timeline"
SUBMISSION = "submission"
HANDOUT = "this is a handout"  # how each note begins that says what cannot be judged with one

Feedback: TypeAlias = Literal["full", "hint", "verdict"]  # how much a student sees of what did not pass


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  # no password: an outcome
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run beside the one that a verdict is of: its folder in the run directory, and the zero of its times."""

    folder: str
    began_ns: int


@dataclass(frozen=True, slots=True)
class Cite:
    """Where in the evidence something was seen. `packet` counts from 1 in the capture of `host`,
    `call` from 1 in calls.jsonl; `time_ns` is CLOCK_REALTIME. `run` None: of the run that the verdict is of."""

    text: str
    host: str | None = None
    program: str | None = None
    packet: int | None = None
    call: int | None = None
    time_ns: int | None = None
    run: OtherRun | None = None

    def place(self, began_ns: int) -> str:
        """Say the place as a person reads it: `server packet 17 at 1.204 s`. `began_ns` is the verdict's."""
        zero_ns = began_ns if self.run is None else self.run.began_ns
        words = [word for word in (self.program or self.host,) if word]
        if self.packet is not None:
            words.append(f"packet {self.packet}")
        if self.call is not None:
            words.append(f"call {self.call}")
        if self.time_ns is not None:
            words.append(f"at {(self.time_ns - zero_ns) / 1e9:.3f} s")
        if self.run is not None:
            words.append(f"in {self.run.folder}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says about evidence: expected and observed are sentences' parts, never None."""

    outcome: Outcome
    expected: str
    observed: str
    cites: tuple[Cite, ...] = ()


def passed(*, expected: str, observed: str, cites: Iterable[Cite] = ()) -> Answer:
    return Answer(Outcome.PASS, expected, observed, tuple(cites))


def fail(*, expected: str, observed: str, cites: Iterable[Cite] = ()) -> Answer:
    return Answer(Outcome.FAIL, expected, observed, tuple(cites))


def inconclusive(*, expected: str, observed: str, cites: Iterable[Cite] = ()) -> Answer:
    """The evidence cannot answer: a capture lost packets, calls were not traced, a premise did not hold."""
    return Answer(Outcome.INCONCLUSIVE, expected, observed, tuple(cites))


def unreached(*, expected: str, step: str) -> Answer:
    """The timeline ended before the step that this check looks at; the timeline's own finding says why."""
    return Answer(Outcome.SKIPPED, expected, f"the run ended before {step}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's answer with what the exercise says of it. `name` is unique in a verdict, `needs` are names, too."""

    name: str
    check: str
    answer: Answer
    max_points: float = 1
    hidden: bool = False
    why: Mapping[str, str] = field(default_factory=dict)  # language -> text
    hint: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome

    @property
    def points(self) -> float:
        return self.max_points if self.outcome is Outcome.PASS else 0.0


def combine(outcomes: Iterable[Outcome]) -> Outcome:
    """Give the outcome of many. No answer at all is inconclusive: silence is not success."""
    seen = set(outcomes)
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS):
        if outcome in seen:
            return outcome
    return Outcome.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings about one run. `began_ns` is the zero of the times that people are shown."""

    exercise: str
    submission: str
    backend: str
    seed: str | None
    findings: tuple[Finding, ...]
    began_ns: int = 0
    run_dir: str | None = None
    notes: tuple[
        str, ...
    ] = ()  # what the reader should know beside the findings: who is to blame, what was missing
    table: Any = None  # kit.compare.Table where the exercise asks for one
    feedback: Feedback = "full"

    @property
    def outcome(self) -> Outcome:
        return combine(finding.outcome for finding in self.findings)

    @property
    def score(self) -> float:
        return sum(finding.points for finding in self.findings)

    @property
    def max_score(self) -> float:
        return sum(finding.max_points for finding in self.findings)

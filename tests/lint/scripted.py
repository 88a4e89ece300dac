"""Runs that are only told: what each trial's verdict says, and what its run directory has."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from kit.classroom.job import Answer, Job
from kit.verdict import Answer as Said
from kit.verdict import Finding, Outcome, Verdict
from kit.verdict_rows import verdict_row
from tests.classroom.scripted import tar_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from kit.lint.folder import Written

PASS: Mapping[str, str] = {}
DIED = {"died": ""}
DIGESTS = ("defaults", "reference", "starter")


def verdict(names: Sequence[str], changed: Mapping[str, str], **fields: Any) -> Verdict:
    """Give a verdict in which each of the names passes but for those that say something else; others are added."""
    said = dict.fromkeys(names, "pass") | dict(changed)
    findings = tuple(
        Finding(name, name, Said(Outcome(outcome), "this", f"that of {name}"))
        for name, outcome in said.items()
    )
    about: dict[str, Any] = {
        "exercise": "e",
        "submission": "s",
        "backend": "netns",
        "seed": None,
        "run_dir": "there",
    }
    return Verdict(findings=findings, **about | fields)


class ScriptedEngine:
    """`says`: by what is handed in ('default' for the reference by default values, a wrong solution's label, or a seed of
    the reference), what each of its runs in turn finds beside passes; the last one stays."""

    def __init__(self, written: Written, **says: Sequence[Mapping[str, str]]) -> None:
        self.names = written.findings
        self.says: dict[str, list[Mapping[str, str]]] = {"starter": [{"timeline": "fail"}]}
        for label, solution in written.wrongs.items():
            self.says[label] = [dict.fromkeys(solution.said.fails, "fail")]
        self.says |= {name.replace("_", "-"): list(each) for name, each in says.items()}
        self.facts: dict[str, Any] = {}  # what run.json says beside
        self.steps: list[dict[str, Any]] = []
        self.jobs: list[Job] = []
        self.most_at_once = self._now = 0
        self.ended = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        self.ended = True

    def grade(self, job: str, evidence: BinaryIO) -> Answer:
        asked = Job.model_validate_json(job)
        with self._lock:
            self.jobs.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            script = self.says.get(label_of(asked), [PASS])
            said = script.pop(0) if len(script) > 1 else script[0]
        try:
            evidence.write(tar_of({"run.json": FACTS | self.facts, "events.jsonl": {"event": "exit"}}))
            if said is DIED:
                return Answer(verdict=None, trouble="the process that graded it died", took_s=1.0)
            return Answer(verdict=verdict_row(verdict(self.names, said)), took_s=2.0)
        finally:
            with self._lock:
                self._now -= 1

    @property
    def ran(self) -> list[str]:
        return [label_of(job) for job in self.jobs]


def label_of(job: Job) -> str:
    """Say which trial it is."""
    if job.submission_archive is None:
        return "default"
    return job.seed.rpartition("/")[2] if job.submission == "reference" and job.seed else job.submission


FACTS: dict[str, Any] = {
    "format": 1,
    "hosts": {},
    "limits": {"step_s": 5.0, "wall_s": 30.0, "memory_bytes": 100, "capture_bytes": 1000},
    "used": {},
    "limits_hit": [],
    "faults": [],
    "began_ns": 1,
}

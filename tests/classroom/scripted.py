"""An engine that is only told what comes of each job: no process, no run."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from kit.classroom.engine import EndedError
from kit.classroom.job import FAULT_FILE, Answer, Job
from kit.errors import MachineError
from kit.verdict_rows import verdict_row
from tests.renderers.verdicts import HANDSHAKE, ORDER, QUEUE, TIMELINE, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kit.classroom.job import Seen

FINDINGS = {"pass": HANDSHAKE, "fail": ORDER, "inconclusive": QUEUE, "timeline": TIMELINE}
DIES = "dies"  # as an outcome: who does the job dies
NO_ANSWER = "trouble"
OWN_FAULT = "fault"  # of kit: who does the job lives on


class ScriptedEngine:
    """`outcomes`: of a student's runs, one after the other; the last one stays. Who is not named passes."""

    def __init__(self, **outcomes: Sequence[str]) -> None:
        self.outcomes = {student: list(each) for student, each in outcomes.items()}
        self.jobs: list[Job] = []
        self.most_at_once = 0
        self.ended = False
        self.seen: tuple[Seen, ...] = ()
        self.meanwhile: Callable[[Job], None] = lambda _job: None
        self._now = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.ended = False
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        self.ended = True

    @property
    def ran(self) -> list[str]:
        return [job.submission for job in self.jobs]

    def grade(self, job: str, evidence: BinaryIO) -> Answer:
        asked = Job.model_validate_json(job)
        with self._lock:
            self.jobs.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            self.meanwhile(asked)
            if self.ended:
                raise EndedError
            return self._answer(asked, evidence)
        finally:
            with self._lock:
                self._now -= 1

    def _answer(self, job: Job, evidence: BinaryIO) -> Answer:
        script = self.outcomes.get(job.submission, ["pass"])
        outcome = script.pop(0) if len(script) > 1 else script[0]
        if outcome == DIES:
            raise MachineError("the process that graded it died: exit code -9")
        if outcome == OWN_FAULT:
            evidence.write(tar_of({FAULT_FILE: "Traceback"}))
            return Answer(verdict=None, trouble="this is a fault of kit itself")
        evidence.write(tar_of({"run.json": {"submission": job.submission}}))
        if outcome == NO_ANSWER:
            return Answer(verdict=None, trouble="the engine was lost", took_s=1.0)
        told = verdict(
            FINDINGS[outcome],
            submission=job.submission,
            exercise=job.exercise,
            seed=job.seed,
            run_dir="elsewhere",
        )
        return Answer(verdict=verdict_row(told), took_s=1.5, seen=self.seen)


def tar_of(files: dict[str, Any]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w|") as archive:
        for name, value in files.items():
            data = json.dumps(value).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return whole.getvalue()

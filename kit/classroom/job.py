"""What is asked of who grades, and what comes back, both as JSON: no memory and no folder is shared.

A job has all that it needs in it, the exercise and the submission as archives. So it may be done in another
process or on another machine, and done again if that one dies. The evidence goes beside its answer, as a tar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from kit.exercise.loader import FILE
from kit.exercise.packing import unpacked
from kit.exercise.submission import Submission

if TYPE_CHECKING:
    from kit.exercise.loader import Exercise

FAULT_FILE = "fault.txt"  # in the evidence: what a fault of kit's own says of itself


class Seen(BaseModel):
    """A word that was drawn for somebody else, seen in a run: `place` says where. Evidence, no judgement."""

    model_config = ConfigDict(frozen=True)

    word: str
    student: str
    place: str


class Job(BaseModel):
    """One submission to grade. The archives are zips; `words`: those drawn for others, and for whom."""

    model_config = ConfigDict(frozen=True)

    exercise: str
    exercise_archive: Base64Bytes
    submission: str
    submission_archive: Base64Bytes
    submission_digest: str
    submission_faults: tuple[str, ...] = ()
    seed: str
    backend: str
    words: dict[str, str] = {}

    def submitted(self) -> Submission:
        files = unpacked(self.submission_archive)
        return Submission(self.submission, files, self.submission_digest, self.submission_faults)


class Answer(BaseModel):
    """What came of a job: `verdict` as verdict.json has it; None where the machine's `trouble` left none."""

    model_config = ConfigDict(frozen=True)

    verdict: dict[str, Any] | None
    trouble: str = ""
    took_s: float = 0.0
    seen: tuple[Seen, ...] = ()


def exercise_files(exercise: Exercise) -> dict[str, bytes]:
    """Give the files of an exercise's folder that decide a run, those of its digest."""
    reference = {f"reference/{name}": content for name, content in exercise.reference.items()}
    return {FILE: (exercise.folder / FILE).read_bytes(), **reference}

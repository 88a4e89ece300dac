"""What is asked of who grades, and what comes back, both as JSON: no memory and no folder is shared.

A job has all that it needs in it, the exercise and the submission as archives. So it may be done in another
process or on another machine, and done again if that one dies. The evidence goes beside its answer, as a tar.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from pydantic import Base64Bytes, BaseModel, ConfigDict

from kit.exercise.loader import FILE, OWN_CHECKS
from kit.exercise.packing import packed, unpacked
from kit.exercise.planner import REFERENCE
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
    """A run to judge. The archives are zips. `words`: those drawn for others, and for whom."""

    model_config = ConfigDict(frozen=True)

    exercise: str
    exercise_archive: Base64Bytes
    submission: str
    submission_archive: Base64Bytes | None  # None: the reference itself is run
    submission_digest: str
    submission_faults: tuple[str, ...] = ()
    seed: str | None  # None: the parameters' defaults, of the reference alone
    backend: str
    words: dict[str, str] = {}
    reference_archive: Base64Bytes | None = (
        None  # what the reference did with the same seed, where that is known
    )

    def submitted(self) -> Submission | None:
        if self.submission_archive is None:
            return None
        files = unpacked(self.submission_archive)
        return Submission(self.submission, files, self.submission_digest, self.submission_faults)

    def known(self) -> dict[str, bytes] | None:
        """Give the files of the reference's run directory."""
        return None if self.reference_archive is None else unpacked(self.reference_archive)


def job_of(
    exercise: Exercise, archive: bytes, submission: Submission | None, seed: str | None, backend: str
) -> Job:
    """Make a job; `archive` is that of `exercise_files`, which many jobs share. Without a submission the reference is run."""
    return Job(
        exercise=exercise.name,
        exercise_archive=b64encode(archive),
        submission=REFERENCE if submission is None else submission.name,
        submission_archive=None if submission is None else b64encode(packed(submission.files)),
        submission_digest="" if submission is None else submission.digest,
        submission_faults=() if submission is None else submission.faults,
        seed=seed,
        backend=backend,
    )


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
    names = [name for name in (FILE, OWN_CHECKS) if (exercise.folder / name).is_file()]
    return {**{name: (exercise.folder / name).read_bytes() for name in names}, **reference}

"""The runs of many exercises, side by side: who waits for a gate in one leaves the processors to another.

The reference first, since nobody learns from the others while it does not pass. What it did by the seed of the wrong
solutions goes with their jobs, so that where one misses a gate the reference is not run again for it. A solution whose
verdict is not what it says of itself runs once more, in the way in which a student's is graded; what is inconclusive runs
again alone on the machine, as of a class.
"""

from __future__ import annotations

import shutil
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kit.classroom.batch import TRIES_ALONE
from kit.classroom.doing import do
from kit.classroom.job import exercise_files, job_of
from kit.classroom.pool import side_by_side
from kit.errors import EvidenceError, UsageError
from kit.exercise.packing import packed
from kit.judge import REFERENCE_FILES
from kit.lint.need import need_of
from kit.lint.trials import Trial, Tried, is_open, submission, trials

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from pathlib import Path

    from kit.classroom.engine import Engine
    from kit.lint.folder import Written
    from kit.lint.trials import Extent

FIRST = 2  # trials that the others wait for: the default values, and the first draw


@dataclass
class Course:
    """An exercise on its way. `tried`: by label, in the order of the trials; `known`: what the reference did by the seed of
    the solutions."""

    written: Written
    trials: list[Trial]
    archive: bytes = field(repr=False)
    tried: dict[str, Tried] = field(default_factory=dict)
    known: bytes | None = field(default=None, repr=False)

    @property
    def left(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.label not in self.tried]

    @property
    def stopped(self) -> bool:
        """Whether the reference did not pass, so that the others are not run."""
        return any(
            not self.tried[trial.label].right for trial in self.trials[:FIRST] if trial.label in self.tried
        )

    @property
    def begun(self) -> bool:
        """Whether what the others wait for is done."""
        return all(trial.label in self.tried for trial in self.trials[:FIRST])

    @property
    def ended(self) -> bool:
        return not self.left or (self.begun and self.stopped)


@dataclass(frozen=True)
class _Turn:
    """A trial that waits. `as_student`: it is graded as a student's is; `alone`: the tries alone on the machine so far."""

    course: Course
    trial: Trial
    number: int = 1  # of this trial's runs
    as_student: bool = False
    alone: int = 0
    seconds: float = 0.0


@dataclass
class Runner:
    """`folder` gets a run directory a trial, EXERCISE/LABEL; where all is as it must be it is removed, unless `keep`.
    `heard` is told of each trial that has ended."""

    engine: Engine
    backend: str
    folder: Path
    keep: bool
    heard: Callable[[Course, Tried], None] = lambda _course, _tried: None
    _waiting: deque[_Turn] = field(default_factory=deque, init=False)
    _alone: deque[_Turn] = field(default_factory=deque, init=False)

    def run(self, exercises: Iterable[Written], extent: Extent, at_once: int) -> Generator[Course]:
        """Give each exercise when all its trials have ended."""
        for written in exercises:
            archive = packed(exercise_files(written.exercise))
            course = Course(written, trials(written, extent), archive)
            self._waiting.extend(_Turn(course, trial) for trial in course.trials[:FIRST])
        while self._waiting or self._alone:
            # Who is told of a result may put more into either: what waits is done first, then one alone.
            turns, width = (self._waiting, at_once) if self._waiting else (deque([self._alone.popleft()]), 1)
            for turn, tried in side_by_side(turns, width, self._tried, self.engine):
                course = turn.course
                if self._settled(turn, tried):
                    yield from [course] if course.ended else []

    def _settled(self, turn: _Turn, tried: Tried) -> bool:
        """Take what came of a turn; False where the trial is tried again."""
        again = replace(turn, number=turn.number + 1, seconds=tried.seconds)
        if is_open(tried.verdict) and turn.alone < TRIES_ALONE:
            self._alone.append(replace(again, alone=turn.alone + 1))
        elif (
            not tried.right
            and not turn.trial.of_reference
            and not turn.as_student
            and not is_open(tried.verdict)
        ):
            self._waiting.append(replace(again, as_student=True))
        else:
            self._end(turn.course, tried)
            return True
        self._forget(tried)
        return False

    def _end(self, course: Course, tried: Tried) -> None:
        course.tried[tried.trial.label] = tried
        if tried.trial is course.trials[FIRST - 1] and tried.right:
            course.known = packed({name: (tried.run_dir / name).read_bytes() for name in REFERENCE_FILES})
        if tried.trial in course.trials[:FIRST] and course.begun and not course.stopped:
            self._waiting.extendleft(_Turn(course, trial) for trial in reversed(course.trials[FIRST:]))
        self.heard(course, tried)
        if tried.right:
            self._forget(tried)

    def _forget(self, tried: Tried) -> None:
        if not self.keep:
            shutil.rmtree(tried.run_dir, ignore_errors=True)

    def _tried(self, turn: _Turn) -> tuple[_Turn, Tried]:
        course, trial = turn.course, turn.trial
        name = trial.label if turn.number == 1 else f"{trial.label}-run-{turn.number}"
        place = self.folder / course.written.exercise.name / name
        try:
            handed_in = submission(course.written, trial)
        except UsageError as error:  # a folder with nothing in it: a rule about files has told that
            return turn, Tried(trial, None, place, turn.seconds, error.in_short)
        job = job_of(course.written.exercise, course.archive, handed_in, trial.seed, self.backend)
        if not trial.of_reference and not turn.as_student:
            job = job.model_copy(update={"reference_archive": course.known})
        answer, verdict = do(self.engine, job, place)
        tried = Tried(trial, verdict, place, turn.seconds + answer.took_s, answer.trouble)
        if verdict is None:
            return turn, tried
        try:
            return turn, replace(tried, need=need_of(place, course.written.exercise.definition))
        except EvidenceError as error:
            return turn, replace(tried, verdict=None, trouble=error.in_short)

"""Many submissions: side by side first, and what was inconclusive once more, alone on the machine.

    tasks --read--> submission --known?--> the journal's verdict
                               --else----> job --engine--> answer + evidence --> run directory, journal

Each verdict is written down the moment it is there, so that a batch that is stopped, killed or rebooted goes on
where it was.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from kit.classroom import similarity
from kit.classroom.doing import do
from kit.classroom.job import Answer, exercise_files, job_of
from kit.classroom.journal import (
    CONCLUSIVE,
    NO_VERDICT,
    Entry,
    Graded,
    Journal,
    Key,
    known,
    stands_for,
    why_run,
)
from kit.classroom.places import place_of
from kit.classroom.pool import side_by_side
from kit.errors import UsageError
from kit.exercise.intake import read_files
from kit.exercise.packing import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    from kit.classroom.engine import Engine
    from kit.classroom.people import HandedIn
    from kit.exercise.loader import Exercise
    from kit.exercise.submission import Submission
    from kit.verdict import Verdict

TRIES_ALONE = 3  # of what was inconclusive beside others
UNREAD = ""  # the digest of what could not be read
NOT_RUN = "not run: it was graded before"


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to grade, with a seed of its own; its run directories are in `folder` (kit.classroom.places)."""

    handed_in: HandedIn
    seed: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Done:
    """`fresh`: it was run now; else the journal had it. `verdict` None: the machine left none, and `trouble` says why."""

    task: Task
    outcome: str
    verdict: Verdict | None
    fresh: bool
    trouble: str = ""
    alone: int = 0  # which try alone on the machine; 0: beside others
    last: bool = True  # False: it is tried again
    error: UsageError | None = None  # of what was handed in, where it could not be read


@dataclass
class Batch:
    """`versions` says what runs them; `again` runs also what the journal has; `begins` hears of a task that begins, from any
    thread; `place` gives the run directory for a task's folder, key, and number of runs before.
    """

    exercise: Exercise
    backend: str
    versions: str
    engine: Engine
    journal: Journal | None = None
    again: bool = False
    begins: Callable[[Task], None] = lambda _task: None
    place: Callable[[Path, Key, int], Path] = place_of
    _archive: bytes = field(init=False, repr=False)
    _words: dict[str, str] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._archive = packed(exercise_files(self.exercise))

    def run(self, tasks: Sequence[Task], at_once: int) -> Generator[Done]:
        """Give what came of each task, as it comes; what is inconclusive is given again for each try."""
        self._words = self._drawn(tasks)
        left = []
        for done in self._done(tasks, at_once):
            yield done
            if not done.last:
                left.append(done.task)
        for alone in range(1, TRIES_ALONE + 1):
            again, left = left, []
            for done in self._done(again, 1, alone):
                yield done
                if not done.last:
                    left.append(done.task)

    def _drawn(self, tasks: Sequence[Task]) -> dict[str, str]:
        """Give the words of all students; one that two of them have tells nothing."""
        owners: dict[str, set[str]] = {}
        for task in tasks:
            for word in similarity.words_of(self.exercise.definition, task.seed):
                owners.setdefault(word, set()).add(task.handed_in.student.id)
        return {word: next(iter(who)) for word, who in owners.items() if len(who) == 1}

    def _done(self, tasks: Iterable[Task], at_once: int, alone: int = 0) -> Generator[Done]:
        return side_by_side(deque(tasks), at_once, partial(self._graded, alone=alone), self.engine)

    def _graded(self, task: Task, alone: int) -> Done:
        self.begins(task)
        student = task.handed_in.student
        history = [] if self.journal is None else self.journal.history(self.exercise.name, student.id)
        try:
            submission = read_files(student.id, task.handed_in.files, self.exercise)
        except UsageError as error:  # of what this one handed in: the others are graded
            return self._unread(task, error, history)
        key = self._key(task, submission.digest)
        if self.journal is not None and not self.again and (before := known(history, key)) is not None:
            return self._known(task, before, self.journal, history)
        tried = alone if self.journal is None else sum(entry.key == key for entry in history)
        answer, verdict = self._run(task, submission, self.place(task.folder, key, tried))
        outcome = NO_VERDICT if verdict is None else str(verdict.outcome)
        last = outcome in CONCLUSIVE or alone == TRIES_ALONE
        done = Done(task, outcome, verdict, fresh=True, trouble=answer.trouble, alone=alone, last=last)
        if self.journal is not None:
            self.journal.add(self._entry(done, key, answer, why_run(history, key, again=self.again)))
        return done

    def _key(self, task: Task, submission_digest: str) -> Key:
        return Key(self.exercise.digest, submission_digest, task.seed, self.versions)

    def _unread(self, task: Task, error: UsageError, history: Sequence[Entry]) -> Done:
        """Tell what cannot even be opened: of whom there is a row, that one is not forgotten."""
        done = Done(task, NO_VERDICT, None, fresh=True, trouble=error.in_short, error=error)
        if self.journal is not None:
            key, answer = self._key(task, UNREAD), Answer(verdict=None, trouble=error.in_short)
            self.journal.add(self._entry(done, key, answer, why_run(history, key, again=self.again)))
        return done

    def _known(self, task: Task, before: Entry, journal: Journal, history: Sequence[Entry]) -> Done:
        """Give what was graded before; it is written down anew where something else would stand for what is handed in."""
        verdict = journal.verdict(before)
        done = Done(task, before.outcome, verdict, fresh=False, trouble=before.trouble)
        if not stands_for(history, before.key, task.handed_in.attempt):
            entry = self._entry(done, before.key, Answer(verdict=None), NOT_RUN)
            journal.add(replace(entry, seen=before.seen))
        return done

    def _run(self, task: Task, submission: Submission, place: Path) -> tuple[Answer, Verdict | None]:
        words = {word: who for word, who in self._words.items() if who != submission.name}
        job = job_of(self.exercise, self._archive, submission, task.seed, self.backend)
        return do(self.engine, job.model_copy(update={"words": words}), place)

    def _entry(self, done: Done, key: Key, answer: Answer, why: str) -> Graded:
        task, verdict = done.task, done.verdict
        student = task.handed_in.student
        return Graded(
            exercise=self.exercise.name,
            student=student.id,
            who=_who(task.handed_in),
            attempt=task.handed_in.attempt,
            key=key,
            outcome=done.outcome,
            score=0.0 if verdict is None else verdict.score,
            max_score=0.0 if verdict is None else verdict.max_score,
            why=why,
            took_s=answer.took_s,
            verdict=verdict,
            trouble=answer.trouble,
            seen=tuple(one.model_dump() for one in answer.seen),
        )


def _who(handed_in: HandedIn) -> dict[str, Any]:
    """Give what is known of a student beside the id, as the journal keeps it."""
    student = handed_in.student
    return {
        "name": student.name,
        "section": student.section,
        "keys": sorted(student.keys),
        "late": handed_in.late,
    }

r"""Who does jobs: reads them from one stream, grades, answers on another. A process of its own (`kit worker`).

    -> {"event": "job", "size": 9}\n{...}                       a job, as JSON
    <- {"event": "evidence", "size": 65536}\n...                 a part of the evidence, a tar; any number of these
    <- {"event": "answer", "size": 9}\n{...}                     the answer, as JSON

The stream of jobs is the lease: where it ends, a run that goes on is ended as by a signal, and cleaned up after.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import tarfile
import tempfile
import threading
import time
import traceback
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from pydantic import ValidationError

from kit.classroom.job import FAULT_FILE, Answer, Job
from kit.classroom.similarity import seen
from kit.errors import KitError
from kit.evidence import store
from kit.exercise import loader
from kit.exercise.packing import unpacked
from kit.judge import judge
from kit.tap.wire import Decoder, encode
from kit.verdict_rows import verdict_row
from kit.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import ReadableBuffer

    from kit.backends.base import Backend
    from kit.classroom.job import Seen
    from kit.exercise.loader import Exercise
    from kit.verdict import Verdict

CHUNK_BYTES = 1 << 20  # of evidence in one message
READ_BYTES = 1 << 16
WARM_EXERCISES = 4  # whose folders stay unpacked


def serve(jobs: BinaryIO, answers: BinaryIO, backend_of: Callable[[str], Backend], folder: Path) -> None:
    """Do jobs until their stream ends. `folder` is for files while it lives; who calls removes it."""
    inbox: SimpleQueue[bytes | None] = SimpleQueue()
    reader = _Reader(jobs, inbox)
    threading.Thread(target=reader.run, name="kit-jobs", daemon=True).start()
    with ExitStack() as kept:
        worker = _Worker(answers, _Keeping(backend_of, kept), folder)
        while (body := inbox.get()) is not None:
            worker.do(body)
            reader.done += 1


class _Keeping:
    """Gives backends, each told at its first use that runs will follow."""

    def __init__(self, backend_of: Callable[[str], Backend], kept: ExitStack) -> None:
        self._backend_of = backend_of
        self._kept = kept
        self._backends: dict[str, Backend] = {}

    def __call__(self, name: str) -> Backend:
        """Raise what `backend_of` raises."""
        if name not in self._backends:
            backend = self._backend_of(name)
            self._kept.enter_context(backend.keep())
            self._backends[name] = backend
        return self._backends[name]


class _Reader:
    """Reads jobs beside the run that goes on, so that their end is seen at once.

    Each of the two numbers is written by one thread alone, so no moment is missed.
    """

    def __init__(self, jobs: BinaryIO, inbox: SimpleQueue[bytes | None]) -> None:
        self._jobs = jobs
        self._inbox = inbox
        self._read = 0
        self.done = 0

    def run(self) -> None:
        decoder = Decoder()
        while data := os.read(self._jobs.fileno(), READ_BYTES):
            for message in decoder.feed(data):
                self._read += 1
                self._inbox.put(message.body)
        self._inbox.put(None)
        if self.done < self._read:
            os.kill(os.getpid(), signal.SIGTERM)


class _Worker:
    def __init__(self, answers: BinaryIO, backend_of: Callable[[str], Backend], folder: Path) -> None:
        self._answers = answers
        self._backend_of = backend_of
        self._folder = folder
        self._exercise = lru_cache(WARM_EXERCISES)(self._unpacked_exercise)

    def do(self, body: bytes) -> None:
        """Do a job. Whatever is wrong with it, or with kit, is an answer: who died has no words for a teacher."""
        run = Path(tempfile.mkdtemp(prefix="run-", dir=self._folder))
        began = time.monotonic()
        try:
            try:
                answer = self._answer(Job.model_validate_json(body), run)
            except ValidationError as error:
                answer = Answer(verdict=None, trouble=_other_kit(error))
            except Exception as error:  # noqa: BLE001  # a fault of kit's own: no verdict, and never a fail
                (run / FAULT_FILE).write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
                answer = Answer(verdict=None, trouble=_own_fault(error), took_s=time.monotonic() - began)
            parts = io.BufferedWriter(_Parts(self._answers), CHUNK_BYTES)
            with tarfile.open(fileobj=parts, mode="w|") as archive:
                archive.add(run, arcname=".")
            parts.flush()
        finally:
            shutil.rmtree(run, ignore_errors=True)
        self._answers.write(encode({"event": "answer"}, answer.model_dump_json().encode()))
        self._answers.flush()

    def _answer(self, job: Job, run: Path) -> Answer:
        began = time.monotonic()
        try:
            exercise = self._exercise(job.exercise, job.exercise_archive)
            backend = self._backend_of(job.backend)
            submission, known = job.submitted(), job.known()
            verdict = judge(exercise, submission, job.seed, backend, run, lambda _text: None, known)
            others = _seen(run, job.words, verdict)
        except KitError as error:
            return Answer(verdict=None, trouble=error.in_short, took_s=time.monotonic() - began)
        took_s = time.monotonic() - began
        return Answer(verdict=verdict_row(verdict), took_s=took_s, seen=others)

    def _unpacked_exercise(self, name: str, archive: bytes) -> Exercise:
        folder = Path(tempfile.mkdtemp(prefix="exercise-", dir=self._folder)) / name
        for file, content in unpacked(archive).items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        return loader.load(folder)


def _other_kit(error: ValidationError) -> str:
    """Say that a job is not of this kit's form: each field, and what is wrong with it."""
    faults = (f"{'.'.join(map(str, one['loc'])) or 'it'}: {one['msg']}" for one in error.errors())
    return f"the job is not understood, it may be another kit's: {'; '.join(faults)}"


def _own_fault(error: Exception) -> str:
    """Say it in one line."""
    what = " ".join(traceback.format_exception_only(error)[-1].split())
    return f"this is a fault of kit itself, and no verdict; please report it: {what}"


def _seen(run: Path, words: Mapping[str, str], verdict: Verdict) -> tuple[Seen, ...]:
    """Look for others' words where there is a run to look at."""
    if not words or not (run / "events.jsonl").exists() or verdict.began_ns == 0:
        return ()
    return seen(store.load(run), words)


class _Parts(io.RawIOBase):
    """What tarfile writes to: each piece is a message."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        piece = bytes(data)
        self._answers.write(encode({"event": "evidence"}, piece))
        return len(piece)

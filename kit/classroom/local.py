"""The engine that is this machine: processes that do jobs (kit.classroom.worker), each one job at a time."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, BinaryIO, Self

from kit.classroom.engine import EndedError
from kit.classroom.job import Answer
from kit.errors import MachineError
from kit.tap.wire import Decoder, encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

READ_BYTES = 1 << 16
ENDS_WITHIN_S = 60.0  # of a process whose jobs have ended: above what a run's clean-up is given
LAST_WORDS_BYTES = 2000  # of a process that died


class _DiedError(Exception):
    """A process ended its answers before one was whole."""


class Local:
    """Processes are started when there is more to do than they are, and end with the `with`."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` starts a process that does jobs."""
        self._command = command
        self._all: list[_Process] = []
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def grade(self, job: str, evidence: BinaryIO) -> Answer:
        process = self._taken()
        try:
            answer = process.grade(job, evidence)
        except _DiedError:
            with self._lock:  # which `end` takes before it buries anybody
                if self._ended:
                    raise EndedError from None
                self._all.remove(process)
            words = process.last_words()
            process.hang_up()
            process.bury()
            raise MachineError(f"the process that graded it died: {words}") from None
        with self._lock:
            self._idle.append(process)
        return answer

    def _taken(self) -> _Process:
        with self._lock:
            if self._ended:
                raise EndedError
            if self._idle:
                return self._idle.pop()
            process = _Process(self._command)
            self._all.append(process)
            return process

    def end(self) -> None:
        """Take no more jobs; have runs that go on ended and cleaned up after. Returns when all processes are gone."""
        with self._lock:
            self._ended = True
            for process in self._all:
                process.hang_up()
        for process in self._all:
            process.bury()
        self._all.clear()


class _Process:
    """One process. In a session of its own, so that Ctrl-C reaches it in one way alone: the end of its jobs."""

    def __init__(self, command: Sequence[str]) -> None:
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the process
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                start_new_session=True,
            )
        except OSError as error:
            self._words.close()
            raise MachineError(f"{command[0]} cannot be started: {error.strerror}") from error

    def grade(self, job: str, evidence: BinaryIO) -> Answer:
        jobs, answers = self._process.stdin, self._process.stdout
        if jobs is None or answers is None:
            raise RuntimeError("the process has no streams")
        with suppress(BrokenPipeError, ValueError):  # its death, or our end, is seen when nothing comes
            jobs.write(encode({"event": "job"}, job.encode()))
            jobs.flush()
        decoder = Decoder()
        while data := os.read(answers.fileno(), READ_BYTES):
            for message in decoder.feed(data):
                if message.head["event"] == "answer":
                    return Answer.model_validate_json(message.body)
                evidence.write(message.body)
        raise _DiedError

    def last_words(self) -> str:
        """Give the last line of what it said: a traceback's is the one that tells most."""
        code = self._process.wait()
        self._words.seek(max(self._words.seek(0, os.SEEK_END) - LAST_WORDS_BYTES, 0))
        said = self._words.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(said) if line.strip()), f"exit code {code}")

    def hang_up(self) -> None:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def bury(self) -> None:
        """Wait for its end; one that cannot end leaves its clean-up to its own heir."""
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._words.close()

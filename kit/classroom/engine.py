"""What a batch knows of whoever does its jobs, here or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from kit.classroom.job import Answer


class EndedError(Exception):
    """The engine was told to end before the job was done: nothing is known, and nothing is to be told."""


class Engine(Protocol):
    """Whoever does jobs, here or elsewhere."""

    def grade(self, job: str, evidence: BinaryIO) -> Answer:
        """Have a job done (JSON of `Job`); the evidence, a tar, goes into `evidence`. To be called from any thread.

        Raises MachineError where whoever did it died, EndedError after `end`: nothing is known then.
        """

    def end(self) -> None:
        """Take no more jobs, and have those that go on ended and cleaned up after."""

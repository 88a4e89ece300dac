"""What was measured here the last time: a verdict an exercise, and the values of the measuring run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from kit import state
from kit.claims.queue import Held
from kit.verdict_rows import verdict_of, verdict_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.verdict import Verdict

FILE = "claims.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """`kernel` is what the hosts ran on, such as `Linux 6.18.5`."""

    verdict: Verdict
    kernel: str


@dataclass(frozen=True, slots=True)
class Record:
    exercises: Mapping[str, Measured] = field(default_factory=dict)
    queue: tuple[Held, ...] = ()


def load(path: Path) -> Record:
    """Read the file; where there is none, nothing was measured. Raises UsageError for one that kit did not write."""
    known: Record | None = state.load(path, _understood)
    return known or Record()


def save(path: Path, record: Record) -> None:
    """Write the file whole. Raises MachineError where the disk refuses."""
    exercises = {
        name: {"verdict": verdict_row(one.verdict), "kernel": one.kernel}
        for name, one in record.exercises.items()
    }
    state.save(path, {"exercises": exercises, "queue": [asdict(each) for each in record.queue]})


def _understood(value: Any) -> Record:
    exercises = {
        str(name): Measured(verdict_of(row["verdict"]), str(row["kernel"]))
        for name, row in value["exercises"].items()
    }
    return Record(
        exercises, tuple(Held(**{key: int(number) for key, number in row.items()}) for row in value["queue"])
    )

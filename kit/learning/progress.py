"""What was solved here, and how many hints were asked for: one small file of this user."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit import state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "learning.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """How many hints were given about a check, and in which run directory it failed last."""

    check: str
    hints: int
    run_dir: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Exercises by name; `asked` has those whose last run failed."""

    solved: frozenset[str] = frozenset()
    asked: Mapping[str, Asked] = field(default_factory=dict)

    def solves(self, exercise: str) -> Progress:
        asked = {name: one for name, one in self.asked.items() if name != exercise}
        return Progress(self.solved | {exercise}, asked)

    def failed(self, exercise: str, check: str, run_dir: str) -> Progress:
        """Note a failed try. Hints that were given about the same check stay given."""
        before = self.asked.get(exercise)
        hints = before.hints if before is not None and before.check == check else 0
        return replace(self, asked={**self.asked, exercise: Asked(check, hints, run_dir)})

    def hinted(self, exercise: str, hints: int) -> Progress:
        return replace(self, asked={**self.asked, exercise: replace(self.asked[exercise], hints=hints)})


def load(path: Path) -> Progress:
    """Read the file; where there is none, nothing is solved. Raises UsageError for one that kit did not write."""
    known: Progress | None = state.load(path, _understood)
    return known or Progress()


def save(path: Path, progress: Progress) -> None:
    """Write the file whole. Raises MachineError where the disk refuses."""
    asked = {name: [one.check, one.hints, one.run_dir] for name, one in progress.asked.items()}
    state.save(path, {"solved": sorted(progress.solved), "asked": asked})


def _understood(value: Any) -> Progress:
    return Progress(
        frozenset(map(str, value["solved"])),
        {
            str(name): Asked(str(check), int(hints), str(run_dir))
            for name, (check, hints, run_dir) in value["asked"].items()
        },
    )

"""What was solved here, and how many hints were asked for: one small file of this user.

It is at $XDG_STATE_HOME/wirekit/learning.json, as the XDG base directory specification has it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import UsageError
from kit.whole import cannot_write, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "wirekit/learning.json"


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


def place(environment: Mapping[str, str] = os.environ) -> Path:
    """Give where the file is, or will be."""
    named = environment.get("XDG_STATE_HOME", "")
    state = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    return state / FILE


def load(path: Path) -> Progress:
    """Read the file; where there is none, nothing is solved. Raises UsageError for one that kit did not write."""
    try:
        return _understood(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Progress()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path}: what you have solved cannot be read: {error}",
            remedy="mend the file, or remove it: then nothing is solved yet",
        ) from error


def save(path: Path, progress: Progress) -> None:
    """Write the file whole. Raises MachineError where the disk refuses."""
    value = {
        "solved": sorted(progress.solved),
        "asked": {name: [one.check, one.hints, one.run_dir] for name, one in progress.asked.items()},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    write_whole(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def _understood(value: Any) -> Progress:
    return Progress(
        frozenset(map(str, value["solved"])),
        {
            str(name): Asked(str(check), int(hints), str(run_dir))
            for name, (check, hints, run_dir) in value["asked"].items()
        },
    )

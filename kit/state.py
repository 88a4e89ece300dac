"""Where kit keeps what it knows of its user from one command to the next: $XDG_STATE_HOME/wirekit, a file a subject.

As the XDG base directory specification has it. None of it is needed: who removes a file begins anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import UsageError
from kit.whole import cannot_write, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def place(name: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Give where the file of this name is, or will be."""
    named = environment.get("XDG_STATE_HOME", "")
    state = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    return state / "wirekit" / name


def load(path: Path, understood: Callable[[Any], Any]) -> Any:
    """Read a file and give what `understood` makes of its JSON; None where there is no file.

    Raises UsageError for one that kit did not write.
    """
    try:
        return understood(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path}: is not as kit wrote it: {error}", remedy="mend the file, or remove it to begin anew"
        ) from error


def save(path: Path, value: object) -> None:
    """Write the file whole. Raises MachineError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    write_whole(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

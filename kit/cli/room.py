"""Is there room for a batch? Said before it starts, not by a full disk in its middle."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kit.exercise.plan import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from kit.exercise.model import Definition

USUAL_BYTES = 1 << 18  # of a run directory: those of the catalogue's exercises take a third of it
TRACE_TWICE = 2  # as strace wrote it, and as calls


def usual_runs(roles: int) -> int:
    """Give how often a submission runs: as a whole, and each half of it beside the reference's other half."""
    return 1 + roles


def most_runs(roles: int) -> int:
    """Give the most runs of one submission: where gates are missed each runs again, and the reference once."""
    return 2 * usual_runs(roles) + 1


def most_bytes(hosts: int, programs: int, limits: Limits, roles: int = 0) -> int:
    """Give what one submission's runs may fill if its programs send, say and call all that they may."""
    a_program = limits.output_bytes + TRACE_TWICE * limits.trace_bytes
    return most_runs(roles) * (hosts * limits.capture_bytes + programs * a_program)


def shortage(free_bytes: int, runs: int, most: int, roles: int = 0) -> str | None:
    """Say what room is lacking for so many submissions of `most` bytes each; None: there is enough whatever happens."""
    usual_bytes = runs * usual_runs(roles) * USUAL_BYTES
    usual, worst = _size(usual_bytes), _size(runs * most)
    if free_bytes < usual_bytes:
        return f"{_size(free_bytes)} free is too little: {runs} runs usually take {usual}"
    if free_bytes < runs * most:
        return (
            f"{_size(free_bytes)} free is enough for {runs} usual runs ({usual}), "
            f"not for programs that all fill their limits ({worst})"
        )
    return None


def shortage_at(place: Path, definition: Definition, runs: int) -> str | None:
    """Say the same of the disk on which `place` is, or will be made."""
    there = next(path for path in (place.absolute(), *place.absolute().parents) if path.exists())
    limits = Limits(**definition.limits.model_dump(exclude_none=True))
    roles = len(definition.roles or ())
    most = most_bytes(len(definition.hosts), len(definition.programs), limits, roles)
    lacking = shortage(shutil.disk_usage(there).free, runs, most, roles)
    return lacking and f"{there}: {lacking}; make room, or choose another place (--out)"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"

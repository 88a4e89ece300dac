"""Is there room for a batch? Said before it starts, not by a full disk in its middle."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kit.exercise.plan import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from kit.exercise.model import Definition

USUAL_BYTES = 1 << 18  # of a run directory: those of the catalogue's exercises take a third of it
RUNS = (
    3  # where a gate is missed, the reference runs, too, and then the submission again; all evidence is kept
)
TRACE_TWICE = 2  # as strace wrote it, and as calls


def most_bytes(hosts: int, programs: int, limits: Limits) -> int:
    """Give what one submission's runs may fill if its programs send, say and call all that they may."""
    a_program = limits.output_bytes + TRACE_TWICE * limits.trace_bytes
    return RUNS * (hosts * limits.capture_bytes + programs * a_program)


def shortage(free_bytes: int, runs: int, most: int) -> str | None:
    """Say what room is lacking for so many submissions of `most` bytes each; None: there is enough whatever happens."""
    usual, worst = _size(runs * USUAL_BYTES), _size(runs * most)
    if free_bytes < runs * USUAL_BYTES:
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
    most = most_bytes(len(definition.hosts), len(definition.programs), limits)
    lacking = shortage(shutil.disk_usage(there).free, runs, most)
    return lacking and f"{there}: {lacking}; make room, or choose another place (--out)"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"

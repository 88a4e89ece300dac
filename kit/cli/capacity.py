"""How many runs go side by side: as many as there are processors, as far as the memory that is free now allows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kit.exercise.plan import BUILD_LIMITS, Limits

if TYPE_CHECKING:
    from kit.exercise.model import Definition

# What a run takes beside the memory of its programs: its worker, and a helper for each host and program (measured).
WORKER_BYTES = 80_000_000
HELPER_BYTES = 20_000_000


def run_bytes(definition: Definition) -> int:
    """Give the memory that one run may take if its submitted programs take all that they may."""
    limits = Limits(**definition.limits.model_dump(exclude_none=True))
    submitted = sum(
        not set(definition.submit).isdisjoint((program.script, *program.files))
        for program in definition.programs.values()
    )
    programs_bytes = limits.memory_bytes * submitted
    if definition.languages:  # builds come before, one after the other
        builds = Limits(**(BUILD_LIMITS | definition.build.model_dump(exclude_none=True)))
        programs_bytes = max(programs_bytes, builds.memory_bytes)
    helpers = len(definition.hosts) + len(definition.programs)
    return WORKER_BYTES + HELPER_BYTES * helpers + programs_bytes


def side_by_side(definition: Definition, processors: int, free_bytes: int) -> int:
    return max(1, min(processors, free_bytes // run_bytes(definition)))


def here(definition: Definition) -> int:
    """Give how many runs this machine holds now."""
    return side_by_side(definition, len(os.sched_getaffinity(0)), free_bytes())


def free_bytes(meminfo: str | None = None) -> int:
    """Give the memory that can be had without swapping: MemAvailable of /proc/meminfo (proc(5)), in bytes."""
    text = Path("/proc/meminfo").read_text(encoding="ascii") if meminfo is None else meminfo
    rows = dict(line.split(":", 1) for line in text.splitlines())
    return int(rows["MemAvailable"].split()[0]) * 1024

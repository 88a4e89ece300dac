"""Where the time of a run goes: the stages that it tells of, each with its length and kit's own processor time."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kit.cli import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START = "kit's own start"
CHOICES = "reading the exercise, choosing the backend"


class Mark(NamedTuple):
    """The begin of a stage: when, and how much of the processor's time kit had used by then."""

    stage: str
    at_s: float
    cpu_s: float


class Profile:
    """Notes when each stage begins. The first one is the process's start."""

    def __init__(self) -> None:
        self.marks = [Mark(START, time.monotonic() - _age_s(), 0.0)]
        self.begin(CHOICES)

    def begin(self, stage: str) -> None:
        self.marks.append(Mark(stage, time.monotonic(), time.process_time()))

    @contextmanager
    def noting(self, tell: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
        """Give what tells `tell`, and notes."""

        def both(stage: str) -> None:
            self.begin(stage)
            tell(stage)

        yield both
        self.begin("writing the verdict")

    def show(self) -> None:
        """Write the table beside the result."""
        self.begin("")
        screen.note("\n".join(table(self.marks)))


def table(marks: Sequence[Mark]) -> list[str]:
    """Give lines: milliseconds of each stage, of them kit's processor time, the stage. The last mark ends the last stage."""
    rows = [(later.at_s - mark.at_s, later.cpu_s - mark.cpu_s, mark.stage) for mark, later in pairwise(marks)]
    whole_s, cpu_s = marks[-1].at_s - marks[0].at_s, marks[-1].cpu_s - marks[0].cpu_s
    share = f"in all; {100 * cpu_s / whole_s:.0f} % of it is kit's own processor time"
    lines = [
        f"{1000 * wall:8.0f} {1000 * cpu:8.0f}  {stage}"
        for wall, cpu, stage in (*rows, (whole_s, cpu_s, share))
    ]
    return ["      ms   cpu ms  stage", *lines]


def _age_s() -> float:
    """Give how long ago this process was started (proc_pid_stat(5), starttime), to the hundredth of a second."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    began_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began_s

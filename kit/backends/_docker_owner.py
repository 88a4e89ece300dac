"""Whose a container or network is, written into its labels, so that a dead kit's leftovers can be told from all else.

A process is named by its machine (boot and PID namespace), user, number and start time: a number alone is
given to another process later (proc(5), /proc/PID/stat field 22).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

KIND_LABEL = "wirekit"
RUN_LABEL = "wirekit.run"
OWNER_LABEL = "wirekit.owner"


@dataclass(frozen=True, slots=True)
class Owner:
    machine: str
    user: int
    pid: int
    started: str

    def __str__(self) -> str:
        """Give the label's value."""
        return f"{self.machine} {self.user} {self.pid} {self.started}"


def parse(label: str) -> Owner | None:
    """Read a label; None: it is not one of ours."""
    try:
        machine, user, pid, started = label.split(" ")
        return Owner(machine, int(user), int(pid), started)
    except ValueError:
        return None


def this_process() -> Owner:
    return Owner(_machine(), os.getuid(), os.getpid(), _started(os.getpid()) or "")


def is_dead_sibling(owner: Owner) -> bool:
    """True only for a process of this machine and user that is certainly gone."""
    return owner.machine == _machine() and owner.user == os.getuid() and _started(owner.pid) != owner.started


def labels(run: str, owner: Owner) -> dict[str, str]:
    return {KIND_LABEL: "1", RUN_LABEL: run, OWNER_LABEL: str(owner)}


@cache
def _machine() -> str:
    if sys.platform == "linux":
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    return f"{socket.gethostname()}/{uuid.getnode():x}"


def _started(pid: int) -> str | None:
    """Give a process's start time, in the machine's own words; None: there is no such process, or it is dead."""
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The second field, the name, may hold spaces and parentheses: count after its last one.
        fields = text.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[22 - 3]  # dead, and not yet waited for by its parent
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "-".join(said.split()) or None

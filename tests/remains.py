"""What of one kit is on this machine: asked of a kit that was killed, it must be nothing.

Whose a thing is, it says itself: a label (docker), a token in a name or an environment (netns), the folder
for temporary files that the kit was given for itself alone. What carries no mark is remembered from the
moment before the death: the kit's process tree, and the namespaces that it was in.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kit.backends import _docker_owner, _netns_leftovers
from kit.backends._docker_engine import connect_here
from kit.backends._netns_processes import descendants, stat_of, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY_S = 0.1  # between two looks at the machine


@dataclass(frozen=True, slots=True)
class Life:
    """A kit that runs: the mark of its things, and what was below it when it was looked at."""

    pid: int
    ticks: int
    temporary: Path
    processes: frozenset[tuple[int, int]]  # pid and start time
    namespaces: frozenset[str]  # "net:[4026531840]", those that are not our own
    seen_ticks: int  # when it was looked at

    @property
    def mark(self) -> str:
        """Give what docker's label ends with."""
        return f" {self.pid} {self.ticks}"

    @property
    def token(self) -> str:
        """Give what names and environments of the backend netns have."""
        return f"{self.pid}-{self.ticks}-"


def life_of(pid: int, temporary: Path) -> Life:
    """Look at a kit that is a child of ours, so that its pid is still its own."""
    stat = stat_of(pid)
    if stat is None:
        raise ProcessLookupError(pid)
    processes = table()
    below = {(one, processes[one].start_ticks) for one in descendants([pid], processes)}
    own = set(_namespaces(os.getpid()))
    found = {name for one, _ in below for name in _namespaces(one)} - own
    seen_ticks = int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))
    return Life(pid, stat.start_ticks, temporary, frozenset(below), frozenset(found), seen_ticks)


def remains(life: Life, *, docker: bool) -> set[str]:
    """Name all that is left of it now. `docker`: ask the engine, too."""
    found = {f"temporary file {path.name}" for path in life.temporary.iterdir()}
    found |= {f"cgroup {path}" for path in _cgroups() if life.token in path}
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    found |= {f"mount {line}" for line in mounts if life.token in line or str(life.temporary) in line}
    found |= {f"named namespace {name}" for name in _listed("/run/netns") if life.token in name}
    for pid, stat in table().items():
        if (pid, stat.start_ticks) in life.processes or _is_marked(pid, life):
            found.add(f"process {pid} ({_command(pid)})")
        if stat.start_ticks <= life.seen_ticks:  # the kernel gives a dead namespace's number to a new one
            found |= {f"namespace {name}" for name in _namespaces(pid) if name in life.namespaces}
    return found | (set(_on_engine(life)) if docker else set())


def gone(life: Life, within_s: float, *, docker: bool) -> tuple[set[str], float]:
    """Wait until nothing is left, at most so long; give what is left then, and the seconds that it took."""
    began = time.monotonic()
    while (left := remains(life, docker=docker)) and time.monotonic() - began < within_s:
        time.sleep(EVERY_S)
    return left, time.monotonic() - began


def run_dir_faults(folder: Path, regrade: Callable[[Path], tuple[int, str]]) -> list[str]:
    """Say what is wrong with what a kit left in its run directory. `regrade`: exit code and words of the command."""
    if not folder.exists():
        return []
    faults = [f"half written: {path.name}" for path in folder.rglob(".*")]
    code, said = regrade(folder)
    if code not in (0, 1, 2, 3) or "Traceback" in said or "fault of kit" in said:
        faults.append(f"regrade: exit code {code}: {said[-300:]}")
    return faults


def _is_marked(pid: int, life: Life) -> bool:
    with suppress(OSError):
        value = f"{_netns_leftovers.VARIABLE}={life.token}".encode()
        return value in Path(f"/proc/{pid}/environ").read_bytes()
    return False


def _namespaces(pid: int) -> Iterator[str]:
    for kind in ("net", "mnt", "pid", "user"):
        with suppress(OSError):
            yield str(Path(f"/proc/{pid}/ns/{kind}").readlink())


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:60]
    return "gone"


def _cgroups() -> list[str]:
    return [f"{folder}/{name}" for folder, names, _ in os.walk("/sys/fs/cgroup") for name in names]


def _listed(folder: str) -> list[str]:
    with suppress(FileNotFoundError):
        return [path.name for path in Path(folder).iterdir()]
    return []


def _on_engine(life: Life) -> Iterator[str]:
    chosen = {"label": _docker_owner.OWNER_LABEL}
    with connect_here() as engine:
        containers = engine.client.containers(all=True, filters=chosen)
        networks = engine.client.networks(filters=chosen)
    for row in containers:
        if row["Labels"][_docker_owner.OWNER_LABEL].endswith(life.mark):
            yield f"container {row['Names'][0]} ({row['State']})"
    for row in networks:
        if row["Labels"][_docker_owner.OWNER_LABEL].endswith(life.mark):
            yield f"network {row['Name']}"

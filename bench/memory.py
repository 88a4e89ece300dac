"""What kit and its helpers hold in memory while a lab is up, without the students' programs.

PSS: pages that several processes share count for each its share (proc_pid_smaps(5)), so sums mean something.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import machine
from bench.crowd import PORT
from kit.backends._netns_processes import descendants, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ESTABLISHED = "01"  # of /proc/net/tcp
LOOK_S = 0.1  # between two looks
CONTAINERS = ("docker", "ps", "-q", "--no-trunc", "--filter", f"label={machine.OWNER}")
PID_AND_OWNER = f'{{{{.State.Pid}}}} {{{{index .Config.Labels "{machine.OWNER}"}}}}'


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes, by kind of process: kit, its helpers by command, Docker's shims."""

    by_kind: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def sample(kit: int, token: str, clients: int, alive: Callable[[], bool]) -> Held | None:
    """Wait until the server holds all connections, look, let it go on; None: kit ended before.

    `token` is an argument of each student's program.
    """
    while alive():
        server = next((pid for pid in programs(token) if connections(pid) >= clients), None)
        if server is not None:
            held = look(kit, set(programs(token)))
            os.kill(server, signal.SIGUSR1)
            return held
        time.sleep(LOOK_S)
    return None


def programs(token: str) -> Iterable[int]:
    """Give the students' programs: strace and bubblewrap around them have the same arguments, not the same name."""
    for name in os.listdir("/proc"):  # noqa: PTH208  # thousands of processes
        with suppress(OSError, ValueError):
            arguments = Path(f"/proc/{name}/cmdline").read_bytes().decode(errors="replace").split("\0")
            if token in arguments and _command(int(name)).startswith("python"):
                yield int(name)


def connections(pid: int) -> int:
    """Count what is established at the server's port in a process's network namespace, seen from the server."""
    with suppress(OSError):
        return established(Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii"))
    return 0


def established(text: str) -> int:
    """Count rows of /proc/net/tcp: "0: 020012C6:1F41 030012C6:D431 01 ..." (proc_pid_net(5))."""
    rows = [line.split() for line in text.splitlines()[1:]]
    return sum(row[3] == ESTABLISHED and row[1].endswith(f":{PORT:04X}") for row in rows)


def look(kit: int, students: set[int]) -> Held:
    processes = table()
    roots = container_roots(kit)
    shims = {stat.parent for pid, stat in processes.items() if pid in roots}
    helpers = {kit, *descendants([kit], processes), *roots, *descendants(roots, processes)}
    found: dict[str, int] = {}
    for pid in (helpers | shims) - students:
        with suppress(OSError, StopIteration):
            kind = "kit" if pid == kit else _command(pid)
            found[kind] = found.get(kind, 0) + pss(
                Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            )
    return Held(found)


def pss(text: str) -> int:
    """Read bytes from a smaps_rollup: "Pss:    1234 kB"."""
    return 1024 * next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def container_roots(kit: int) -> set[int]:
    """Give the first process of each container of this kit."""
    identities = machine.said(*CONTAINERS).split() if machine.docker_answers() else []
    if not identities:
        return set()
    rows = [
        line.split()
        for line in machine.said("docker", "inspect", "--format", PID_AND_OWNER, *identities).splitlines()
    ]
    return {int(first) for first, _machine, _user, pid, _started in rows if pid == str(kit)}


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()

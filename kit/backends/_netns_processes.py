"""Process trees as the machine sees them: find them, kill them, wait for their end."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from kit.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterable

KILL_LIMIT_S = 10.0
STAT_BYTES = 1 << 12  # 52 numbers and a name of at most 64 bytes


@dataclass(frozen=True, slots=True)
class Stat:
    """Three fields of /proc/PID/stat (proc_pid_stat(5))."""

    state: str
    parent: int
    start_ticks: int  # since boot; with the pid it names a process for good


def parse_stat(text: bytes) -> Stat:
    # the second field is the command in parentheses, and may itself hold blanks and parentheses
    fields = text.rpartition(b")")[2].split(None, 20)
    return Stat(state=fields[0].decode(), parent=int(fields[1]), start_ticks=int(fields[19]))


def stat_of(pid: int) -> Stat | None:
    """Give None for a process that is gone."""
    try:
        # a run asks for all of the machine's several times, and a file object takes four times as long
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        try:
            return parse_stat(os.read(fd, STAT_BYTES))
        finally:
            os.close(fd)
    except (FileNotFoundError, ProcessLookupError):
        return None


def table() -> dict[int, Stat]:
    """Give all processes of this machine that are not dead."""
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208  # twice as fast
    stats = ((pid, stat_of(pid)) for pid in pids)
    return {pid: stat for pid, stat in stats if stat is not None and stat.state not in "ZX"}


def descendants(roots: Iterable[int], processes: dict[int, Stat]) -> list[int]:
    """Give the processes below the roots, parents before children, without the roots."""
    children: dict[int, list[int]] = {}
    for pid, stat in processes.items():
        children.setdefault(stat.parent, []).append(pid)
    found: list[int] = []
    row = list(roots)
    while row:
        row = [child for pid in row for child in children.get(pid, ())]
        found += row
    return found


def kill_below(adopter: int) -> None:
    """Kill all below a child of ours that adopts orphans (PR_SET_CHILD_SUBREAPER); return when all have ended.

    The adopter is stopped first, so that it starts nothing more. Who is born while we look is found in the
    next round: what a dead process leaves behind comes to the adopter, or died with its sandbox.
    """
    os.kill(adopter, signal.SIGSTOP)
    os.waitid(os.P_PID, adopter, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    while below := descendants([adopter], table()):
        kill(below)


def kill(pids: Iterable[int]) -> None:
    """Kill these processes and wait for their end. Raises BackendError where one does not end."""
    poll = select.poll()
    ends: dict[int, int] = {}  # pidfd -> pid
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                end = os.pidfd_open(pid)
                ends[end] = pid
                poll.register(end, select.POLLIN)
                signal.pidfd_send_signal(end, signal.SIGKILL)
        _wait(poll, ends)
    finally:
        for end in ends:
            os.close(end)


def _wait(poll: select.poll, ends: dict[int, int]) -> None:
    living = set(ends)
    deadline = monotonic() + KILL_LIMIT_S
    while living:
        ready = poll.poll(max(0.0, deadline - monotonic()) * 1000)
        if not ready:
            pids = ", ".join(str(ends[end]) for end in sorted(living))
            raise BackendError(
                f"processes {pids} were killed and did not end within {KILL_LIMIT_S:.0f} s",
                remedy="they hang in the kernel (state D in `ps`): a restart of the machine ends them",
            )
        for end, _ in ready:
            poll.unregister(end)
            living.discard(end)


def threads_stopped(pid: int) -> bool:
    """Tell whether every thread is stopped, by a signal (T) or in its tracer's hands (t), or gone."""
    states = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                states.append(parse_stat((thread / "stat").read_bytes()).state)
    return all(state in "TtZX" for state in states)

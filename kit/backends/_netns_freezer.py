"""Stop every process of a program and let them go on, in one of two ways.

With a cgroup2 that we may write, the program's processes are moved into a frozen cgroup at the first freeze
(cgroup v2 documentation, "cgroup.freeze"): they cannot tell, and neither can strace. Moving them only then
spares runs that never freeze the 15 ms that the kernel takes for it. Without one, SIGSTOP and SIGCONT.

strace is in the tree that is stopped, the runner is not: what was said before the freeze still arrives.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from kit.backends._netns_cgroups import freezer_home, remove
from kit.backends._netns_processes import descendants, table, threads_stopped
from kit.errors import UnstoppableError

if TYPE_CHECKING:
    from pathlib import Path

FREEZE_LIMIT_S = 5.0


class Freezer(Protocol):
    def freeze(self, runner: int) -> None:
        """Stop all processes below the runner; return when all are stopped."""

    def thaw(self, runner: int) -> None: ...

    def close(self) -> None:
        """Remove what the freezer made, when the processes are dead."""


def choose(name: str) -> Freezer:
    """Give the cgroup freezer where this user may make a cgroup and move processes into it, else signals."""
    folder = freezer_home()
    # moving a process needs the right to write the common ancestor's cgroup.procs, which is our own here
    if folder is not None and os.access(folder / "cgroup.procs", os.W_OK):
        with suppress(OSError):
            return CgroupFreezer(folder / name)
    return SignalFreezer()


class CgroupFreezer:
    def __init__(self, folder: Path) -> None:
        """Make the cgroup. Raises OSError where that is forbidden, or the kernel (before 5.2) cannot freeze."""
        folder.mkdir()
        self._folder = folder
        if not (folder / "cgroup.freeze").exists():
            folder.rmdir()
            raise FileNotFoundError(folder / "cgroup.freeze")

    def freeze(self, runner: int) -> None:
        cgroup = self._of(runner)
        cgroup.mkdir(exist_ok=True)
        (cgroup / "cgroup.freeze").write_text("1")
        # who is moved in stops at once, and whoever it has forked by then is found in the next round
        while outside := self._outside(cgroup, runner):
            for pid in outside:
                with suppress(ProcessLookupError):
                    (cgroup / "cgroup.procs").write_text(str(pid))
        _wait_frozen(cgroup)

    def thaw(self, runner: int) -> None:
        with suppress(FileNotFoundError):  # it was never frozen
            (self._of(runner) / "cgroup.freeze").write_text("0")

    def close(self) -> None:
        remove(self._folder)

    def _of(self, runner: int) -> Path:
        return self._folder / str(runner)

    def _outside(self, cgroup: Path, runner: int) -> set[int]:
        inside = {int(pid) for pid in (cgroup / "cgroup.procs").read_text().split()}
        return set(descendants([runner], table())) - inside


def _wait_frozen(cgroup: Path) -> None:
    deadline = monotonic() + FREEZE_LIMIT_S
    with (cgroup / "cgroup.events").open() as events:
        poll = select.poll()
        poll.register(events, select.POLLPRI)  # the kernel raises it at every change of the file
        while "frozen 1" not in events.read():
            if not poll.poll(max(0.0, deadline - monotonic()) * 1000):
                raise _did_not_stop(cgroup.name)
            events.seek(0)


class SignalFreezer:
    def freeze(self, runner: int) -> None:
        deadline = monotonic() + FREEZE_LIMIT_S
        stopped: list[int] | None = None
        # Twice the same: strace may have let a process go on after we looked at it and before it stopped itself
        while (seen := self._stop(runner)) is None or seen != stopped:
            stopped = seen
            if monotonic() > deadline:
                raise _did_not_stop(str(runner))
            os.sched_yield()  # the kernel tells nobody but the parent; this takes microseconds

    def thaw(self, runner: int) -> None:
        for pid in descendants([runner], table()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        pass

    def _stop(self, runner: int) -> list[int] | None:
        """Signal all that are not stopped; give the whole tree if there was none."""
        tree = descendants([runner], table())
        running = [pid for pid in tree if not threads_stopped(pid)]
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        return None if running else tree


def _did_not_stop(name: str) -> UnstoppableError:
    return UnstoppableError(
        f"the program of runner {name} did not stop within {FREEZE_LIMIT_S:.0f} s",
        remedy="a process hangs in the kernel (state D in `ps`), or the machine is overloaded",
    )

"""The process tree below a runner."""

from __future__ import annotations

import os
import signal

from kit.tap import files


def descendant(pid: int, depth: int) -> int:
    """Give the first child's first child ..., `depth` times, or the last that there is."""
    for _ in range(depth):
        children = files.read(f"/proc/{pid}/task/{pid}/children").split()
        if not children:
            break
        pid = int(children[0])
    return pid


def kill_strangers(keep: set[int]) -> None:
    """Kill all processes but `keep`, where the runner is the first process of a container of its own.

    Elsewhere the program's sandbox has a process namespace that ends with its first process.
    """
    if os.getpid() != 1:
        return
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) not in keep:
            try:
                os.kill(int(entry.name), signal.SIGKILL)
            except ProcessLookupError:
                continue


def wait_for_all() -> int:
    """Wait until no child is left, also of those that were adopted; give how many there were."""
    ended = 0
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return ended
        ended += 1

"""The lease of what a command makes: a kit that dies, however it dies, is cleaned up after.

A shell waits beside kit, in a session of its own, on a pipe that kit alone holds. A line says that the command
has ended, and has cleaned up itself; the end of the pipe without one says that kit is dead, and the shell becomes
`kit clean`. Where it died, too (a machine that lost power), the next run does the same.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import kit

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

WAIT = 'read -r ended || exec "$@"'
# From where this kit is, and never from the folder it was called in: that may hold what a student calls socket.py.
HERE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from kit.cli import main; main()"
KIT = (sys.executable, "-P", "-c", HERE, str(Path(kit.__file__).parent.parent))
CLEAN = (*KIT, "clean")


@contextmanager
def held(heir: Sequence[str] = CLEAN) -> Iterator[None]:
    """Hold the lease in the `with`; `heir` is what runs if kit dies in it.

    Where no process can be had for it, the next run will do.
    """
    waiting: subprocess.Popen[bytes] | None = None
    with suppress(OSError):
        waiting = _wait(heir)
    try:
        yield
    finally:
        if waiting is not None:
            waiting.communicate(b"\n")


def _wait(heir: Sequence[str]) -> subprocess.Popen[bytes]:
    from subprocess import DEVNULL, PIPE, Popen

    shell = ["/bin/sh", "-c", WAIT, "sh", *heir]
    return Popen(shell, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)

"""Run one command from its cold start to its end, and take what it left if it left something."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.machine import Things

ROOT = Path(__file__).parents[1]
KIT = (str(Path(sys.executable).parent / "kit"),)
MARK = "WIREKIT_BENCH"  # a variable in the environment of all that a command starts
LIMIT_S = 900.0  # beyond it a command hangs
END_LIMIT_S = 60.0  # for removing all, once it was interrupted
HUNG = 124  # as timeout(1) says it
LAST = 300  # characters of what it said


@dataclass(frozen=True, slots=True)
class Ran:
    """`busy_s` is what all processors of the machine did meanwhile, other programs' work too. `left`: by name."""

    code: int
    took_s: float
    busy_s: float
    said: str
    left: tuple[str, ...]


def run(command: Sequence[str], env: Mapping[str, str] | None = None, limit_s: float = LIMIT_S) -> Ran:
    """Run it with nothing on stdin; what is not over within the limit is ended, and its code is HUNG."""
    with watched(command, env) as (process, left):
        busy, began = machine.busy_s(), time.monotonic()
        try:
            out, err = process.communicate(timeout=limit_s)
            code, said = process.returncode, (err + out).decode(errors="replace")[-LAST:]
        except subprocess.TimeoutExpired:
            code, said = HUNG, f"not over within {limit_s:g} s"
        took, worked = time.monotonic() - began, machine.busy_s() - busy
        names = left().names
    return Ran(code, took, worked, said, names)


@contextmanager
def watched(
    command: Sequence[str], env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], Things]]]:
    """Give the process, and what tells what is there of it. At the end it is over, and what it left is removed."""
    mark = f"{MARK}={os.getpid()}-{time.monotonic_ns()}"
    name, _, value = mark.partition("=")
    links = machine.links()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | dict(env or {}) | {name: value},
        start_new_session=True,
        cwd=ROOT,
    )

    def left() -> Things:
        return machine.left(process.pid, mark, links)

    try:
        yield process, left
    finally:
        _end(process)
        machine.remove(left())


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=END_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

"""Has sources compiled in a limited process, and says for each what came of it. The process is `kit.exercise.compiler`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import kit
from kit.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.exercise.compiler import Answer

MAX_MEMORY_BYTES = 512 << 20  # of addresses; a source of 100 kB takes 30 MiB
MAX_CPU_S = 5  # of one source; one of 100 kB takes 0.1 s
MAX_WAIT_S = 60  # by the clock, for all: only a machine that does not run the process reaches it

_START = "import sys; sys.path.append(sys.argv.pop(1)); from kit.exercise.compiler import main; main()"


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file as it was handed in. `cells`: so many must be marked in it and be Python each, 0: none asked."""

    data: bytes
    cells: int


def compiled(sources: Sequence[Source]) -> list[Answer]:
    """Give the compiler's answer for each source, {} where nothing is wrong; `why` also where it died of the source.

    Raises MachineError where the process does not start, is killed from outside or is never run.
    """
    answers: list[Answer] = []
    while len(answers) < len(sources):
        answers += _answers(sources[len(answers) :])
    return answers


def _answers(sources: Sequence[Source]) -> list[Answer]:
    """Give at least one answer: those up to the source that ended the process, if one did."""
    ended = _process(b"".join(b"%d %d\n%b" % (each.cells, len(each.data), each.data) for each in sources))
    # A line is whole if it has its end; what comes after the last one was never said.
    ready, *lines = ended.stdout.decode("ascii", "replace").split("\n")[:-1] or [""]
    if ready != "ready" or ended.returncode in _FROM_OUTSIDE:
        raise MachineError(
            f"the process that compiles submissions ended with status {ended.returncode}",
            remedy="free memory and try again; `python3 -I -S -c pass` must work",
        )
    answers: list[Answer] = [json.loads(line) for line in lines]
    if len(answers) < len(sources):
        answers.append({"why": _ENDS.get(ended.returncode, "crash")})
    return answers


def _process(sources: bytes) -> subprocess.CompletedProcess[bytes]:
    root = str(Path(kit.__file__).parent.parent)
    limits = (str(MAX_MEMORY_BYTES), str(MAX_CPU_S))
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _START, root, *limits]
    try:
        return subprocess.run(
            command,
            input=sources,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_WAIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MachineError(
            f"a submission was not compiled within {MAX_WAIT_S} s: the machine is too busy",
            remedy="try again when it has less to do",
        ) from None
    except OSError as error:
        raise MachineError(f"{sys.executable} cannot be started: {error.strerror}") from None


_ENDS = {-signal.SIGXCPU: "time"}
# Nothing that a source does to the compiler ends in one of these; the kernel without memory ends in the first.
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)

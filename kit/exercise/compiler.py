"""Compiles Python sources in a process of its own, which may die of it: `python -I -S -W ignore -c ... MEMORY_BYTES CPU_S`.

A source of a few hundred bytes can keep Python's compiler busy for days, take all memory (the body of a
`finally` is compiled twice, one in one in one 2^n times) or crash it. stdin has for each source a line
`CELLS SIZE` and SIZE bytes; stdout gets `ready`, then a line of JSON for each source, before the next is
begun, so that `kit.exercise.compiling` knows which one it died of. Standard library only, each module
imported where it is needed: the usual source has no fault, and the start is most of what it costs.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Answer: TypeAlias = "dict[str, str | int]"

MAX_TEXT = 400  # characters of a message or a quoted line: both may repeat a name of megabytes


def main() -> None:
    """Answer for one source after the other until stdin ends."""
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _say("ready")
    while head := sys.stdin.buffer.readline():
        cells, size = map(int, head.split())
        data = sys.stdin.buffer.read(size)
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_s)
        _say(_text(_judged(data, cells, memory_bytes)))


def _limit(what: int, value: int) -> None:
    """Lower the soft limit: SIGXCPU says more than the SIGKILL of the hard one."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _text(answer: Answer) -> str:
    if not answer:
        return "{}"
    import json  # noqa: PLC0415  # a third of the whole start, and mostly not needed

    return json.dumps(answer)


def _judged(data: bytes, cells: int, memory_bytes: int) -> Answer:
    """Say the first fault, {} where there is none: `undecodable`, a place with its `message`, cells `found`, or `why`."""
    try:
        if not _decodes(data):
            return {"undecodable": True}
        return _fault(data) or (_cells_fault(data.decode("utf-8-sig"), cells) if cells else {})
    except MemoryError:  # also what the parser says when its own stack is full
        return {"why": "memory" if _peak_bytes() > memory_bytes // 4 else "nesting"}


def _peak_bytes() -> int:
    """Give the most memory that this program had; getrusage(2) would count what its process was before its exec, too."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123  # pathlib costs the start
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0  # no Linux: then the parser's own stack is the likelier one


def _decodes(data: bytes) -> bool:
    """Whether the file is UTF-8, or in the encoding that its coding line (PEP 263) names."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        import tokenize  # noqa: PLC0415  # as slow as all the rest

        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            data.decode(encoding)
        except (SyntaxError, UnicodeError):
            return False
    return True


def _fault(source: bytes | str) -> Answer:
    try:
        compile(source, "<submission>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
        message = str(error.msg)[:MAX_TEXT]
        return {"line": line, "column": column, "message": message, **_quoted(source, line)}
    except RecursionError:
        return {"why": "nesting"}
    except (ValueError, OverflowError, SystemError) as error:
        return {"why": str(error)[:MAX_TEXT]}
    return {}


def _quoted(source: bytes | str, number: int) -> Answer:
    """Give the line that a message is about; a fault may lie after the last one."""
    text = source.decode("utf-8-sig", "replace") if isinstance(source, bytes) else source
    lines = text.splitlines()
    return {"quoted": lines[number - 1].strip()[:MAX_TEXT]} if number <= len(lines) else {}


def _cells_fault(source: str, cells: int) -> Answer:
    from kit.tap.cells import split_cells  # noqa: PLC0415  # few exercises have cells

    parts = split_cells(source)
    if len(parts) < cells:
        return {"found": len(parts)}
    return next(_faults_of_cells(parts), {})


def _faults_of_cells(parts: list[tuple[int, str]]) -> Iterator[Answer]:
    """Compile each on its own, with the line numbers of the file."""
    for first_line, text in parts:
        if fault := _fault("\n" * (first_line - 1) + text):
            yield fault

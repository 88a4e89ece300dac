"""What a compiler said: the errors with their places, and why a build failed, as a sentence. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kit.exercise.faults import printable
from kit.verdict import Cite, OtherRun

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kit.evidence.model import Evidence
    from kit.exercise.plan import Build

MOST_ERRORS = 3  # in one sentence; the first one often explains the others
MOST_CITED = 12  # lines of what a compiler said
MAX_LINE = 300

# server.c:7:5: error: ...   ./server.go:5:2: ...   /work/server.js:3   server.sh: line 3: ...
_PLACE = re.compile(
    r"(?:.*?[ (])?(?:/work/|\./)?(?P<file>[\w.-]+(?:/[\w.-]+)*)(?::|: line )(?P<line>\d+)(?P<rest>.*)"
)
_COLUMN = re.compile(r":(\d+)(?=:|$)")
_NO_ERROR = re.compile(r"^(?::\d+)?: (?:warning|note): ")
_SAID_BELOW = re.compile(
    r"[A-Z]\w*Error: .*"
)  # node names the place first, and says what it is below the line's text

_STACK = re.compile(r" {4}at .*\(?node:")  # where in node itself it was found


def errors_in(output: str, names: Collection[str]) -> list[str]:
    """Give the errors as `file:line:column: what`, or without what it lacks; only those in files of these names."""
    lines = output.splitlines()
    return list(dict.fromkeys(_errors(lines, names)))


def _errors(lines: list[str], names: Collection[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        found = _PLACE.fullmatch(line)
        if found is None or found["file"] not in names or _NO_ERROR.match(found["rest"]):
            continue
        place, rest = f"{found['file']}:{found['line']}", found["rest"]
        if column := _COLUMN.match(rest):
            place, rest = f"{place}:{column[1]}", rest[column.end() :]
        what = rest.removeprefix(":").strip()
        if not what:
            what = next((below for below in lines[number + 1 :] if _SAID_BELOW.fullmatch(below)), "")
        if what and not what.startswith(("In function", "from ")):
            yield f"{place}: {what}"


def why_not(build: Build, evidence: Evidence, made: Collection[str]) -> str | None:
    """Say why the build of a submission failed, with the place of the first errors; None where it did not."""
    program = next(iter(evidence.programs))
    end = evidence.exit_of(program)
    fails = f"{build.source} cannot be built"
    missing = [name for name in build.makes if name not in made]
    if end is not None and end.code == 0 and not missing:
        return None
    if evidence.limits_hit:
        return f"{fails}: limit hit: {'; '.join(hit.text for hit in evidence.limits_hit)}"
    if was_late(evidence):
        return f"{fails}: it was not done within {build.limits.wall_s:g} s"
    if end is None or end.code == 0:
        return f"{fails}: the build made no file '{missing[0]}'; mend the Makefile"
    said = _said(evidence, program)
    errors = [printable(error, MAX_LINE) for error in errors_in(said, build.files)]
    if not errors:
        lines = [line for line in said.splitlines() if line.strip()]
        how = f"signal {end.signal}" if end.signal else f"exit code {end.code}"
        return f"{fails}: {printable(lines[0], MAX_LINE) if lines else f'it ended with {how}'}"
    more = len(errors) - MOST_ERRORS
    return "; ".join(errors[:MOST_ERRORS]) + (f"; and {more} more" if more > 0 else "")


def was_late(evidence: Evidence) -> bool:
    """Whether its time was up, and no other limit met: on a busy machine that may be chance."""
    end = evidence.exit_of(next(iter(evidence.programs)))
    return (end is None or end.killed_by_kit) and not evidence.limits_hit


def _said(evidence: Evidence, program: str) -> str:
    said = b"".join(evidence.output_of(program, stream) for stream in ("stderr", "stdout"))
    return said.decode("utf-8", "replace")


def cites(evidence: Evidence, folder: str) -> list[Cite]:
    """Give the first lines of what the compiler said; `folder` is where the build's run directory lies."""
    run = OtherRun(folder, evidence.began_ns)
    lines = [line for line in evidence.outputs if line.data.strip()]
    texts = [printable(line.data.decode("utf-8", "replace").rstrip(), MAX_LINE) for line in lines]
    told = [(text, line.time_ns) for text, line in zip(texts, lines, strict=True) if not _STACK.match(text)]
    # one place is enough: what follows is the same message
    return [
        Cite(text, time_ns=time_ns, run=run) if number == 0 else Cite(text)
        for number, (text, time_ns) in enumerate(told[:MOST_CITED])
    ]

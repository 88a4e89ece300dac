"""Fuzzing, guided by what code an input reaches (libFuzzer, through atheris).

    python -m tests.fuzz [--seconds S] [--keep] [TARGET...]

Each target (tests/fuzz/targets.py) is run for so many seconds, one after the other, from the seeds
(tests/fuzz/seeds.py), the committed corpus, and what earlier runs found (build/fuzz/). An input that is a find is
written to the corpus as `found-crash-...`: rename it by what it shows, and mend what it shows. `--keep` commits
to the corpus the few inputs that together reach all that was reached. Prints a Markdown table; exits 1 for a find.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import LIMIT_S, ROOM_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

CORPUS = Path(__file__).parent / "corpus"
GROWN = Path(__file__).parents[2] / "build/fuzz"
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder with a name of its own is made in it
LONGEST_BYTES = 10_240  # the longest seed: a tar of tarfile's is at least so long
KEPT_BYTES = 150_000  # of a target's corpus, beside the finds
WORD = re.compile(rb"[A-Za-z_][\w.-]{2,30}", re.ASCII)  # of a seed: libFuzzer puts them into inputs
BY_CONTENT = re.compile(r"[0-9a-f]{40}")  # libFuzzer's name for an input; one of another name stays for good


@dataclass(frozen=True)
class Ended:
    """A target's run. `reached` are libFuzzer's features: an edge of the program, by how often it was taken."""

    target: str
    executions: int
    seconds: int
    edges: int
    reached: int
    finds: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    asked = parser.parse_args(arguments)
    if unknown := set(asked.targets) - set(SEEDS):
        parser.error(f"unknown target {', '.join(sorted(unknown))}; there are: {', '.join(SEEDS)}")
    ended = []
    for target in asked.targets or SEEDS:
        ended.append(run(target, asked.seconds))
        if asked.keep:
            keep(target)
    sys.stdout.write(table(ended))
    return any(one.finds for one in ended)


def table(ended: Sequence[Ended]) -> str:
    lines = ["| target | executions | seconds | edges | features | finds |", "|---|---:|---:|---:|---:|---|"]
    for one in ended:
        numbers = f"{one.executions} | {one.seconds} | {one.edges} | {one.reached}"
        lines.append(f"| {one.target} | {numbers} | {', '.join(one.finds) or 'none'} |")
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=600, help="of each target")
    parser.add_argument("--keep", action="store_true", help="commit the smallest corpus that reaches as much")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(SEEDS))
    return parser


def run(target: str, seconds: int) -> Ended:
    grown, kept = GROWN / target, CORPUS / target
    _write_seeds(target, grown)
    kept.mkdir(parents=True, exist_ok=True)
    before = set(kept.glob("found-*"))
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={kept}/found-", "-print_final_stats=1"]
    options.append(f"-dict={_write_words(target)}")
    said = _libfuzzer(target, *options, str(grown), str(kept))
    seen = re.findall(r"cov: (\d+) ft: (\d+)", said) or [("0", "0")]
    executions, took = re.search(r"executed_units: (\d+)", said), re.search(r"in (\d+) second", said)
    edges, reached = map(int, seen[-1])
    return Ended(
        target,
        int(executions[1]) if executions else 0,
        int(took[1]) if took else 0,
        edges,
        reached,
        tuple(sorted(path.name for path in set(kept.glob("found-*")) - before)),
    )


def keep(target: str) -> None:
    """Replace what libFuzzer named in the corpus by the smallest inputs that reach as much, within KEPT_BYTES."""
    kept = CORPUS / target
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder, "merged")
        merged.mkdir()
        options = ["-set_cover_merge=1", f"-artifact_prefix={folder}/", str(merged), str(kept)]
        _libfuzzer(target, *options, str(GROWN / target))
        if not any(merged.iterdir()):
            raise SystemExit(f"{target}: nothing was merged; its corpus stays as it is")
        for path in kept.iterdir():
            if BY_CONTENT.fullmatch(path.name):
                path.unlink()
        room = KEPT_BYTES
        for path in sorted(merged.iterdir(), key=lambda each: (each.stat().st_size, each.name)):
            room -= path.stat().st_size
            if room >= 0:
                shutil.copy(path, kept / path.name)


def _write_seeds(target: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for data in SEEDS[target]():
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()  # as libFuzzer names it
        (folder / name).write_bytes(data)


def _write_words(target: str) -> Path:
    words = sorted({word for data in SEEDS[target]() for word in WORD.findall(data)})
    path = GROWN / f"{target}.dict"
    path.write_bytes(b"".join(b'"%b"\n' % word for word in words))
    return path


def _libfuzzer(target: str, *options: str) -> str:
    """Run it, and give what it said; its words go on to the terminal as they come."""
    command = [sys.executable, "-m", "tests.fuzz.libfuzzer", target, f"-max_len={LONGEST_BYTES}"]
    # The target bounds itself, by its processor time; these are for what Python cannot stop.
    command += [f"-timeout={12 * LIMIT_S:.0f}", f"-rss_limit_mb={4 * ROOM_BYTES >> 20}", *options]
    said = []
    with (
        _scratch() as scratch,
        subprocess.Popen(
            command,
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "TMPDIR": scratch},
        ) as process,
    ):
        for line in process.stdout or ():
            sys.stderr.write(line)
            said.append(line)
    return "".join(said)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """Give a folder for what a target writes, as libFuzzer ends its process without removing anything."""
    return tempfile.TemporaryDirectory(prefix="kit-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None)


if __name__ == "__main__":
    sys.exit(main())

"""Many runs beside load: how often is the verdict what it must be?

    python -m tests.soak [-n RUNS] [-j JOBS] [--backend NAME]... [--no-load] [EXERCISE...]

Each exercise runs N times a backend with its reference, which must pass, and a quarter as often (each at least
once) with its wrong solutions in turn, which must fail on what they name; two busy loops keep the processors from
being idle. Prints
a Markdown table; exits 1 for a false fail, a false pass, more than 0.5 % inconclusive, or anything left behind.
Everything goes through the command, as a user's runs do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.exercise import catalogue, loader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KIT = [sys.executable, "-m", "kit"]
MAX_INCONCLUSIVE = 0.005
WRONG_SHARE = 4  # right runs for each wrong one
RUN_LIMIT_S = 120  # far above the limits that kit itself keeps: beyond it kit hangs


@dataclass(frozen=True)
class Job:
    """One run. `wrong` is the folder of a wrong solution, None for the reference."""

    exercise: str
    backend: str
    wrong: Path | None = None
    must_fail: frozenset[str] = frozenset()

    @property
    def command(self) -> list[str]:
        verb = (
            ["run", self.exercise]
            if self.wrong is None
            else ["grade", self.exercise, str(self.wrong), "--trust"]
        )
        return [*KIT, *verb, "--backend", self.backend, "--format", "json"]


@dataclass(frozen=True)
class Ended:
    """What became of a run: `said` is right, false fail, false pass, other check, inconclusive or error."""

    job: Job
    said: str
    seconds: float
    detail: str


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    exercises = asked.exercises or list(catalogue.names())
    backends = asked.backend or ["docker", "netns"]
    before = leftovers()
    ended: list[Ended] = []
    with busy_loops(0 if asked.no_load else 2), ThreadPoolExecutor(asked.j) as pool:
        for exercise in exercises:
            for backend in backends:
                for job_ended in pool.map(run, jobs(exercise, backend, asked.n)):
                    ended.append(job_ended)
                    if job_ended.said != "right":
                        _tell(f"{job_ended.said}: {' '.join(job_ended.job.command[2:])}: {job_ended.detail}")
                _tell(f"{exercise} on {backend}: done")
    left = sorted(leftovers() - before)
    sys.stdout.write(table(ended) + "\nleft behind: " + (", ".join(left) or "nothing") + "\n")
    return int(bool(left) or not good(ended))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="all of the catalogue, if none is named"
    )
    parser.add_argument("-n", type=int, default=200, metavar="RUNS", help="of each kind (200)")
    parser.add_argument("-j", type=int, default=1, metavar="JOBS", help="at a time (1)")
    parser.add_argument(
        "--backend", action="append", metavar="NAME", help="docker and netns, if none is named"
    )
    parser.add_argument("--no-load", action="store_true", help="without the two busy loops")
    return parser


def jobs(exercise: str, backend: str, count: int) -> Iterator[Job]:
    """Give `count` right runs with the wrong ones spread among them."""
    loaded = loader.load(catalogue.find(exercise))
    wrong_jobs = [
        Job(exercise, backend, loaded.folder / "wrong" / label, frozenset(wrong.fails))
        for label, wrong in catalogue.wrongs(loaded).items()
    ]
    wrongs = islice(cycle(wrong_jobs), max(len(wrong_jobs), count // WRONG_SHARE))
    share = max(1, count // max(len(wrong_jobs), count // WRONG_SHARE))
    for number in range(count):
        yield Job(exercise, backend)
        if number % share == 0:
            yield from islice(wrongs, 1)
    yield from wrongs


def run(job: Job) -> Ended:
    folder = tempfile.mkdtemp(prefix="soak-")
    began = time.monotonic()
    try:
        command = [*job.command, "--out", f"{folder}/run"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
        said, detail = judge(job, done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        said, detail = "error", f"no end within {RUN_LIMIT_S} s"
    ended = Ended(job, said, time.monotonic() - began, detail)
    if said == "right":
        shutil.rmtree(folder)
    return ended if said == "right" else Ended(job, said, ended.seconds, f"{detail} ({folder})")


def judge(job: Job, out: str, err: str) -> tuple[str, str]:
    """Compare what kit said with what it must say."""
    try:
        verdict: dict[str, Any] = json.loads(out)
    except ValueError:
        return "error", err.strip().splitlines()[-1] if err.strip() else "no verdict"
    failed = {finding["name"] for finding in verdict["findings"] if finding["outcome"] == "fail"}
    observed = "; ".join(
        f"{finding['name']}: {finding['observed']}"
        for finding in verdict["findings"]
        if finding["outcome"] not in ("pass", "skipped")
    )
    if verdict["outcome"] == "inconclusive":
        return "inconclusive", observed or "; ".join(verdict["notes"])
    if job.wrong is None:
        return ("right", "") if verdict["outcome"] == "pass" else ("false fail", observed)
    if verdict["outcome"] == "pass":
        return "false pass", f"must fail {', '.join(sorted(job.must_fail))}"
    return ("right", "") if failed == job.must_fail else ("other check", observed)


def good(ended: Sequence[Ended]) -> bool:
    said = Counter(one.said for one in ended)
    harmless = said["right"] + said["inconclusive"]
    return bool(ended) and harmless == len(ended) and said["inconclusive"] <= MAX_INCONCLUSIVE * len(ended)


def table(ended: Sequence[Ended]) -> str:
    """Give a Markdown table, a row an exercise and backend."""
    columns = ("right", "false fail", "false pass", "other check", "inconclusive", "error")
    rows = [
        f"| exercise | backend | runs | {' | '.join(columns)} | median s | slowest s |",
        f"|---|---|{'--:|' * (len(columns) + 3)}",
    ]
    groups: dict[tuple[str, str], list[Ended]] = {}
    for one in ended:
        groups.setdefault((one.job.exercise, one.job.backend), []).append(one)
    for (exercise, backend), group in groups.items():
        said = Counter(one.said for one in group)
        times = sorted(one.seconds for one in group)
        counts = " | ".join(str(said[column]) for column in columns)
        median, slowest = times[len(times) // 2], times[-1]
        rows.append(f"| {exercise} | {backend} | {len(group)} | {counts} | {median:.2f} | {slowest:.2f} |")
    return "\n".join(rows) + "\n"


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Keep so many processors busy."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def leftovers() -> set[str]:
    """Name what a run could leave on this machine: containers, networks, volumes, namespaces, mounts, processes, files."""
    found = {f"namespace {path.name}" for path in _listed("/run/netns")}
    found |= {f"file {path}" for path in _listed(tempfile.gettempdir()) if "soak-" not in path.name}
    found |= {f"mount {line}" for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()}
    for kind, listing in (
        ("container", ["ps", "-aq", "--no-trunc"]),
        ("network", ["network", "ls", "-q", "--no-trunc"]),
        ("volume", ["volume", "ls", "-q"]),
    ):
        if shutil.which("docker"):
            done = subprocess.run(["docker", *listing], capture_output=True, text=True, check=False)
            found |= {f"{kind} {line}" for line in done.stdout.split()}
    return found | set(_processes())


def _processes() -> Iterator[str]:
    """Name the processes of kit, of its helpers, and of what they start."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended
        words = ("kit.tap", "tap.zip", "bwrap", "strace", "tcpdump", "-m kit")
        if int(folder.name) != os.getpid() and any(word in line for word in words):
            yield f"process {folder.name} ({' '.join(line.split())[:60]})"


def _listed(folder: str) -> list[Path]:
    try:
        return list(Path(folder).iterdir())
    except FileNotFoundError:
        return []


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

"""Kits that are killed at random instants beside runs that go on: what is left of them, and who is harmed?

    python -m tests.crash [-n KILLS] [--beside RUNS] [--seed N] [--backend NAME]... [EXERCISE...]

A kit is started as a user starts it, and gets SIGKILL between its start and its normal end: four of five at an
instant that is uniform over the duration measured here and now, the fifth while it takes its hosts down. Nothing
of it may be left 10 s later, or else after the next run on that backend; what is in its run directory must be read
by `kit regrade`; a verdict that it told must be on the disk, whole. The runs beside it must pass, all of them.
Prints a Markdown table; exits 1 for anything that is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kit.exercise import catalogue
from tests.remains import gone, life_of, run_dir_faults
from tests.soak import Job, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KIT = [sys.executable, "-m", "kit"]
GONE_WITHIN_S = 10.0
RUN_LIMIT_S = 120  # far above the limits that kit itself keeps: beyond it kit hangs
TEARDOWN_SHARE = 5  # kills for each one that is aimed at the teardown


@dataclass(frozen=True)
class Aim:
    """When to kill: so long after the start, or after the run has said that it ended."""

    after_s: float
    of_teardown: bool = False


@dataclass(frozen=True)
class Killed:
    """What became of one: what was left when, what could not be read. `gone_s`: until nothing was left."""

    backend: str
    aim: Aim
    left: frozenset[str]
    left_after_next: frozenset[str]
    unreadable: tuple[str, ...]
    gone_s: float

    @property
    def harmless(self) -> bool:
        return not (self.left_after_next or self.unreadable)


@dataclass
class Others:
    """The runs that go on beside the kills of a backend."""

    passed: int = 0
    harmed: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    exercises = asked.exercises or list(catalogue.names())
    chance = random.Random(asked.seed)  # noqa: S311  # instants, not secrets
    killed: list[Killed] = []
    others: dict[str, Others] = {}
    for backend in asked.backend or ["docker", "netns"]:
        others[backend] = Others()
        with beside(backend, exercises, asked.beside, others[backend]):
            for one in kills(backend, exercises, asked.n, chance):
                killed.append(one)
                if not one.harmless or one.left:
                    _tell(f"{backend}, {one.aim}: {_words(one)}")
        for harm in others[backend].harmed:
            _tell(f"{backend}, a run beside: {harm}")
    sys.stdout.write(table(killed, others))
    return int(not good(killed, others))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "exercises", nargs="*", metavar="EXERCISE", help="all of the catalogue, if none is named"
    )
    parser.add_argument("-n", type=int, default=100, metavar="KILLS", help="a backend (100)")
    parser.add_argument("--beside", type=int, default=10, metavar="RUNS", help="that go on at any time (10)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the instants (1)")
    parser.add_argument(
        "--backend", action="append", metavar="NAME", help="docker and netns, if none is named"
    )
    return parser


def kills(backend: str, exercises: Sequence[str], count: int, chance: random.Random) -> Iterator[Killed]:
    """Kill so many. A run that ended before its instant is looked at, too, and is not counted."""
    durations = {name: measure(backend, name) for name in exercises}
    done = 0
    while done < count:
        exercise = exercises[done % len(exercises)]
        whole_s, teardown_s = durations[exercise]
        aimed = done % TEARDOWN_SHARE == TEARDOWN_SHARE - 1
        aim = Aim(chance.uniform(0, teardown_s if aimed else whole_s), of_teardown=aimed)
        one = kill(backend, exercise, aim)
        if one is not None:
            done += 1
            yield one


def measure(backend: str, exercise: str) -> tuple[float, float]:
    """Give the seconds of a whole run here and now, and those of them after the end of its evidence."""
    with started(backend, exercise) as (process, folder):
        began = time.monotonic()
        _wait_concluded(process, folder / "run")
        concluded = time.monotonic()
        process.wait(RUN_LIMIT_S)
        ended = time.monotonic()
    return ended - began, ended - concluded


def kill(backend: str, exercise: str, aim: Aim) -> Killed | None:
    """Start a run, kill it, look for what is left; None: it had ended before its instant, and left nothing."""
    with started(backend, exercise) as (process, folder):
        if aim.of_teardown:
            _wait_concluded(process, folder / "run")
        with suppress(subprocess.TimeoutExpired):
            process.wait(aim.after_s)
        life = life_of(process.pid, folder / "tmp") if process.returncode is None else None
        process.kill()
        if life is None or process.wait(RUN_LIMIT_S) >= 0:
            return None
        left, gone_s = gone(life, GONE_WITHIN_S, docker=backend == "docker")
        left_after_next = left
        if left:
            run_honestly(backend, exercise, folder / "tmp")
            left_after_next, _ = gone(life, 0, docker=backend == "docker")
        return Killed(
            backend, aim, frozenset(left), frozenset(left_after_next), tuple(unreadable(folder)), gone_s
        )


@contextmanager
def started(backend: str, exercise: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Give a run that has just begun, and a folder: `run` is its run directory, `tmp` its temporary files' place."""
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    for path in (folder, folder / "tmp"):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)  # programs pass through it as users of their own
    command = [*KIT, "run", exercise, "--backend", backend, "--format", "json", "--out", str(folder / "run")]
    with (folder / "verdict").open("wb") as out, (folder / "words").open("wb") as err:
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env=os.environ | {"TMPDIR": str(folder / "tmp")}
        )
    try:
        yield process, folder
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_concluded(process: subprocess.Popen[bytes], run: Path) -> None:
    """Wait until run.json says that the run ended, or kit has."""
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if b'"ended_ns"' in (run / "run.json").read_bytes():
                return
        os.sched_yield()


def unreadable(folder: Path) -> list[str]:
    """Say what of the run directory cannot be read, and what was told and is not there."""
    faults = run_dir_faults(folder / "run", regrade)
    stored, told = folder / "run" / "verdict.json", (folder / "verdict").read_text(encoding="utf-8")
    if stored.exists():
        try:
            json.loads(stored.read_bytes())
        except ValueError as error:
            faults.append(f"verdict.json: {error}")
    if told.endswith("\n") and not (stored.exists() and regrade(folder / "run")[1] == told):
        faults.append(f"not to be had again: {told[:80]!r}")
    return faults


def regrade(run: Path) -> tuple[int, str]:
    command = [*KIT, "regrade", str(run), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    return done.returncode, done.stdout + done.stderr


def run_honestly(backend: str, exercise: str, temporary: Path) -> str | None:
    """Run the reference; give what was wrong, None where it passed."""
    out = tempfile.mkdtemp(prefix="crash-beside-")
    command = [*KIT, "run", exercise, "--backend", backend, "--format", "json", "--out", out]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=RUN_LIMIT_S,
            check=False,
            env=os.environ | {"TMPDIR": str(temporary)},
        )
        said, detail = judge(Job(exercise, backend), done.stdout, done.stderr)
        return None if said == "right" else f"{exercise}: {said}: {detail}; {done.stderr.strip()[-400:]}"
    except subprocess.TimeoutExpired:
        return f"{exercise}: no end within {RUN_LIMIT_S} s"
    finally:
        shutil.rmtree(out, ignore_errors=True)


@contextmanager
def beside(backend: str, exercises: Sequence[str], count: int, others: Others) -> Iterator[None]:
    """Keep so many runs going, one after the other each, until the end of the `with`."""
    stop = threading.Event()

    def go_on(number: int) -> None:
        while not stop.is_set():
            harm = run_honestly(backend, exercises[number % len(exercises)], Path(tempfile.gettempdir()))
            if harm is None:
                others.passed += 1
            else:
                others.harmed.append(harm)
            number += 1

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def good(killed: Sequence[Killed], others: dict[str, Others]) -> bool:
    return (
        bool(killed)
        and all(one.harmless for one in killed)
        and not any(some.harmed for some in others.values())
    )


def table(killed: Sequence[Killed], others: dict[str, Others]) -> str:
    """Give a Markdown table, a row a backend."""
    columns = (
        "backend",
        "kills",
        f"left after {GONE_WITHIN_S:.0f} s",
        "left after the next run",
        "unreadable",
        "runs beside",
        "harmed",
        "gone, median s",
        "slowest s",
    )
    rows = [f"| {' | '.join(columns)} |", f"|---|{'--:|' * (len(columns) - 1)}"]
    for backend, some in others.items():
        own = [one for one in killed if one.backend == backend]
        times = sorted(one.gone_s for one in own) or [0.0]
        counts = (
            len(own),
            sum(bool(one.left) for one in own),
            sum(bool(one.left_after_next) for one in own),
            sum(bool(one.unreadable) for one in own),
            some.passed + len(some.harmed),
            len(some.harmed),
        )
        seconds = f"{times[len(times) // 2]:.2f} | {times[-1]:.2f}"
        rows.append(f"| {backend} | {' | '.join(map(str, counts))} | {seconds} |")
    return "\n".join(rows) + "\n"


def _words(one: Killed) -> str:
    parts = (("left", one.left), ("after the next run", one.left_after_next), ("unreadable", one.unreadable))
    return "; ".join(f"{name}: {', '.join(sorted(things))}" for name, things in parts if things)


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

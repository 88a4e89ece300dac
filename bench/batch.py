"""Part `batch`: verdicts a minute, several at a time, beside peers that go one after the other."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import head, running
from bench.figures import a_minute, ratio, spread
from bench.peers import EXERCISE, HERE, PEERS, PROGRAMS, environment, why_not
from bench.race import race
from bench.tables import Target, number, table, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.race import Record

JOBS = (1, 2, 4, 8)
ROUNDS = 3
# backend, at a time -> verdicts a minute, who goes one after the other, times its rate
TARGETS = {("netns", 2): (300.0, "Mininet", 8.0), ("docker", 4): (120.0, "docker-compose", 4.0)}
LIMITS = {"netns": "limit: namespaces", "docker": "limit: engine"}


@dataclass(frozen=True, slots=True)
class Graded:
    """One `kit grade`: `wrong` says what was no pass (each was handed the reference)."""

    rate: float
    busy_s: float
    wrong: str


def measure(runs: int, records: Mapping[str, Record], tell: Callable[[str], None]) -> str:
    """Grade four times as many as asked runs, so that the start weighs little, three times by turns; `records` of the serial peers, measured if none."""
    where = head.circumstances(f"{4 * runs} submissions a command, {ROUNDS} times by turns.")
    serial = [peer for _, peer, _ in TARGETS.values()]
    if not set(serial) <= set(records):
        records = race(serial, runs, tell)
    why = {backend: why_not(PEERS[f"kit run, {backend}"]) for backend, _ in TARGETS}
    found: dict[tuple[str, int], list[Graded]] = {
        (backend, jobs): [] for backend, reason in why.items() if reason is None for jobs in JOBS
    }
    limits: dict[tuple[str, int], list[Graded]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        submissions = handed_in(folder, 4 * runs)
        for turn in range(1, ROUNDS + 1):
            for (backend, jobs), graded in found.items():
                tell(f"kit grade, {backend}, {jobs} at a time: {turn} of {ROUNDS}")
                graded.append(grade(backend, jobs, submissions, folder / "out"))
            for backend, jobs in found.keys() & TARGETS.keys():
                limit = LIMITS[backend]
                tell(f"{limit}, {jobs} at a time: {turn} of {ROUNDS}")
                limits.setdefault((limit, jobs), []).append(least(backend, jobs, 4 * runs, folder / "least"))
    missing = "".join(f"- {backend} cannot run: {reason}\n" for backend, reason in why.items() if reason)
    return part(found, limits, {name: records[name].middle for name in serial}, where + missing)


def handed_in(folder: Path, count: int) -> list[Path]:
    """Give so many submissions, each the reference."""
    made = [folder / f"student{number:03}" for number in range(1, count + 1)]
    for each in made:
        each.mkdir()
        shutil.copy(PROGRAMS / "server.py", each)
    return made


def grade(backend: str, jobs: int, submissions: Sequence[Path], out: Path) -> Graded:
    command = [
        *running.KIT,
        "grade",
        EXERCISE,
        *map(str, submissions),
        "-j",
        str(jobs),
        "--backend",
        backend,
        "--trust",
    ]
    verdicts = out.with_suffix(".json")
    shell = 'out="$1"; shift; exec "$@" >"$out"'  # all of it, and not only the end that a run keeps
    ran = running.run(
        ["sh", "-c", shell, "sh", str(verdicts), *command, "--format", "json", "--out", str(out)]
    )
    shutil.rmtree(out, ignore_errors=True)
    count = len(submissions)
    return Graded(
        a_minute(count, ran.took_s),
        ran.busy_s / count,
        wrong(verdicts.read_text(encoding="utf-8"), count) + "; ".join(ran.left),
    )


def least(backend: str, jobs: int, count: int, folder: Path) -> Graded:
    """Measure what the bare commands or requests of so many runs take; what one said, if it failed, is `wrong`."""
    folder.mkdir()
    folder.chmod(0o755)
    if backend == "docker":
        command = [sys.executable, str(HERE / "engine.py"), str(folder), str(count), str(jobs)]
    else:
        each = 'mkdir "$1/$2" && exec sh "$0" "$1/$2"'
        script = 'seq "$2" | xargs -P "$3" -I @ sh -c "$4" "$0" "$1" @'
        command = ["sh", "-c", script, str(HERE / "namespaces.sh"), str(folder), str(count), str(jobs), each]
    ran = running.run(command, environment())
    shutil.rmtree(folder)
    return Graded(
        a_minute(count, ran.took_s), ran.busy_s / count, ran.said if ran.code else "; ".join(ran.left)
    )


def wrong(text: str, count: int) -> str:
    """Say of what kind the verdicts were where not all so many passed; empty: all passed."""
    outcomes = Counter(json.loads(line)["outcome"] for line in text.splitlines() if line.startswith("{"))
    if outcomes == {"pass": count}:
        return ""
    return ", ".join(f"{many} {outcome}" for outcome, many in outcomes.items()) + f" of {count}"


def part(
    found: Mapping[tuple[str, int], Sequence[Graded]],
    limits: Mapping[tuple[str, int], Sequence[Graded]],
    serial_s: Mapping[str, float | None],
    where: str,
) -> str:
    """`found`: by backend and how many at a time; `limits`: by the limit's name and the same."""
    rates = {key: _rate(graded) for key, graded in found.items()}
    rows = [_row(f"kit grade -j {jobs}, {backend}", graded) for (backend, jobs), graded in found.items()]
    rows += [_row(f"{limit}, {jobs} at a time", graded) for (limit, jobs), graded in limits.items()]
    alone = {name: None if took_s is None else a_minute(1, took_s) for name, took_s in serial_s.items()}
    rows += [[f"{name}, one after the other", number(rate), "-", "-"] for name, rate in alone.items()]
    wanted = []
    for key, (least, peer, times) in TARGETS.items():
        name = f"{key[0]} -j {key[1]}"
        wanted += [
            Target(f"{name}: runs a minute", least, rates.get(key), at_least=True),
            Target(
                f"{name} ÷ {peer} one by one", times, ratio(rates.get(key), alone[peer]), " ×", at_least=True
            ),
        ]
    return (
        "## A batch\n\n`kit grade listen-accept`, every submission the reference, from the cold start to the last "
        "verdict. CPU is what all processors of the machine did, for each run. *Limit* is what is the least for so many: the "
        "job itself in bare namespaces (with strace and bubblewrap, but held, judged and stored by nobody), and a "
        "container for the host and one for the program by bare requests to the engine, with all else kept.\n\n"
        f"{where}\n{table(('what', 'runs a minute', 'CPU s a run', 'not passed'), rows)}\n{targets(wanted)}"
    )


def _row(name: str, graded: Sequence[Graded]) -> list[str]:
    return [name, number(_rate(graded)), number(_busy(graded)), _wrong(graded)]


def _rate(graded: Sequence[Graded]) -> float:
    return spread([one.rate for one in graded]).middle


def _busy(graded: Sequence[Graded]) -> float:
    return spread([one.busy_s for one in graded]).middle


def _wrong(graded: Sequence[Graded]) -> str:
    return "; ".join(one.wrong for one in graded if one.wrong) or "none"

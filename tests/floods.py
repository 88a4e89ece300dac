"""Floods graded beside honest submissions: do these get the same verdict, and how much later?

    python -m tests.floods [-n ROUNDS] [-j JOBS] [--backend NAME]...

Four honest submissions are graded, as many at a time as there are processors: alone, then with four more honest ones
between them, then with a fork bomb, an output flood, a memory eater and a packet flood between them. `-j 8` grades all
at the same time.
Prints a Markdown table; exits 1 where an honest one does not pass, where a flood gets another verdict than its file
says, or where the honest ones take more than twice as long as alone.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.hostile.cases import FOLDER, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KIT = [sys.executable, "-m", "kit"]
GREETING = Path(__file__).parent / "hostile" / "greeting"
FLOODS = ("fork_bomb_exponential", "output_flood", "memory_of_many", "packet_flood_without_end")
HONEST = "honest"
HONEST_ONES = 4
AT_MOST = 2.0  # times as long as alone
RUN_LIMIT_S = 120  # far above the limits that kit itself keeps: beyond it kit hangs


@dataclass(frozen=True)
class Graded:
    """One submission's verdict, its reasons where it did not pass, and the seconds that its kit took."""

    name: str
    outcome: str
    took_s: float
    why: str = ""


@dataclass(frozen=True)
class Row:
    """What was graded on a backend beside something: the honest ones, and what was beside them."""

    backend: str
    beside: str
    honest: tuple[Graded, ...]
    others: tuple[Graded, ...]

    @property
    def median_s(self) -> float:
        return median(one.took_s for one in self.honest)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "-n", type=int, default=5, metavar="ROUNDS", help="of four honest submissions each (5)"
    )
    parser.add_argument(
        "-j", type=int, default=os.cpu_count() or 1, metavar="JOBS", help="at a time (one a processor)"
    )
    parser.add_argument(
        "--backend", action="append", metavar="NAME", help="docker and netns, if none is named"
    )
    asked = parser.parse_args(arguments)
    expected = {HONEST: "pass"} | {name: read(FOLDER / f"{name}.py").outcome for name in FLOODS}
    company = {"nothing": (), "four more honest ones": (HONEST,) * HONEST_ONES, "four floods": FLOODS}
    rows = []
    with handed_in() as folder:
        for backend in asked.backend or ["docker", "netns"]:
            rows += [measure(backend, name, others, asked, folder) for name, others in company.items()]
    sys.stdout.write(table(rows, expected))
    return int(not good(rows, expected))


@contextmanager
def handed_in() -> Iterator[Path]:
    """Give a folder with the submissions, each in a folder of its name."""
    with tempfile.TemporaryDirectory(prefix="floods-") as name:
        folder = Path(name)
        shutil.copytree(GREETING / "reference", folder / HONEST)
        for flood in FLOODS:
            (folder / flood).mkdir()
            shutil.copy(FOLDER / f"{flood}.py", folder / flood / "client.py")
        yield folder


def measure(backend: str, beside: str, others: Sequence[str], asked: argparse.Namespace, folder: Path) -> Row:
    """Grade the honest ones and the others by turns, `asked.j` at a time, `asked.n` times."""
    names = [name for other in others for name in (other, HONEST)] or [HONEST] * HONEST_ONES
    honest: list[Graded] = []
    seen: list[Graded] = []
    with ThreadPoolExecutor(asked.j) as pool:
        for _ in range(asked.n):
            graded = list(pool.map(lambda name: grade(backend, name, folder), names))
            honest += graded[1::2] if others else graded
            seen += graded[::2] if others else []
    return Row(backend, beside, tuple(honest), tuple(seen))


def grade(backend: str, name: str, folder: Path) -> Graded:
    out = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    command = [*KIT, "grade", str(GREETING), str(folder / name), "--trust", "--backend", backend]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--format", "json", "--out", str(out / "run")],
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    took_s = time.monotonic() - began
    shutil.rmtree(out)
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        return Graded(name, f"exit code {done.returncode}", took_s, done.stderr.strip()[-200:])
    reasons = [
        f"{finding['name']}: {finding['observed']}"
        for finding in verdict["findings"]
        if finding["outcome"] != "pass"
    ]
    return Graded(name, verdict["outcome"], took_s, "; ".join([*reasons, *verdict["notes"]]))


def good(rows: Sequence[Row], expected: Mapping[str, str]) -> bool:
    graded = [one for row in rows for one in (*row.honest, *row.others)]
    return all(one.outcome == expected[one.name] for one in graded) and all(
        row.median_s <= AT_MOST * _alone(rows, row.backend) for row in rows
    )


def table(rows: Sequence[Row], expected: Mapping[str, str]) -> str:
    """Give a Markdown table, and what got another verdict than expected."""
    columns = (
        "backend",
        "beside",
        "honest, passed",
        "beside them, right",
        "median s",
        "slowest s",
        "of alone",
    )
    head = [f"| {' | '.join(columns)} |", f"|---|---|{'--:|' * (len(columns) - 2)}"]
    lines = [
        f"| {row.backend} | {row.beside} | {_right(row.honest, expected)} | {_right(row.others, expected)} | "
        f"{row.median_s:.2f} | {max(one.took_s for one in row.honest):.2f} | "
        f"{row.median_s / _alone(rows, row.backend):.2f} |"
        for row in rows
    ]
    wrong = {
        f"{row.backend}, beside {row.beside}: {one.name}: {one.outcome}, not {expected[one.name]}: {one.why}"
        for row in rows
        for one in (*row.honest, *row.others)
        if one.outcome != expected[one.name]
    }
    return "\n".join([*head, *lines, *sorted(wrong)]) + "\n"


def _right(graded: Sequence[Graded], expected: Mapping[str, str]) -> str:
    return f"{sum(one.outcome == expected[one.name] for one in graded)} of {len(graded)}"


def _alone(rows: Sequence[Row], backend: str) -> float:
    return next(row.median_s for row in rows if row.backend == backend)


if __name__ == "__main__":
    sys.exit(main())

"""A made class whose verdicts are known: graded, killed while it is graded, resumed. Are all verdicts right, each once?

    python -m tests.classes [-n STUDENTS] [-j JOBS] [--kills K] [--backend NAME]... [--seed N]

Of ten students four hand the reference in, four a wrong solution, one a broken archive, and the tenth is hostile or has an odd name.
The class is graded with the command, as a teacher does. With `--kills`, kit gets SIGKILL at so many random instants, and the same
command is given again each time. Prints a Markdown table; exits 1 for a verdict that is not the known one, one that is
lost, changed or computed twice, more than 200 MB of memory, or anything left behind.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kit.classroom.places import folder_name
from kit.exercise import catalogue, loader
from tests.hostile.cases import FOLDER as HOSTILE
from tests.soak import leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.exercise.loader import Exercise

KIT = [sys.executable, "-m", "kit"]
EXERCISE = "listen-accept"
MOST_MEMORY_KB = 200_000
LOOK_EVERY_S = 0.05
CLEANED_WITHIN_S = 15.0

# As a server each of these never listens, whatever else it does.
HOSTILE_ONES = (
    "output_flood",
    "fork_bomb",
    "kills_all_it_can_see",
    "prints_a_verdict",
    "runner_commands",
    "memory_at_once",
    "exits_early",
    "escape_sequences",
)
ODD_NAMES = (
    '=HYPERLINK("www.example.org","me")',
    "王小明",
    "-rf",
    "two\nlines",
    "quotes'\"`$(id)",
    "<script>alert(1)",
    "a name with spaces ",
    "n" * 200,
)


@dataclass(frozen=True)
class Truth:
    """What must be said. `fails` None: whatever fails."""

    outcome: str
    fails: frozenset[str] | None = None


PASSES = Truth("pass", frozenset())
UNREADABLE = Truth("fail", frozenset({"submission"}))


def make(folder: Path, count: int, exercise: Exercise) -> dict[str, Truth]:
    """Make a class of so many in the folder; give the truth of each by the student's id."""
    folder.mkdir()
    reference = (exercise.folder / "reference" / "server.py").read_bytes()
    all_wrongs = sorted(catalogue.wrongs(exercise).items())
    wrongs = cycle([one for one in all_wrongs if (exercise.folder / "wrong" / one[0] / "server.py").exists()])
    packings, broken = cycle(PACKINGS), cycle(BROKEN.items())
    hostile, names = cycle(HOSTILE_ONES), cycle(ODD_NAMES)
    truths: dict[str, Truth] = {}
    for number in range(count):
        place = number % 10
        student = f"s{number:03d}"
        if place < 4:
            next(packings)(folder, f"{student}-right", reference)
            truths[f"{student}-right"] = PASSES
        elif place < 8:
            label, wrong = next(wrongs)
            student = f"{student}-{label}"
            next(packings)(folder, student, (exercise.folder / "wrong" / label / "server.py").read_bytes())
            truths[student] = Truth("fail", frozenset(wrong.fails))
        elif place == 8:
            label, data = next(broken)
            (folder / f"{student}-{label}.zip").write_bytes(data)
            truths[f"{student}-{label}"] = UNREADABLE
        elif number % 20 == 9:
            label = next(hostile)
            as_folder(folder, f"{student}-{label}", (HOSTILE / f"{label}.py").read_bytes())
            truths[f"{student}-{label}"] = Truth("fail")
        else:
            student = f"{next(names)}{student}"
            as_folder(folder, student, reference)
            truths[student] = PASSES
    return truths


def as_folder(folder: Path, student: str, server: bytes) -> None:
    (folder / student).mkdir()
    (folder / student / "server.py").write_bytes(server)


def as_zip(folder: Path, student: str, server: bytes) -> None:
    with zipfile.ZipFile(folder / f"{student}.zip", "w") as archive:
        archive.writestr("homework/server.py", server)
        archive.writestr("__MACOSX/homework/._server.py", b"\0")


def as_tar(folder: Path, student: str, server: bytes) -> None:
    with tarfile.open(folder / f"{student}.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("./server.py")
        info.size = len(server)
        archive.addfile(info, io.BytesIO(server))


def as_file(folder: Path, student: str, server: bytes) -> None:
    (folder / f"{student}.py").write_bytes(server)


def _zip(names: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return whole.getvalue()


PACKINGS: tuple[Callable[[Path, str, bytes], None], ...] = (as_folder, as_zip, as_tar, as_file)
BROKEN = {
    "cut": _zip({"server.py": os.urandom(1000)})[:500],
    "leads-out": _zip({"../server.py": b"pass\n"}),
    "bomb": _zip({"server.py": bytes(20 << 20)}),
    "no-archive": b"PK\x03\x04 is how one begins",
    "other-file": _zip({"report.docx": b"words"}),
    "empty": _zip({"server.py": b""}),
    "no-python": _zip({"server.py": b"def main(:\n"}),
}


@dataclass
class Graded:
    """What one class on one backend came to."""

    backend: str
    students: int
    took_s: float = 0.0
    memory_kb: int = 0  # the most of any process of kit's own
    kills: int = 0
    faults: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    chance = random.Random(asked.seed)  # noqa: S311  # instants, not secrets
    exercise = loader.load(catalogue.find(EXERCISE))
    before = leftovers()
    graded = []
    for backend in asked.backend or ["docker", "netns"]:
        folder = Path(tempfile.mkdtemp(prefix="soak-class-"))
        truths = make(folder / "class", asked.n, exercise)
        one = grade(folder, backend, truths, asked.j, asked.kills, chance)
        graded.append(one)
        for fault in one.faults:
            sys.stderr.write(f"{backend}: {fault}\n")
        if not one.faults:
            shutil.rmtree(folder)
    left = _left(before)
    sys.stdout.write(table(graded) + "\nleft behind: " + (", ".join(sorted(left)) or "nothing") + "\n")
    return int(bool(left) or any(one.faults for one in graded))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", type=int, default=300, metavar="STUDENTS", help="of the class (300)")
    parser.add_argument("-j", type=int, default=2, metavar="JOBS", help="runs side by side (2)")
    parser.add_argument(
        "--kills", type=int, default=0, metavar="K", help="with SIGKILL, before it may end (0)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the instants (1)")
    parser.add_argument(
        "--backend", action="append", metavar="NAME", help="docker and netns, if none is named"
    )
    return parser


def grade(
    folder: Path, backend: str, truths: Mapping[str, Truth], jobs: int, kills: int, chance: random.Random
) -> Graded:
    """Grade the class in folder/class, killed `kills` times before; then once more, which must run nothing."""
    one = Graded(backend, len(truths))
    began = time.monotonic()
    usual_s = 1.0 + 2.0 * len(truths) / jobs / max(kills, 1)
    for _ in range(kills):
        one.kills += _killed(folder, backend, jobs, chance.uniform(0.3, usual_s))
    out = _told(folder, backend, jobs, one)
    one.took_s = time.monotonic() - began
    one.faults += faults_of(out, truths)
    one.faults += journal_faults(folder / "out" / "journal.sqlite", len(truths))
    rows = _rows(folder / "out" / "journal.sqlite")
    if _told(folder, backend, jobs, one) != out or _rows(folder / "out" / "journal.sqlite") != rows:
        one.faults.append("a second call gave other verdicts, or ran something")
    one.faults += page_faults(folder, truths)
    if one.memory_kb > MOST_MEMORY_KB:
        one.faults.append(f"a process of kit took {one.memory_kb} kB")
    return one


def _command(folder: Path, backend: str, jobs: int) -> list[str]:
    out = ["--out", str(folder / "out"), "--format", "json", "--for", "teacher", "-j", str(jobs)]
    return [*KIT, "grade", EXERCISE, "--class", str(folder / "class"), "--trust", "--backend", backend, *out]


def _started(folder: Path, backend: str, jobs: int) -> subprocess.Popen[bytes]:
    with (folder / "told").open("wb") as told, (folder / "words").open("ab") as words:
        return subprocess.Popen(_command(folder, backend, jobs), stdout=told, stderr=words)


def _killed(folder: Path, backend: str, jobs: int, after_s: float) -> bool:
    """Kill it at that instant; False: it had ended before."""
    with _started(folder, backend, jobs) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.kill()
        return process.wait() < 0


def _told(folder: Path, backend: str, jobs: int, one: Graded) -> str:
    """Let it end; give what it wrote, and note the most memory that it and its workers took."""
    with _started(folder, backend, jobs) as process:
        while process.poll() is None:
            one.memory_kb = max(one.memory_kb, *_memory_kb(process.pid), 0)
            time.sleep(LOOK_EVERY_S)
    return (folder / "told").read_text(encoding="utf-8")


def _memory_kb(pid: int) -> Iterator[int]:
    """Give the most that kit's own processes took so far: it, and the workers below it."""
    yield 0
    children = [pid]
    with suppress(OSError):
        children += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())
    for child in children:
        with suppress(OSError, ValueError):
            text = Path(f"/proc/{child}/status").read_text(encoding="utf-8")
            yield int(text.split("VmHWM:")[1].split()[0]) if "VmHWM:" in text else 0


def faults_of(out: str, truths: Mapping[str, Truth]) -> Iterator[str]:
    """Compare what was told with the truth."""
    told = {row["submission"]: row for row in map(json.loads, out.splitlines())}
    for student, truth in truths.items():
        row = told.get(student)
        if row is None:
            yield f"{student!r} has no verdict"
            continue
        failed = {finding["name"] for finding in row["findings"] if finding["outcome"] == "fail"}
        if row["outcome"] != truth.outcome or truth.fails not in (None, failed):
            said = [one["observed"] for one in row["findings"] if one["outcome"] not in ("pass", "skipped")]
            yield f"{student!r}: {row['outcome']} on {sorted(failed)}, not {truth}: {said[:2]}"
    for student in told.keys() - truths.keys():
        yield f"{student!r} is nobody"


def journal_faults(path: Path, students: int) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as base:
        twice = base.execute(
            "SELECT student, count(*) FROM graded WHERE outcome IN ('pass', 'fail') GROUP BY key HAVING count(*) > 1"
        ).fetchall()
        ((there,),) = base.execute("SELECT count(DISTINCT student) FROM graded")
    yield from (f"{student!r} was graded {count} times" for student, count in twice)
    if there != students:
        yield f"{there} of {students} students are in the journal"


def page_faults(folder: Path, truths: Mapping[str, Truth]) -> Iterator[str]:
    """Have the class written as pages; each student must have one, and a link to it."""
    pages = folder / "pages"
    journal = folder / "out" / "journal.sqlite"
    command = ["results", EXERCISE, "--journal", str(journal), "--format", "html", "--to", str(pages)]
    subprocess.run([*KIT, *command], stdout=subprocess.DEVNULL, check=True)
    index = (pages / "index.html").read_text(encoding="utf-8")
    for student in truths:
        name = f"{folder_name(student)}.html"
        if not (pages / "students" / name).is_file() or quote(f"students/{name}") not in index:
            yield f"{student!r} has no page"


def _rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as base:
        ((count,),) = base.execute("SELECT count(*) FROM graded")
    return int(count)


def _left(before: set[str]) -> set[str]:
    """Give what is left once the last heirs have had their time."""
    until = time.monotonic() + CLEANED_WITHIN_S
    while (left := leftovers() - before) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    return left


def table(graded: Sequence[Graded]) -> str:
    rows = [
        "| backend | students | kills | wrong | seconds | a minute | most memory of a process, MB |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    rows += [
        f"| {one.backend} | {one.students} | {one.kills} | {len(one.faults)} | {one.took_s:.0f} | "
        f"{one.students / one.took_s * 60:.0f} | {one.memory_kb / 1000:.0f} |"
        for one in graded
    ]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())

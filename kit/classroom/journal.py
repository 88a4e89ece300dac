"""The journal: every verdict of a class, written once, in one SQLite file.

A row is one graded run. Its key says what it rests on: the exercise, what was handed in, the seed, and what ran it. What is
there under its key is not run again; nothing is ever changed or removed, so the rows of a student are their history. The
verdict that *stands* is the newest that says pass or fail: a run that was inconclusive takes nobody's verdict away.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import sqlite3
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from kit.errors import EvidenceError, MachineError, UsageError
from kit.verdict_rows import verdict_of, verdict_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kit.verdict import Verdict

FORMAT = 1
CONCLUSIVE = ("pass", "fail")
NO_VERDICT = "trouble"  # the outcome of a run that the machine left without a verdict
BUSY_S = 30.0  # that a writer waits for another

_SCHEMA = (
    """
    CREATE TABLE graded (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        exercise TEXT NOT NULL,
        student TEXT NOT NULL,
        who TEXT NOT NULL,               -- JSON: name, section and whatever else is known of the student
        attempt TEXT NOT NULL,
        exercise_digest TEXT NOT NULL,
        submission_digest TEXT NOT NULL,
        seed TEXT NOT NULL,
        versions TEXT NOT NULL,
        outcome TEXT NOT NULL,
        score REAL NOT NULL,
        max_score REAL NOT NULL,
        why TEXT NOT NULL,               -- it was run
        began_ns INTEGER NOT NULL,       -- CLOCK_REALTIME
        took_s REAL NOT NULL,
        verdict TEXT NOT NULL,           -- JSON, as verdict.json, or null
        trouble TEXT NOT NULL,
        seen TEXT NOT NULL               -- JSON: others' words that were seen
    )
    """,
    "CREATE INDEX by_student ON graded (exercise, student)",
    """
    CREATE VIEW entry AS SELECT
        number, exercise, student, who, attempt, outcome, score, max_score, why, began_ns, took_s, trouble, seen, key,
        exercise_digest, submission_digest, seed, versions
    FROM graded
    """,
)


@dataclass(frozen=True, slots=True)
class Key:
    """What a verdict rests on."""

    exercise_digest: str
    submission_digest: str
    seed: str
    versions: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of one graded run. `who`: whatever is known of the student beside the id; `why` it was run."""

    exercise: str
    student: str
    who: dict[str, Any]
    attempt: str
    key: Key
    outcome: str
    score: float
    max_score: float
    why: str
    took_s: float
    trouble: str = ""
    seen: tuple[dict[str, str], ...] = ()

    @property
    def conclusive(self) -> bool:
        return self.outcome in CONCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(_Facts):
    """What is written down of one run."""

    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(_Facts):
    """A row without its verdict, which may be long: `Journal.verdict` gives that."""

    number: int
    began_ns: int


class Journal:
    """To be used from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises EvidenceError for one that is no journal, MachineError for the disk's trouble."""
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._base.row_factory = sqlite3.Row
        except (OSError, sqlite3.Error) as error:
            raise MachineError(
                f"{path}: cannot be opened: {error}", remedy="choose another place (--journal)"
            ) from error
        try:
            with self._errors():
                self._prepare()
        except BaseException:
            self._base.close()
            raise

    def _prepare(self) -> None:
        """Make the tables where there are none. Other kits may do the same at this moment: one after the other."""
        # FULL does not sync the folder: a loss of power could bring the journal of a rollback back
        # (https://sqlite.org/pragma.html#pragma_synchronous).
        self._base.execute("PRAGMA synchronous = EXTRA")
        if self._version() == FORMAT:
            return
        with self._base:  # all of it, or after an error nothing
            self._base.execute("BEGIN IMMEDIATE")
            if self._version() == FORMAT:
                return
            if self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise EvidenceError(
                    f"{self.path}: is no journal of this kit", remedy="choose another place (--journal)"
                )
            for statement in _SCHEMA:
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {FORMAT}")

    def _version(self) -> int:
        return int(self._base.execute("PRAGMA user_version").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._base.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise MachineError(
                    f"{self.path}: {error}", remedy="make room there, or choose another place (--journal)"
                ) from error
            raise EvidenceError(
                f"{self.path}: cannot be read: {error}", remedy="choose another place (--journal)"
            ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other kits from grading with this journal; it ends with the process, however that ends."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    f"{self.path}: another kit is grading with this journal",
                    remedy="wait for its end, or give another --journal",
                ) from None
            except OSError as error:
                raise MachineError(
                    f"{self.path}: cannot be locked: {error.strerror}",
                    remedy="choose a place on a disk of this machine (--journal)",
                ) from error
            with (
                self._lock,
                self._errors(),
            ):  # where nothing can be written, that is said before anything is run
                self._base.execute("UPDATE graded SET trouble = trouble WHERE false")
            yield

    def _rows(self, question: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with self._lock, self._errors():
            return self._base.execute(question, values).fetchall()

    def add(self, graded: Graded) -> None:
        """Write a row down. When this returns, a death of the machine does not lose it."""
        row = {
            **{field.name: getattr(graded, field.name) for field in fields(graded)},
            **asdict(graded.key),
            "key": graded.key.digest,
            "who": json.dumps(graded.who),
            "verdict": json.dumps(None if graded.verdict is None else verdict_row(graded.verdict)),
            "seen": json.dumps(graded.seen),
            "began_ns": time.time_ns() - int(graded.took_s * 1e9),
        }
        with self._lock, self._errors():
            self._base.execute(_INSERT, row)

    def exercises(self) -> list[str]:
        """Give the names of all that were graded."""
        return [name for (name,) in self._rows("SELECT DISTINCT exercise FROM graded ORDER BY exercise")]

    def history(self, exercise: str | None = None, student: str | None = None) -> list[Entry]:
        """Give all rows, oldest first, of one exercise or student where that is asked."""
        asked = {"exercise": exercise, "student": student}
        values = {name: value for name, value in asked.items() if value is not None}
        where = " AND ".join(["TRUE", *(f"{name} = ?" for name in values)])  # as the index can answer it
        rows = self._rows(f"SELECT * FROM entry WHERE {where} ORDER BY number", tuple(values.values()))  # noqa: S608
        return [_entry(row) for row in rows]

    def verdict(self, entry: Entry) -> Verdict | None:
        """Give the verdict of a row. Raises EvidenceError for one that this kit does not understand."""
        ((text,),) = self._rows("SELECT verdict FROM graded WHERE number = ?", (entry.number,))
        try:
            row = json.loads(text)
            return None if row is None else verdict_of(row)
        except (KeyError, TypeError, ValueError) as error:
            raise EvidenceError(
                f"{self.path}: the verdict {entry.number} is not understood: {error}",
                remedy="it was written by another kit; grade again with --again",
            ) from error


_INSERT = """
INSERT INTO graded (
    key, exercise, student, who, attempt, exercise_digest, submission_digest, seed, versions, outcome, score, max_score,
    why, began_ns, took_s, verdict, trouble, seen
) VALUES (
    :key, :exercise, :student, :who, :attempt, :exercise_digest, :submission_digest, :seed, :versions, :outcome, :score,
    :max_score, :why, :began_ns, :took_s, :verdict, :trouble, :seen
)"""
_OF_KEY = tuple(field.name for field in fields(Key))
_OF_ENTRY = tuple(field.name for field in fields(Entry) if field.name != "key")


def _entry(row: sqlite3.Row) -> Entry:
    own = {name: row[name] for name in _OF_ENTRY}
    key = Key(*(row[name] for name in _OF_KEY))
    return Entry(**{**own, "key": key, "who": json.loads(own["who"]), "seen": tuple(json.loads(own["seen"]))})


def standing(history: Iterable[Entry]) -> dict[str, Entry]:
    """Give the verdict that stands for each student of one exercise: of those that say pass or fail that of the newest
    attempt, the newest of several; else the newest of all.
    """
    found: dict[str, Entry] = {}
    for entry in sorted(history, key=_order):
        if entry.conclusive or not (entry.student in found and found[entry.student].conclusive):
            found[entry.student] = entry
    return found


def open_ones(history: Iterable[Entry]) -> dict[str, Entry]:
    """Give the students of one exercise whose newest run says neither pass nor fail, with that run."""
    newest = {entry.student: entry for entry in sorted(history, key=_order)}
    return {student: entry for student, entry in newest.items() if not entry.conclusive}


def _order(entry: Entry) -> tuple[tuple[tuple[int, str], ...], int]:
    """Order by attempt, numbers in it as numbers; then as they were written down."""
    parts = re.findall(r"\d+|\D+", entry.attempt)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts), entry.number


def known(history: Sequence[Entry], key: Key) -> Entry | None:
    """Give a student's newest verdict under this key, of those that say pass or fail."""
    return next((entry for entry in reversed(history) if entry.conclusive and entry.key == key), None)


def stands_for(history: Iterable[Entry], key: Key, attempt: str) -> bool:
    """Whether a student's newest verdict of this attempt is one under this key: what was handed in, changed and handed
    in again as it was does not stand by its first row.
    """
    keys = [entry.key for entry in history if entry.conclusive and entry.attempt == attempt]
    return keys[-1:] == [key]


def why_run(history: Sequence[Entry], key: Key, *, again: bool) -> str:
    """Say why a student's submission is run: what of its key is new since the newest of its rows."""
    if not history:
        return "first"
    before = history[-1].key
    changes = [
        f"{words} changed" for name, words in _CHANGES.items() if getattr(before, name) != getattr(key, name)
    ]
    if before.versions != key.versions:
        changes.append(f"{before.versions} became {key.versions}")
    if not changes and not history[-1].conclusive:
        changes.append(f"the run before was {history[-1].outcome}")
    if again:
        changes.append("--again")
    return "; ".join(changes) or "asked for"


_CHANGES = {"exercise_digest": "the exercise", "submission_digest": "the submission", "seed": "the seed"}

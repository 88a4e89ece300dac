from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.classroom import journal as journal_module
from kit.classroom.journal import Graded, Journal, Key, known, open_ones, standing, stands_for, why_run
from kit.errors import EvidenceError, MachineError, UsageError
from tests.renderers.verdicts import HANDSHAKE, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = Key("exercise 1", "submission 1", "seed 1", "kit 1")


def graded(student: str = "ann", outcome: str = "pass", key: Key = KEY, attempt: str = "") -> Graded:
    return Graded(
        exercise="listen-accept",
        student=student,
        who={"name": "Ann", "late": True},
        attempt=attempt,
        key=key,
        outcome=outcome,
        score=2.5,
        max_score=3,
        why="first",
        took_s=0.5,
        verdict=verdict(HANDSHAKE),
        seen=({"word": "w", "student": "bob", "place": "server"},),
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "a" / "journal.sqlite") as opened:
        yield opened


def test_a_row_comes_back_as_it_was_from_another_process_too(journal: Journal) -> None:
    journal.add(graded())
    with Journal(journal.path) as again:
        (entry,) = again.history()
        assert again.verdict(entry) == verdict(HANDSHAKE)
    assert (entry.student, entry.key, entry.score, entry.who["late"]) == ("ann", KEY, 2.5, True)
    assert entry.seen[0]["student"] == "bob"
    assert entry.conclusive


def test_only_a_verdict_under_the_very_same_key_is_known(journal: Journal) -> None:
    journal.add(graded())
    history = journal.history()
    assert known(history, KEY) == history[0]
    for name in ("exercise_digest", "submission_digest", "seed", "versions"):
        assert known(history, replace(KEY, **{name: "other"})) is None


@pytest.mark.parametrize("outcome", ["inconclusive", "trouble"])
def test_what_says_neither_pass_nor_fail_is_not_known(journal: Journal, outcome: str) -> None:
    journal.add(graded(outcome=outcome))
    assert known(journal.history(), KEY) is None
    journal.add(graded(outcome="fail"))
    journal.add(graded(outcome=outcome))
    assert known(journal.history(), KEY) == journal.history()[1]


def test_what_was_changed_and_changed_back_stands_by_a_row_of_its_own(journal: Journal) -> None:
    other = replace(KEY, submission_digest="submission 2")
    journal.add(graded())
    assert stands_for(journal.history(), KEY, "")
    journal.add(graded(outcome="trouble"))
    assert stands_for(journal.history(), KEY, "")
    assert not stands_for(journal.history(), KEY, "2")
    journal.add(graded(key=other))
    assert not stands_for(journal.history(), KEY, "")
    assert not stands_for([], KEY, "")


def test_history_is_of_whom_it_is_asked_oldest_first(journal: Journal) -> None:
    for student in ("ann", "bob", "ann"):
        journal.add(graded(student))
    journal.add(replace(graded("ann"), exercise="send-recv"))
    assert [entry.number for entry in journal.history("listen-accept", "ann")] == [1, 3]
    assert len(journal.history("listen-accept")) == 3
    assert len(journal.history()) == 4
    assert journal.exercises() == ["listen-accept", "send-recv"]


def test_a_students_history_is_found_without_reading_the_others(journal: Journal) -> None:
    with closing(sqlite3.connect(journal.path)) as base:
        asked: list[str] = []
        journal._base.set_trace_callback(asked.append)
        journal.history("listen-accept", "ann")
        plan = base.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    assert "USING INDEX by_student (exercise=? AND student=?)" in plan[0][3]


def test_a_file_that_could_not_be_made_whole_is_made_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite"
    whole = journal_module._SCHEMA
    monkeypatch.setattr(journal_module, "_SCHEMA", (*whole[:1], "CREATE what no SQLite makes"))
    with pytest.raises(MachineError):
        Journal(path)
    monkeypatch.setattr(journal_module, "_SCHEMA", whole)
    with Journal(path) as journal:
        journal.add(graded())


def test_what_is_written_down_survives_a_loss_of_power(journal: Journal) -> None:
    extra = 3  # https://sqlite.org/pragma.html#pragma_synchronous
    assert journal._base.execute("PRAGMA synchronous").fetchone()[0] == extra


def test_a_disk_that_knows_no_locks_is_no_other_kit(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(MachineError, match="cannot be locked: No locks available"), journal.alone():
        pass


def test_the_verdict_that_stands_is_the_newest_that_says_something(journal: Journal) -> None:
    for outcome in ("fail", "pass", "inconclusive"):
        journal.add(graded(outcome=outcome))
    journal.add(graded("bob", outcome="inconclusive"))
    journal.add(graded("bob", outcome="trouble"))
    stands = standing(journal.history())
    assert (stands["ann"].outcome, stands["bob"].outcome) == ("pass", "trouble")
    assert {student: entry.number for student, entry in open_ones(journal.history()).items()} == {
        "ann": 3,
        "bob": 5,
    }


def test_of_several_attempts_the_newest_stands_whenever_it_was_graded(journal: Journal) -> None:
    for attempt, outcome in (("10", "fail"), ("9", "pass"), ("", "pass")):
        journal.add(graded(outcome=outcome, attempt=attempt))
    assert standing(journal.history())["ann"].attempt == "10"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "asked for"),
        ({"exercise_digest": "2"}, "the exercise changed"),
        ({"submission_digest": "2"}, "the submission changed"),
        ({"seed": "2", "versions": "kit 2"}, "the seed changed; kit 1 became kit 2"),
    ],
)
def test_why_it_was_run_is_what_changed(journal: Journal, change: dict[str, str], why: str) -> None:
    journal.add(graded())
    history = journal.history()
    assert why_run(history, replace(KEY, **change), again=False) == why


def test_why_it_was_run_without_a_change(journal: Journal) -> None:
    assert why_run([], KEY, again=False) == "first"
    journal.add(graded())
    assert why_run(journal.history(), KEY, again=True) == "--again"
    journal.add(graded(outcome="trouble"))
    assert why_run(journal.history(), KEY, again=False) == "the run before was trouble"


def test_many_threads_write_one_row_each(journal: Journal) -> None:
    threads = [threading.Thread(target=journal.add, args=(graded(f"s{number}"),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.history()) == 20


def _write(path: Path, barrier: threading.Barrier, name: str) -> None:
    barrier.wait()
    with Journal(path) as journal:
        for number in range(20):
            journal.add(graded(f"{name}{number}"))


def test_two_processes_make_and_fill_one_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(2)
    path = tmp_path / "journal.sqlite"
    writers = [context.Process(target=_write, args=(path, barrier, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Journal(path) as journal:
        assert len(journal.history()) == 40


def test_a_second_kit_does_not_grade_with_the_same_journal(journal: Journal) -> None:
    with journal.alone(), Journal(journal.path) as other:
        with pytest.raises(UsageError, match="another kit is grading with this journal"), other.alone():
            pass
        assert other.history() == [], "looking is always possible"
    with journal.alone():
        pass


HOLDS = """
import sys
from pathlib import Path
from kit.classroom.journal import Journal
with Journal(Path(sys.argv[1])) as journal, journal.alone():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_died_holds_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with Journal(path) as journal:
            with pytest.raises(UsageError), journal.alone():
                pass
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            with journal.alone():
                pass


def test_a_file_that_is_no_journal_is_told_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("words " * 1000)
    with pytest.raises(EvidenceError, match=r"notes\.txt: cannot be read"):
        Journal(path)
    assert path.read_text().startswith("words")


def test_anothers_database_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE mine (a)")
    with pytest.raises(EvidenceError, match="is no journal of this kit"):
        Journal(path)


def test_a_verdict_of_another_kit_is_told_with_the_remedy(journal: Journal) -> None:
    journal.add(graded())
    with closing(sqlite3.connect(journal.path)) as base:
        base.execute("UPDATE graded SET verdict = '{}'")
        base.commit()
    (entry,) = journal.history()
    with pytest.raises(EvidenceError, match="the verdict 1 is not understood"):
        journal.verdict(entry)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal.sqlite")


def test_a_journal_that_cannot_be_written_is_told_before_anything_is_run(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        journal._base.close()
        journal._base = sqlite3.connect(f"file:{journal.path}?mode=ro", uri=True, isolation_level=None)
        with pytest.raises(MachineError, match="readonly database"), journal.alone():
            pytest.fail("it began")

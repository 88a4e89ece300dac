from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from kit import interrupts
from kit.classroom.batch import Batch, Done, Task
from kit.classroom.job import Seen
from kit.classroom.journal import Journal
from kit.classroom.people import HandedIn, Student
from kit.classroom.similarity import words_of
from kit.errors import MachineError
from kit.exercise import catalogue, loader
from kit.verdict_rows import verdict_of
from tests.classroom.scripted import DIES, NO_ANSWER, ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXERCISE = loader.load(catalogue.find("listen-accept"))
SERVER = b"import socket\n"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "runs" / "journal.sqlite") as opened:
        yield opened


class School:
    """Students with folders, and what grades them."""

    def __init__(self, folder: Path, journal: Journal | None) -> None:
        self.folder = folder
        self.journal = journal
        self.engine = ScriptedEngine()
        self.options: dict[str, Any] = {}

    def task(self, student: str, server: bytes = SERVER) -> Task:
        place = self.folder / "class" / student
        place.mkdir(parents=True, exist_ok=True)
        (place / "server.py").write_bytes(server)
        handed_in = HandedIn(Student(student, f"{student} of it", "A"), ((student, place),), "", late=False)
        return Task(handed_in, f"listen-accept/{student}", self.folder / "runs" / "listen-accept" / student)

    def grade(self, *students: str | Task, side_by_side: int = 2) -> list[Done]:
        tasks = [one if isinstance(one, Task) else self.task(one) for one in students]
        batch = Batch(EXERCISE, "netns", "kit 1", self.engine, self.journal, **self.options)
        return list(batch.run(tasks, side_by_side))


@pytest.fixture
def school(tmp_path: Path, journal: Journal) -> School:
    return School(tmp_path, journal)


def last(done: list[Done]) -> dict[str, str]:
    return {one.task.handed_in.student.id: one.outcome for one in done if one.last}


def test_each_is_graded_once_and_written_down_with_its_evidence(school: School, journal: Journal) -> None:
    school.engine = ScriptedEngine(bob=["fail"])
    assert last(school.grade("ann", "bob", "cy")) == {"ann": "pass", "bob": "fail", "cy": "pass"}
    rows = {entry.student: entry for entry in journal.history("listen-accept")}
    assert (rows["bob"].outcome, rows["bob"].score, rows["bob"].max_score) == ("fail", 0, 3)
    assert rows["ann"].who == {"name": "ann of it", "section": "A", "keys": [], "late": False}
    assert rows["ann"].took_s == 1.5
    run = school.folder / "runs" / "listen-accept" / "bob" / rows["bob"].key.digest[:8]
    assert json.loads((run / "run.json").read_text())["submission"] == "bob"
    stored = json.loads((run / "verdict.json").read_text())
    assert stored["run_dir"] == str(run)
    assert verdict_of(stored) == journal.verdict(rows["bob"])
    assert stored["submission"] == "bob"


def test_a_job_has_all_that_it_needs_in_it(school: School) -> None:
    school.grade("ann")
    (job,) = school.engine.jobs
    assert job.submitted().files == {"server.py": SERVER}
    assert (job.exercise, job.seed, job.backend) == ("listen-accept", "listen-accept/ann", "netns")


def test_no_more_go_side_by_side_than_is_allowed(school: School) -> None:
    both = threading.Barrier(2)

    def meanwhile(_job: object) -> None:
        both.wait(20)

    school.engine.meanwhile = meanwhile
    school.grade("ann", "bob", "cy", "dee")
    assert school.engine.most_at_once == 2


def test_a_second_call_with_nothing_new_runs_nothing(school: School) -> None:
    school.grade("ann", "bob")
    again = school.grade("ann", "bob")
    assert len(school.engine.ran) == 2
    assert [(one.fresh, one.outcome) for one in again] == [(False, "pass")] * 2
    assert all(one.verdict is not None and one.verdict.run_dir for one in again)


def test_a_changed_submission_runs_again_and_the_others_do_not(school: School, journal: Journal) -> None:
    school.grade("ann", "bob")
    school.grade("ann", school.task("bob", SERVER + b"# better\n"))
    assert sorted(school.engine.ran) == ["ann", "bob", "bob"]
    assert [entry.why for entry in journal.history(student="bob")] == ["first", "the submission changed"]


def test_again_runs_what_is_known_and_keeps_the_first_run(school: School, journal: Journal) -> None:
    school.grade("ann")
    school.options = {"again": True}
    school.grade("ann")
    assert [entry.why for entry in journal.history(student="ann")] == ["first", "--again"]
    names = {path.name for path in (school.folder / "runs" / "listen-accept" / "ann").iterdir()}
    key = journal.history()[0].key.digest[:8]
    assert names == {key, f"{key}-2"}


def test_what_is_inconclusive_is_tried_again_alone_until_it_says_something(
    school: School, journal: Journal
) -> None:
    school.engine = ScriptedEngine(bob=["inconclusive", "inconclusive", "pass"])
    done = school.grade("bob", "ann", "cy")
    assert last(done)["bob"] == "pass"
    assert [(one.outcome, one.alone, one.last) for one in done if one.task.handed_in.student.id == "bob"] == [
        ("inconclusive", 0, False),
        ("inconclusive", 1, False),
        ("pass", 2, True),
    ]
    assert school.engine.ran[-2:] == ["bob", "bob"]
    assert [entry.why for entry in journal.history(student="bob")] == [
        "first",
        "the run before was inconclusive",
        "the run before was inconclusive",
    ]


def test_what_stays_inconclusive_is_tried_three_times_alone_and_never_a_zero(
    school: School, journal: Journal
) -> None:
    school.engine = ScriptedEngine(bob=["inconclusive"], eve=[NO_ANSWER])
    done = school.grade("bob", "eve")
    assert last(done) == {"bob": "inconclusive", "eve": "trouble"}
    assert len(school.engine.ran) == 8
    assert journal.known(journal.history(student="bob")[0].key) is None
    assert journal.history(student="eve")[-1].trouble == "the engine was lost"
    school.grade("bob")
    assert len(school.engine.ran) == 12, "the next call tries it again"


def test_tries_alone_have_nobody_beside_them(school: School) -> None:
    school.engine = ScriptedEngine(ann=["inconclusive", "pass"], bob=["inconclusive", "pass"])
    now: list[int] = []

    def meanwhile(_job: object) -> None:
        now.append(school.engine._now)

    school.engine.meanwhile = meanwhile
    school.grade("ann", "bob", "cy", "dee")
    assert now[-2:] == [1, 1]


def test_the_death_of_who_grades_is_no_verdict(school: School) -> None:
    school.engine = ScriptedEngine(bob=[DIES, "fail"])
    assert last(school.grade("ann", "bob")) == {"ann": "pass", "bob": "fail"}


def test_an_inconclusive_run_takes_nobodys_verdict(school: School, journal: Journal) -> None:
    school.grade("ann")
    first = journal.history()[0].key
    school.engine = ScriptedEngine(ann=["inconclusive"])
    school.options = {"again": True}
    school.grade("ann")
    known = journal.known(first)
    assert known is not None
    assert known.outcome == "pass"


def test_a_submission_that_cannot_be_read_is_a_job_too(school: School) -> None:
    school.grade(school.task("ann", b"def main(:\n"))
    (job,) = school.engine.jobs
    assert "server.py" in job.submission_faults[0]


def test_others_words_go_with_a_job_and_what_was_seen_is_written_down(
    school: School, journal: Journal
) -> None:
    school.engine.seen = (Seen(word="abcdefg", student="bob", place="server at 0.2 s"),)
    school.grade("ann", "bob")
    (ann,) = [job for job in school.engine.jobs if job.submission == "ann"]
    bobs = words_of(EXERCISE.definition, "listen-accept/bob")
    assert ann.words == dict.fromkeys(bobs, "bob")
    assert len(bobs) == 2
    entry = journal.history(student="ann")[0]
    assert entry.seen == ({"word": "abcdefg", "student": "bob", "place": "server at 0.2 s"},)


def test_words_that_two_students_have_tell_nothing(school: School) -> None:
    tasks = [school.task(name) for name in ("ann", "bob")]
    school.grade(*(Task(task.handed_in, "one seed for all", task.folder) for task in tasks))
    assert all(job.words == {} for job in school.engine.jobs)


def test_without_a_journal_each_runs_and_its_folder_is_the_run_directory(tmp_path: Path) -> None:
    school = School(tmp_path, None)
    school.options = {"place": lambda folder, _key, before: folder.with_name(f"{folder.name}-{before}")}
    school.engine = ScriptedEngine(ann=["inconclusive", "pass"])
    assert last(school.grade("ann")) == {"ann": "pass"}
    assert {path.name for path in (tmp_path / "runs" / "listen-accept").iterdir()} == {"ann-0", "ann-1"}


def test_a_wish_to_end_ends_the_runs_and_writes_nothing_of_them(school: School, journal: Journal) -> None:
    """The second job is asked to end while it goes on: the first one's verdict stays."""

    def meanwhile(job: Any) -> None:
        if job.submission == "bob":
            interrupts.ask(KeyboardInterrupt())
            while not school.engine.ended:
                threading.Event().wait(0.01)

    school.engine.meanwhile = meanwhile
    try:
        with pytest.raises(KeyboardInterrupt):
            school.grade("ann", "bob", "cy", side_by_side=1)
    finally:
        interrupts._asked.clear()
    assert [entry.student for entry in journal.history()] == ["ann"]
    assert list(school.folder.rglob("*.unfinished")) == []
    assert school.engine.ran == ["ann", "bob"]


def test_a_full_disk_ends_the_batch_and_is_told(school: School) -> None:
    task = school.task("ann")
    task.folder.parent.mkdir(parents=True)
    task.folder.write_text("a file where the folder should be")
    with pytest.raises(MachineError, match="cannot be written"):
        school.grade(task, "bob", side_by_side=1)
    assert school.engine.ended

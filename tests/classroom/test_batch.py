from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit import interrupts
from kit.classroom.batch import Batch, Done, Task
from kit.classroom.job import Answer, Seen
from kit.classroom.journal import Journal, standing
from kit.classroom.people import HandedIn, Student
from kit.classroom.similarity import words_of
from kit.errors import MachineError
from kit.exercise import catalogue, loader
from kit.verdict_rows import verdict_of, verdict_row
from tests.classroom.scripted import DIES, NO_ANSWER, OWN_FAULT, ScriptedEngine, tar_of
from tests.renderers.verdicts import HANDSHAKE, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from kit.classroom.job import Job

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
    submitted = job.submitted()
    assert submitted is not None
    assert submitted.files == {"server.py": SERVER}
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


def test_what_was_changed_back_is_not_run_and_stands_again(school: School, journal: Journal) -> None:
    school.engine = ScriptedEngine(ann=["pass", "fail"])
    school.grade("ann")
    school.grade(school.task("ann", SERVER + b"# worse\n"))
    for _ in range(2):
        (back,) = school.grade("ann")
        assert (back.fresh, back.outcome) == (False, "pass")
    assert [(entry.outcome, entry.why) for entry in journal.history()] == [
        ("pass", "first"),
        ("fail", "the submission changed"),
        ("pass", "not run: it was graded before"),
    ]
    assert standing(journal.history())["ann"].outcome == "pass"
    first, _, third = journal.history()
    assert journal.verdict(third) == journal.verdict(first)


def test_an_attempt_like_an_older_one_stands_as_the_newest(school: School, journal: Journal) -> None:
    school.engine = ScriptedEngine(ann=["pass", "fail"])
    for attempt, server in (("1", SERVER), ("2", SERVER + b"# worse\n"), ("3", SERVER)):
        task = school.task("ann", server)
        school.grade(replace(task, handed_in=replace(task.handed_in, attempt=attempt)))
    stands = standing(journal.history())["ann"]
    assert (stands.outcome, stands.attempt) == ("pass", "3")
    assert len(school.engine.ran) == 2


def test_with_one_seed_for_all_the_same_files_are_graded_for_each(school: School, journal: Journal) -> None:
    """A copy is no reason to have no verdict, nor another student's."""
    tasks = [replace(school.task(name), seed="one") for name in ("ann", "bob")]
    school.grade(*tasks, side_by_side=1)
    assert {entry.student: entry.outcome for entry in journal.history()} == {"ann": "pass", "bob": "pass"}


def test_what_cannot_be_opened_takes_nobody_elses_verdict(school: School, journal: Journal) -> None:
    lost = school.task("bob")
    (school.folder / "class" / "bob" / "server.py").unlink()
    (school.folder / "class" / "bob").rmdir()
    done = school.grade("ann", lost, "cy")
    assert last(done) == {"ann": "pass", "bob": "trouble", "cy": "pass"}
    (bob,) = [one for one in done if one.outcome == "trouble"]
    assert bob.error is not None
    assert "bob does not exist; give a folder" in bob.trouble
    assert journal.history(student="bob")[0].trouble == bob.trouble
    assert sorted(school.engine.ran) == ["ann", "cy"]


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
    assert not any(entry.conclusive for entry in journal.history(student="bob"))
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


def test_a_death_before_any_evidence_is_told_and_so_is_an_answer_that_is_not_understood(
    school: School, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_job: Job, evidence: BinaryIO) -> Answer:
        evidence.write(b"no tar")
        return Answer(verdict=None)

    school.engine = ScriptedEngine(bob=[DIES])
    school.grade("bob")
    assert journal.history(student="bob")[0].trouble == "the process that graded it died: exit code -9"
    monkeypatch.setattr(school.engine, "_answer", answer)
    assert last(school.grade("ann")) == {"ann": "trouble"}
    assert "the evidence that came back is not whole" in journal.history(student="ann")[0].trouble
    monkeypatch.setattr(
        school.engine, "_answer", lambda _job, _evidence: Answer(verdict={"findings": [{"points": 1}]})
    )
    assert last(school.grade("cy")) == {"cy": "trouble"}
    assert "is not understood: KeyError(" in journal.history(student="cy")[0].trouble


def test_the_verdict_of_a_half_says_where_it_lies_now(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_job: Job, evidence: BinaryIO) -> Answer:
        half = verdict_row(verdict(HANDSHAKE, run_dir="/tmp/worker/roles/server"))  # noqa: S108  # a name alone
        evidence.write(tar_of({"run.json": {}, "roles/server/verdict.json": half}))
        return Answer(verdict=verdict_row(verdict(HANDSHAKE)))

    monkeypatch.setattr(school.engine, "_answer", answer)
    (done,) = school.grade("ann")
    assert done.verdict is not None
    half = Path(str(done.verdict.run_dir)) / "roles" / "server"
    assert json.loads((half / "verdict.json").read_text())["run_dir"] == str(half)


def test_a_fault_of_kits_own_is_told_with_the_file_that_tells_all(school: School, journal: Journal) -> None:
    school.engine = ScriptedEngine(bob=[OWN_FAULT])
    school.grade("bob")
    trouble = journal.history(student="bob")[0].trouble
    said, _, path = trouble.rpartition(": ")
    assert said == "this is a fault of kit itself"
    assert Path(path).read_text() == '"Traceback"'


def test_an_inconclusive_run_takes_nobodys_verdict(school: School, journal: Journal) -> None:
    school.grade("ann")
    school.engine = ScriptedEngine(ann=["inconclusive"])
    school.options = {"again": True}
    school.grade("ann")
    assert standing(journal.history())["ann"].outcome == "pass"


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

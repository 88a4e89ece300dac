"""The engine's side of the stream, against processes that do as a test says; and the real ones."""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kit.classroom.engine import EndedError
from kit.classroom.job import Job, exercise_files
from kit.classroom.local import Local
from kit.classroom.unpacking import unpack
from kit.cli.classroom import WORKER
from kit.errors import MachineError
from kit.exercise import catalogue, loader
from kit.exercise.intake import read_submission
from kit.exercise.packing import packed
from kit.verdict_rows import verdict_of

if TYPE_CHECKING:
    from pathlib import Path

EXERCISE = loader.load(catalogue.find("listen-accept"))
ANSWER = '{"verdict": null, "trouble": "%s"}'
ECHO = """
import sys
while head := sys.stdin.buffer.readline():
    body = sys.stdin.buffer.read(eval(head)["size"])
    answer = ('{"verdict": null, "trouble": "' + body.decode() + '"}').encode()
    sys.stdout.buffer.write(b'{"event":"evidence","size":3}\\nabc{"event":"evidence","size":2}\\nde')
    sys.stdout.buffer.write(b'{"event":"answer","size":%d}\\n' % len(answer) + answer)
    sys.stdout.buffer.flush()
"""
DIES = "import sys; sys.stdin.buffer.readline(); sys.stderr.write('no memory'); sys.exit(7)"
WAITS = "import sys; sys.stdin.buffer.read()"


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_job_goes_in_and_its_answer_and_evidence_come_out() -> None:
    evidence = io.BytesIO()
    with Local(python(ECHO)) as engine:
        assert engine.grade("one", evidence).trouble == "one"
        assert engine.grade("two", io.BytesIO()).trouble == "two"
        assert len(engine._all) == 1, "a process takes the next job"
    assert evidence.getvalue() == b"abcde"


def test_each_job_at_a_time_has_a_process() -> None:
    with Local(python(ECHO)) as engine, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: engine.grade(str(number), io.BytesIO()).trouble, range(40)))
        assert len(engine._all) <= 4
    assert answers == [str(number) for number in range(40)]


def test_a_process_that_dies_is_trouble_with_its_last_words_and_the_next_job_gets_another() -> None:
    with Local(python(DIES)) as engine:
        for _ in range(2):
            with pytest.raises(MachineError, match="died: no memory"):
                engine.grade("one", io.BytesIO())


def test_of_a_traceback_the_last_line_is_told() -> None:
    with Local(python("import nothing_here")) as engine, pytest.raises(MachineError) as caught:
        engine.grade("one", io.BytesIO())
    died = "the process that graded it died: ModuleNotFoundError: No module named 'nothing_here'"
    assert caught.value.message == died


def test_of_processes_that_died_nothing_stays_open() -> None:
    with Local(python(DIES)) as engine:
        for _ in range(3):
            with pytest.raises(MachineError):
                engine.grade("one", io.BytesIO())
        assert engine._all == []


def test_a_process_that_says_nothing_at_its_end_is_told_by_its_exit_code() -> None:
    with Local(python("import sys; sys.exit(9)")) as engine, pytest.raises(MachineError, match="exit code 9"):
        engine.grade("one", io.BytesIO())


def test_what_cannot_be_started_is_trouble() -> None:
    with Local(("/nothing/here",)) as engine, pytest.raises(MachineError, match="cannot be started"):
        engine.grade("one", io.BytesIO())


def test_the_end_stops_who_waits_for_an_answer_and_leaves_no_process() -> None:
    engine = Local(python(WAITS))
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(engine.grade, "one", io.BytesIO())
        while not engine._all:
            time.sleep(0.01)
        process = engine._all[0]._process
        engine.end()
        assert isinstance(future.exception(), EndedError)
    assert process.returncode is not None
    with pytest.raises(EndedError):
        engine.grade("two", io.BytesIO())


def job(student: str, folder: Path, words: dict[str, str] | None = None) -> str:
    submission = read_submission(folder, EXERCISE)
    return Job(
        exercise=EXERCISE.name,
        exercise_archive=b64encode(packed(exercise_files(EXERCISE))),
        submission=student,
        submission_archive=b64encode(packed(submission.files)),
        submission_digest=submission.digest,
        submission_faults=submission.faults,
        seed="s",
        backend="netns",
        words=words or {},
    ).model_dump_json()


@pytest.mark.netns
def test_real_processes_grade_and_send_the_whole_run_directory(tmp_path: Path) -> None:
    evidence = io.BytesIO()
    with Local(WORKER) as engine:
        answer = engine.grade(job("ann", EXERCISE.folder / "reference"), evidence)
        wrong = engine.grade(job("bob", EXERCISE.folder / "wrong" / "newest-first"), io.BytesIO())
    assert answer.verdict is not None
    assert wrong.verdict is not None
    assert (verdict_of(answer.verdict).outcome, verdict_of(wrong.verdict).outcome) == ("pass", "fail")
    assert answer.took_s > 0
    evidence.seek(0)
    unpack(evidence, tmp_path)
    assert {"run.json", "events.jsonl", "calls.jsonl", "server.pcap"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert json.loads((tmp_path / "run.json").read_text())["submission"] == "ann"


@pytest.mark.netns
def test_another_students_word_on_the_wire_is_seen(tmp_path: Path) -> None:
    server = (EXERCISE.folder / "reference" / "server.py").read_text()
    (tmp_path / "server.py").write_text(server + "\nprint('zyxwvut')\n")
    with Local(WORKER) as engine:
        answer = engine.grade(job("ann", tmp_path, {"zyxwvut": "bob", "other12": "cy"}), io.BytesIO())
    ((word, student, place),) = [(one.word, one.student, one.place) for one in answer.seen]
    assert (word, student) == ("zyxwvut", "bob")
    assert place.startswith("server at ")


@pytest.mark.netns
@pytest.mark.leftovers("netns")
def test_the_end_in_mid_run_leaves_nothing_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "server.py").write_text("import time\nwhile True: time.sleep(9)\n")
    engine = Local(WORKER)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(engine.grade, job("ann", tmp_path / "mine"), io.BytesIO())
        while not list(tmp_path.glob("kit-worker-*/run-*/events.jsonl")):
            threading.Event().wait(0.02)
        engine.end()
        assert isinstance(future.exception(), EndedError)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]

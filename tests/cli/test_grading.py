"""kit grade: one submission here, several side by side. What runs them is scripted; what they are read from is real."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from kit.backends.base import Promise
from kit.classroom.batch import Done, Task
from kit.classroom.people import HandedIn, Student
from kit.cli import grading
from tests.classroom.scripted import NO_ANSWER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.classroom.scripted import ScriptedEngine
    from tests.cli.conftest import Judged, Kit, ScriptedBackend


def told(out: str) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in out.splitlines()]
    return [(row["submission"], row["outcome"]) for row in rows]


def test_several_are_told_in_the_order_of_the_command(kit: Kit, engine: ScriptedEngine) -> None:
    engine.outcomes = {"bob": ["fail"]}
    result = kit(
        "grade", "listen-accept", "alice", "bob", "cy", "--out", "out", "--format", "json", "-j", "3"
    )
    assert told(result.stdout) == [("alice", "pass"), ("bob", "fail"), ("cy", "pass")]
    assert result.exit_code == 1


def test_each_of_several_has_its_run_directory_and_its_seed(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    result = kit("grade", "listen-accept", "alice", "bob", "--out", "out", "--format", "json")
    assert [json.loads(line)["run_dir"] for line in result.stdout.splitlines()] == ["out/alice", "out/bob"]
    assert (tmp_path / "out" / "bob" / "verdict.json").exists()
    assert {job.submission: job.seed for job in engine.jobs} == {
        "alice": "listen-accept/alice",
        "bob": "listen-accept/bob",
    }


def test_a_seed_that_is_given_is_everybodys(kit: Kit, engine: ScriptedEngine) -> None:
    kit("grade", "listen-accept", "alice", "bob", "--seed", "s7")
    assert {job.seed for job in engine.jobs} == {"s7"}


def test_what_is_inconclusive_is_tried_alone_and_told_last(kit: Kit, engine: ScriptedEngine) -> None:
    engine.outcomes = {"alice": ["inconclusive", "pass"]}
    result = kit("grade", "listen-accept", "alice", "bob", "--format", "json")
    assert told(result.stdout) == [("bob", "pass"), ("alice", "pass")]


def test_the_trouble_of_one_does_not_take_the_others_verdicts(kit: Kit, engine: ScriptedEngine) -> None:
    engine.outcomes = {"alice": [NO_ANSWER]}
    result = kit("grade", "listen-accept", "alice", "bob", "--format", "json")
    assert told(result.stdout) == [("bob", "pass")]
    assert "kit: alice: the engine was lost" in result.stderr
    assert result.exit_code == 3


def test_a_submission_that_cannot_be_read_takes_nobody_elses_verdict(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = kit("grade", "listen-accept", "pipe", "bob", "--format", "json")
    assert told(result.stdout) == [("bob", "pass")]
    assert "pipe is neither a file nor a folder\n  give a folder, a .zip or a .tar.gz\n" in result.stderr
    assert result.exit_code == 2
    assert engine.ran == ["bob"]


def test_a_second_try_has_a_run_directory_that_is_nobody_elses(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    (tmp_path / "bob").rename(tmp_path / "alice-2")
    engine.outcomes = {"alice": ["inconclusive", "inconclusive", "pass"]}
    result = kit("grade", "listen-accept", "alice", "alice-2", "--out", "out", "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["submission"], row["run_dir"]) for row in rows] == [
        ("alice-2", "out/alice-2"),
        ("alice", "out/alice-4"),
    ]
    assert json.loads((tmp_path / "out" / "alice-2" / "run.json").read_text())["submission"] == "alice-2"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"alice", "alice-2", "alice-3", "alice-4"}


def test_a_misspelt_submission_is_said_before_any_is_run(kit: Kit, engine: ScriptedEngine) -> None:
    result = kit("grade", "listen-accept", "alice", "missing")
    assert result.exit_code == 2
    assert "kit: missing does not exist\n  give a folder, a .zip or a .tar.gz\n" in result.stderr
    assert engine.jobs == []


def test_two_submissions_of_one_name_do_not_share_a_place(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    (tmp_path / "again" / "alice").mkdir(parents=True)
    result = kit("grade", "listen-accept", "alice", "again/alice", "--out", "out")
    assert result.exit_code == 2
    assert "two submissions are called 'alice'" in result.stderr
    assert engine.jobs == []


def test_nothing_that_is_there_is_written_over(kit: Kit, engine: ScriptedEngine, tmp_path: Path) -> None:
    """With `--out .` the run directories would be the submissions themselves."""
    handed_in = (tmp_path / "alice" / "server.py").read_bytes()
    (tmp_path / "out" / "bob").mkdir(parents=True)
    (tmp_path / "out" / "bob" / "run.json").write_text("{}")
    for out in (".", "out"):
        result = kit("grade", "listen-accept", "alice", "bob", "--out", out)
        assert result.exit_code == 2
        assert "is not empty\n  give --out a new folder" in result.stderr
    assert (tmp_path / "alice" / "server.py").read_bytes() == handed_in
    assert (tmp_path / "out" / "bob" / "run.json").read_text() == "{}"
    assert engine.jobs == []


@pytest.mark.parametrize("submissions", [("alice",), ("alice", "bob")])
def test_programs_that_nobody_trusts_are_not_run_where_a_promise_is_not_kept(
    kit: Kit,
    judged: Judged,
    engine: ScriptedEngine,
    backends: dict[str, ScriptedBackend],
    submissions: tuple[str, ...],
) -> None:
    backends["docker"].promised = [Promise("memory", "no cgroup", "run kit as root")]
    refused = kit("grade", "listen-accept", *submissions)
    assert refused.exit_code == 3
    assert (
        "kit: docker does not keep this promise here: memory: no cgroup\n  run kit as root; or"
        in refused.stderr
    )
    assert judged.asked == []
    assert engine.jobs == []


def test_one_submission_is_judged_here_and_has_out_for_itself(
    kit: Kit, judged: Judged, engine: ScriptedEngine, tmp_path: Path
) -> None:
    result = kit("grade", "listen-accept", "alice", "--out", str(tmp_path / "out"))
    assert judged.asked[0][3] == tmp_path / "out"
    assert result.exit_code == 0
    assert engine.jobs == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "there is nothing to grade"), (("alice", "--class", "."), "both a class and single submissions")],
)
def test_what_is_to_be_graded_is_said_one_way(
    kit: Kit, engine: ScriptedEngine, arguments: tuple[str, ...], said: str
) -> None:
    result = kit("grade", "listen-accept", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert engine.jobs == []


def test_the_next_in_order_is_told_as_soon_as_it_is_there(tmp_path: Path) -> None:
    tasks = [Task(HandedIn(Student(name), (), "", late=False), "s", tmp_path) for name in "abc"]
    a, b, c = (Done(task, "pass", None, fresh=True) for task in tasks)
    open_a = Done(tasks[0], "inconclusive", None, fresh=True, last=False)
    assert list(grading.in_order([c, a, b], tasks)) == [a, b, c]
    assert list(grading.in_order([b, open_a, c, open_a, a], tasks)) == [b, c, a]
    first = grading.in_order(iter([a, b]), tasks)
    assert next(first) == a


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--roster", "roster.csv"), "--roster does nothing"),
        (("--attempts", "newest"), "--attempts does nothing"),
        (("--again", "--journal", "j.sqlite"), "--again, --journal do nothing"),
    ],
)
def test_an_option_of_a_class_is_refused_where_there_is_none(
    kit: Kit, engine: ScriptedEngine, options: tuple[str, ...], said: str
) -> None:
    result = kit("grade", "listen-accept", "alice", "bob", *options)
    assert result.exit_code == 2
    assert f"kit: {said} without --class DIR\n" in result.stderr
    assert engine.jobs == []

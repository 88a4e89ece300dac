"""Which runs an exercise gets, in which order, and what becomes of one that surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.lint.runner import Course, Runner
from kit.lint.trials import Extent, trials, unable
from kit.lint.verdicts import right_passes
from tests.lint.scripted import DIED, PASS, ScriptedEngine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lint.author import Author

INCONCLUSIVE = {"queue": "inconclusive"}


class Bench:
    """Lints a copy of `listen-accept` with runs that are only told."""

    def __init__(self, author: Author, folder: Path) -> None:
        for one in sorted((author.folder / "wrong").iterdir()):
            if one.name not in ("newest-first", "hard-coded-port"):
                author.remove(f"wrong/{one.name}")
        self.author = author
        self.folder = folder
        self.keep = False
        self.heard: list[str] = []

    def run(self, repeats: int = 2, at_once: int = 2, **says: Any) -> tuple[Course, ScriptedEngine]:
        written = self.author.written
        engine = ScriptedEngine(written, **says)
        runner = Runner(
            engine,
            "netns",
            self.folder,
            self.keep,
            lambda _course, tried: self.heard.append(tried.trial.label),
        )
        (course,) = runner.run([written], Extent(repeats), at_once)
        return course, engine

    @property
    def kept(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*/*"))


@pytest.fixture
def bench(author: Author, tmp_path: Path) -> Bench:
    return Bench(author, tmp_path / "runs")


def test_the_reference_comes_first_by_default_and_drawn_values_then_all_the_others(bench: Bench) -> None:
    course, engine = bench.run(repeats=3, at_once=1)
    assert engine.ran == [
        "default",
        "lint-1",
        "lint-2",
        "lint-3",
        "starter",
        "hard-coded-port",
        "newest-first",
    ]
    assert all(tried.right for tried in course.tried.values())
    assert bench.heard == list(course.tried)
    assert bench.kept == [], "evidence of what is as it must be is of no use"


def test_no_more_go_side_by_side_than_is_allowed(bench: Bench) -> None:
    assert bench.run(repeats=9, at_once=3)[1].most_at_once <= 3


def test_solutions_share_the_ports_and_names_of_the_first_repeat_and_what_the_reference_did_with_them(
    bench: Bench,
) -> None:
    _, engine = bench.run()
    jobs = dict(zip(engine.ran, engine.jobs, strict=True))
    assert jobs["default"].seed is None
    assert [jobs[name].seed for name in ("lint-1", "starter", "newest-first")] == ["listen-accept/lint-1"] * 3
    known = jobs["newest-first"].known()
    assert known is not None
    assert sorted(known) == ["events.jsonl", "run.json"]
    assert jobs["lint-2"].known() is None, "the reference is judged as a student's solution is"


def test_while_the_reference_does_not_pass_nothing_else_is_run(bench: Bench) -> None:
    course, engine = bench.run(default=[{"queue": "fail"}])
    assert sorted(engine.ran) == ["default", "lint-1"]
    assert course.ended
    assert [trial.label for trial in course.left] == [
        "repeat-2",
        "starter",
        "wrong-hard-coded-port",
        "wrong-newest-first",
    ]
    assert bench.kept == ["defaults"], "who looks for the reason needs the evidence"


def test_a_reference_that_fails_once_is_not_asked_again(bench: Bench) -> None:
    course, engine = bench.run(lint_2=[{"queue": "fail"}, PASS])
    assert engine.ran.count("lint-2") == 1
    assert not course.tried["repeat-2"].right
    assert course.tried["wrong-newest-first"].right


def test_what_is_inconclusive_runs_again_alone_on_the_machine(bench: Bench) -> None:
    course, engine = bench.run(
        newest_first=[INCONCLUSIVE, dict.fromkeys(("served", "answer-1", "answer-2"), "fail")]
    )
    assert engine.ran[-2:] != ["newest-first", "newest-first"] or engine.ran.count("newest-first") == 2
    assert course.tried["wrong-newest-first"].right
    assert course.tried["wrong-newest-first"].seconds == 4.0, "both runs took time"
    assert bench.kept == []


def test_what_stays_inconclusive_is_tried_three_times_more_and_told(bench: Bench) -> None:
    course, engine = bench.run(newest_first=[INCONCLUSIVE])
    assert engine.ran.count("newest-first") == 4
    assert not course.tried["wrong-newest-first"].right
    assert bench.kept == ["wrong-newest-first-run-4"]


def test_a_reference_that_is_inconclusive_once_lets_the_others_wait(bench: Bench) -> None:
    course, engine = bench.run(lint_1=[INCONCLUSIVE, PASS])
    assert (
        engine.ran.index("newest-first")
        > [place for place, name in enumerate(engine.ran) if name == "lint-1"][1]
    )
    assert course.ended
    assert all(tried.right for tried in course.tried.values())


def test_who_died_is_the_machines_trouble(bench: Bench) -> None:
    course, _ = bench.run(newest_first=[DIED])
    assert course.tried["wrong-newest-first"].verdict is None
    assert course.tried["wrong-newest-first"].trouble == "the process that graded it died"


def test_a_solution_with_another_verdict_than_it_says_is_graded_once_more_as_a_students(bench: Bench) -> None:
    course, engine = bench.run(
        newest_first=[{"timeline": "fail"}, dict.fromkeys(("served", "answer-1", "answer-2"), "fail")]
    )
    first, second = (job for job in engine.jobs if job.submission == "newest-first")
    assert (first.known() is None, second.known() is None) == (False, True)
    assert course.tried["wrong-newest-first"].right


def test_all_evidence_is_kept_where_that_is_asked_for(bench: Bench) -> None:
    bench.keep = True
    bench.run(repeats=1, newest_first=[INCONCLUSIVE, {"served": "fail"}])
    assert bench.kept == [
        "defaults",
        "repeat-1",
        "starter",
        "wrong-hard-coded-port",
        "wrong-newest-first",
        "wrong-newest-first-run-2",
        "wrong-newest-first-run-3",
    ]


def test_a_solution_with_nothing_to_hand_in_is_told_and_the_others_go_on(bench: Bench) -> None:
    bench.author.remove("wrong/newest-first/server.py")
    course, engine = bench.run()
    assert "newest-first" in engine.ran, "it is a student's fault that is judged"
    assert course.ended


def test_further_solutions_run_where_their_language_is(bench: Bench) -> None:
    bench.author.write("right/c/server.c", "")
    bench.author.write("starter-javascript/server.js", "")
    course, _ = bench.run()
    labels = [trial.label for trial in course.trials]
    assert labels[3:6] == ["starter", "starter-javascript", "right-c"]
    assert unable(course.written, {"python", "c"}) == {"starter-javascript": ["javascript"]}
    assert [trial.label for trial in trials(course.written, Extent(1, {"python"}))][2:4] == [
        "starter",
        "wrong-hard-coded-port",
    ]


def test_a_further_right_solution_that_does_not_pass_is_told(bench: Bench) -> None:
    bench.author.write("right/threads/server.py", "print()\n")
    course, _ = bench.run(threads=[{"queue": "fail"}])
    (said,) = [text for _place, text in right_passes(course.written, course.tried)]
    assert said.startswith("right/threads does not pass: queue fail: that of queue; mend it, or the check")


def test_quick_runs_as_few_wrong_solutions_as_it_takes_to_have_each_check_fail(author: Author) -> None:
    found = trials(author.written, Extent(1, quick=True))
    wrongs = [trial for trial in found if trial.kind == "wrong"]
    assert {name for trial in wrongs for name in trial.must_fail} >= set(author.written.findings)
    every = trials(author.written, Extent(1))
    assert [trial for trial in found if trial.kind != "wrong"] == [
        trial for trial in every if trial.kind != "wrong"
    ]
    assert len(wrongs) < len([trial for trial in every if trial.kind == "wrong"])

"""What the runs showed, told at its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kit.lint.need import Amount, Need
from kit.lint.report import COLUMNS, Report, of_runs, row, value
from kit.lint.trials import Kind, Trial, Tried
from kit.lint.verdicts import in_short
from tests.lint.scripted import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.lint.author import Author

SERVED = frozenset({"served"})


def one(
    author: Author, kind: Kind, label: str, changed: Mapping[str, str] | None, **fields: object
) -> dict[str, Tried]:
    """Give what came of a trial; `changed` None: no verdict."""
    seed = None if kind == "defaults" else "listen-accept/lint-1"
    trial = Trial(kind, label, seed, SERVED if kind == "wrong" else frozenset())
    said = None if changed is None else verdict(author.written.findings, changed)
    return {label: Tried(trial, said, Path("runs") / label, 2.0, **fields)}  # type: ignore[arg-type]


def told(author: Author, *tried: dict[str, Tried]) -> list[tuple[str, str, str]]:
    report = reported(author, *tried)
    root = f"{author.folder}/"
    return [
        (c.rule, f"{c.fault.path.removeprefix(root)}:{c.fault.line}", c.fault.text) for c in report.complaints
    ]


def reported(author: Author, *tried: dict[str, Tried]) -> Report:
    return of_runs(author.written, "netns", {label: each for one in tried for label, each in one.items()})


def test_nothing_is_said_of_runs_that_are_as_they_must_be(author: Author) -> None:
    report = reported(
        author,
        one(author, "defaults", "defaults", {}),
        one(author, "repeat", "repeat-1", {}),
        one(author, "repeat", "repeat-2", {}),
        one(author, "starter", "starter", {"queue": "fail"}),
        one(author, "wrong", "wrong-newest-first", {"served": "fail", "answer-1": "skipped"}),
    )
    assert (report.complaints, report.trouble) == ((), ())
    assert row(report) == ("listen-accept", "3 of 3", "yes", "1 of 1", "2 of 2", "10.0")


def test_a_reference_that_does_not_pass_is_told_at_the_check(author: Author) -> None:
    rule, place, text = told(
        author, one(author, "defaults", "defaults", {"queue": "fail", "served": "skipped"})
    )[0]
    assert (rule, place) == ("reference-passes", author.line("exercise.yaml", "- queue:"))
    assert text == (
        "the reference does not pass with the default values: queue fail: that of queue; see `kit ladder runs/defaults`"
    )


def test_a_reference_that_does_not_pass_with_drawn_values_says_which(author: Author) -> None:
    ((rule, _, text),) = told(author, one(author, "repeat", "repeat-1", {"queue": "inconclusive"}))
    assert rule == "reference-passes"
    assert "with --seed listen-accept/lint-1: queue inconclusive" in text


def test_what_many_runs_of_the_reference_say_is_told_once(author: Author) -> None:
    runs = [one(author, "repeat", f"repeat-{number}", {"queue": "fail"}) for number in range(1, 21)]
    ((_, _, text),) = told(author, *runs)
    assert text == (
        "the reference does not pass with --seed listen-accept/lint-1, and in 19 more: queue fail: that of queue; "
        "see `kit ladder runs/repeat-1`"
    )


def test_a_reference_that_misses_a_gate_is_told_at_the_timeline(author: Author) -> None:
    ((_, place, text),) = told(author, one(author, "defaults", "defaults", {"timeline": "inconclusive"}))
    assert place == author.line("exercise.yaml", "timeline:")
    assert "timeline inconclusive" in text
    ((_, place, _),) = told(
        author, one(author, "defaults", "defaults", {"timeline": "fail"}, need=Need(missed=2))
    )
    assert place == author.line("exercise.yaml", "- wait: {listening")


def test_what_is_not_as_it_must_be_is_told_in_short(author: Author) -> None:
    def said(kind: Kind, changed: dict[str, str]) -> str:
        (tried,) = one(author, kind, "label", changed).values()
        assert tried.verdict is not None
        return in_short(tried, tried.verdict)

    assert said("wrong", {"exit": "fail", "close": "fail", "served": "skipped"}) == "it fails close, exit"
    assert said("wrong", {}) == "it fails nothing"
    assert said("starter", {}) == "it passes"
    assert said("repeat", {"queue": "fail"}) == "queue fail: that of queue"


def test_repeats_that_differ_are_told_with_their_numbers(author: Author) -> None:
    runs = [
        one(author, "repeat", f"repeat-{number}", {"close": "fail"} if number == 3 else {})
        for number in range(1, 6)
    ]
    complaints = told(author, *runs)
    assert [rule for rule, _, _ in complaints] == ["repeats-give-the-same-verdict", "reference-passes"]
    assert complaints[0][1:] == (
        author.line("exercise.yaml", "- close:"),
        (
            "close is not the same in 5 repeats of the reference: 4 times pass, 1 times fail; "
            "make it certain (a gate, a freeze, `min` and `max`), or do not ask it"
        ),
    )
    assert row(reported(author, *runs))[COLUMNS.index("repeats same")] == "4 of 5"


def test_a_starter_that_passes_and_one_that_nobody_can_judge(author: Author) -> None:
    ((rule, place, text),) = told(author, one(author, "starter", "starter", {}))
    assert (rule, place) == ("starter-does-not-pass", "starter:1")
    assert text == "the starter passes as it is; leave something to do; see `kit ladder runs/starter`"
    assert (
        told(author, one(author, "starter", "starter", {"queue": "inconclusive"}))[0][0]
        == "starter-is-judged"
    )


def test_a_wrong_solution_that_fails_elsewhere_is_told_with_what_was_observed(author: Author) -> None:
    ((rule, place, text),) = told(author, one(author, "wrong", "wrong-newest-first", {"exit": "fail"}))
    assert (rule, place) == ("wrong-fails-where-it-says", "wrong/newest-first/wrong.yaml:1")
    assert text == (
        "wrong/newest-first does not fail served; fails also exit (exit: that of exit; served: that of served); "
        "mend it or its `fails`; see `kit ladder runs/wrong-newest-first`"
    )


def test_a_wrong_solution_that_leaves_a_check_open_is_not_certain(author: Author) -> None:
    ((_, _, text),) = told(
        author, one(author, "wrong", "wrong-newest-first", {"served": "fail", "close": "inconclusive"})
    )
    assert text.startswith("wrong/newest-first leaves open close; mend it")


def test_trouble_of_the_machine_is_no_fault_of_the_exercise(author: Author) -> None:
    report = reported(
        author,
        one(author, "wrong", "wrong-newest-first", None, trouble="the process that graded it died"),
        one(
            author,
            "defaults",
            "defaults",
            {"queue": "inconclusive"},
            need=Need(faults=("the engine was lost",)),
        ),
    )
    assert report.complaints == ()
    assert report.trouble == (
        "wrong-newest-first: the process that graded it died; see `kit ladder runs/wrong-newest-first`",
        "defaults: the engine was lost; see `kit ladder runs/defaults`",
    )


def test_a_limit_that_the_reference_comes_near_to_is_a_warning_with_numbers(author: Author) -> None:
    needs = [
        Need((Amount("memory_bytes", used, 268435456, "server"), Amount("within", used / 1e8, 5.0, step=2)))
        for used in (1e7, 2e8)
    ]
    report = reported(
        author,
        *(one(author, "repeat", f"repeat-{number}", {}, need=need) for number, need in enumerate(needs)),
    )
    assert report.errors == 0
    assert [str(complaint).removeprefix(f"{author.folder}/") for complaint in report.complaints] == [
        (
            "exercise.yaml:1:1: warning: server of the reference takes up to 200000000 of the 268435456 of `memory_bytes` "
            "in 2 runs; raise it under `limits`, or need less"
        ),
        (
            f"{author.line('exercise.yaml', '- wait: {listening')}:5: warning: the reference takes up to 2.00 s of the 5 s of step 2 "
            "in 2 runs; give it `within`, or need less"
        ),
    ]


def test_what_is_far_from_its_limit_is_not_told_and_what_is_met_is(author: Author) -> None:
    far = Need(
        (Amount("cpu_s", 0.2, 10, "server"), Amount("wall_s", 9.9, 30.0)),
        met=("server: at most 64 processes",),
    )
    ((rule, _, text),) = told(author, one(author, "defaults", "defaults", {}, need=far))
    assert rule == "limits-are-far-from-what-the-reference-needs"
    assert (
        text
        == "the reference meets a limit: server: at most 64 processes; raise it under `limits`, or use less"
    )


def test_a_report_is_plain_values_for_a_program(author: Author) -> None:
    said = value(reported(author, one(author, "wrong", "wrong-newest-first", {"exit": "fail"})))
    assert (said["exercise"], said["backend"], said["errors"]) == ("listen-accept", "netns", 1)
    assert said["complaints"][0]["rule"] == "wrong-fails-where-it-says"
    (run,) = said["runs"]
    assert (run["label"], run["right"], run["must_fail"], run["seconds"]) == (
        "wrong-newest-first",
        False,
        ["served"],
        2.0,
    )
    assert run["outcomes"]["exit"] == "fail"

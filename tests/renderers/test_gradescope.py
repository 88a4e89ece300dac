from __future__ import annotations

import json
from typing import Any

import pytest

from kit.verdict import Answer, Finding, Outcome, fail, inconclusive
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, RECEIVED, TIMELINE, verdict, writer

render = writer("gradescope")

# The fields of results.json, with their types (the specification; ../shared/FIELD.md).
TOP: dict[str, type | tuple[type, ...]] = {
    "tests": list,
    "output": str,
    "output_format": str,
    "visibility": str,
    "stdout_visibility": str,
}
TEST: dict[str, type | tuple[type, ...]] = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "visibility": str,
}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def results(*verdicts: Any, **options: Any) -> dict[str, Any]:
    """Read the document, and hold every field to the specification."""
    value: dict[str, Any] = json.loads(render(*verdicts, **options))
    assert all(isinstance(value[key], TOP[key]) for key in value)
    assert {value["visibility"], value["stdout_visibility"]} <= VISIBILITIES
    for test in value["tests"]:
        assert all(isinstance(test[key], TEST[key]) for key in test)
        assert test["visibility"] in VISIBILITIES
        assert test.get("status", "passed") in ("passed", "failed")
        assert (test["name_format"], test["output_format"]) == ("text", "text")
    return value


def test_a_finding_is_a_test_with_its_points() -> None:
    value = results(verdict(HANDSHAKE, ORDER, RECEIVED))
    told = [(t["number"], t["name"], t["status"], t["score"], t["max_score"]) for t in value["tests"]]
    assert told == [
        ("1.1", "handshake", "passed", 1, 1),
        ("1.2", "accept_order", "failed", 0, 3),
        ("1.3", "received", "failed", 0, 1),
    ]
    assert {test["visibility"] for test in value["tests"]} == {"visible"}
    assert "score" not in value  # Gradescope adds up those of the tests
    assert value["output"] == "listen-accept: FAIL 1 of 5 points: 1 failed, 1 passed, 1 skipped"


def test_a_failure_is_explained() -> None:
    (test,) = results(verdict(ORDER))["tests"]
    assert test["output"] == (
        "failed 0/3\nexpected: client1, client2\nobserved: client2, client1\nwhy: accept takes the oldest\n"
        "hint: serve it before the next accept\nevidence: server call 4 at 1.204 s: accept4 returned client2"
    )


def test_a_hidden_check_counts_and_only_the_teacher_sees_it() -> None:
    value = results(verdict(HANDSHAKE, HIDDEN))
    visible, hidden = value["tests"]
    assert (visible["visibility"], hidden["visibility"]) == ("visible", "hidden")
    assert (hidden["name"], hidden["score"], hidden["max_score"]) == ("secret-order (hidden)", 0, 2)
    assert "secret observation" in hidden["output"]
    shown = json.dumps([value["output"], visible])
    assert "secret" not in shown
    assert "1 hidden check worth 2 points counts as well" in value["output"]


def test_a_check_that_needs_a_hidden_one_is_as_hidden() -> None:
    skipped = Answer(
        Outcome.SKIPPED, "a pass of secret-order first", "needs secret-order, which did not pass"
    )
    tied = Finding("tied", "close", skipped, needs=("secret-order",))
    assert [test["visibility"] for test in results(verdict(HIDDEN, tied))["tests"]] == ["hidden", "hidden"]


@pytest.mark.parametrize("hidden", [False, True])
def test_what_could_not_be_judged_is_no_zero(*, hidden: bool) -> None:
    answer = inconclusive(expected="2 queued", observed="the table was not read")
    value = results(verdict(HANDSHAKE, ORDER, Finding("queue", "queue", answer, hidden=hidden)))
    assert [key for test in value["tests"] for key in test if "score" in key or key == "status"] == []
    assert "the machine's fault and not the submission's" in value["tests"][2]["output"]
    assert "the machine's fault and not the submission's" in value["output"]
    assert "failed 0/3" in value["tests"][1]["output"]  # what is known is told


def test_feedback_holds_for_the_visible_and_not_for_the_teacher() -> None:
    visible, hidden = results(verdict(ORDER, HIDDEN, feedback="verdict"))["tests"]
    assert visible["output"] == "failed 0/3"
    assert "secret observation" in hidden["output"]


def test_several_runs_of_one_student_are_one_document() -> None:
    value = results(verdict(HANDSHAKE), verdict(TIMELINE, exercise="send-recv"))
    assert [test["number"] for test in value["tests"]] == ["1.1", "2.1"]
    assert value["output"].splitlines()[1].startswith("send-recv: FAIL 0 of 0 points")


def test_no_verdict_is_a_document_without_tests() -> None:
    assert results()["tests"] == []
    assert "INCONCLUSIVE" in results(verdict())["output"]


def test_a_programs_bytes_are_text() -> None:
    evil = "\x1b[2J<script>\u202e\udcff"
    (test,) = results(verdict(Finding(evil, "output", fail(expected="", observed=evil))))["tests"]
    assert test["name"] == "\\x1b[2J<script>\\u202e\\udcff"
    assert "\x1b" not in test["output"]

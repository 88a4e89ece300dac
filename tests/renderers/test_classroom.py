from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kit.verdict import Finding, fail
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, verdict, writer

render = writer("classroom")
KEYS = {"name", "status", "score", "message", "test_code", "filename", "line_no", "duration"}


def result(*findings: Finding, **options: Any) -> dict[str, Any]:
    """Read the line as the reporter does, from base64 in one environment variable, and hold it to its needs."""
    line = render(verdict(*findings), **options)
    assert line.count("\n") == 1
    value: dict[str, Any] = json.loads(base64.b64decode(base64.b64encode(line.encode("ascii"))))
    assert value.keys() == {"version", "status", "max_score", "tests"}
    assert value["version"] == 1
    assert value["tests"]
    for test in value["tests"]:
        assert test.keys() == KEYS
        assert isinstance(test["score"], int | float)
        assert test["status"] in ("pass", "fail", "error")
    return value


def points(value: dict[str, Any]) -> tuple[float, float] | None:
    """Add up as the reporter does (notify-classroom.js): nothing is reported where there is no max_score."""
    return (sum(test["score"] for test in value["tests"]), value["max_score"]) if value["max_score"] else None


def test_a_finding_is_a_test_and_the_scores_add_up() -> None:
    value = result(HANDSHAKE, ORDER, RECEIVED)
    told = [(test["name"], test["status"], test["score"]) for test in value["tests"]]
    assert told == [("handshake", "pass", 1), ("accept_order", "fail", 0), ("received", "fail", 0)]
    assert (value["status"], points(value)) == ("fail", (1, 5))
    assert "observed: client2, client1" in value["tests"][1]["message"]


def test_a_pass_is_a_pass() -> None:
    value = result(HANDSHAKE)
    assert (value["status"], points(value)) == ("pass", (1, 1))


@pytest.mark.parametrize(
    ("findings", "status"),
    [((HANDSHAKE, QUEUE), "error"), ((ORDER, HANDSHAKE, QUEUE), "fail"), ((), "error")],
)
def test_where_something_could_not_be_judged_no_points_are_reported(
    findings: tuple[Finding, ...], status: str
) -> None:
    value = result(*findings)
    assert (value["status"], points(value)) == (status, None)


def test_the_machines_fault_is_told() -> None:
    assert "the machine's fault" in result(QUEUE)["tests"][0]["message"]


def test_hidden_checks_are_told_of_and_are_no_points() -> None:
    value = result(HANDSHAKE, HIDDEN)
    assert [test["name"] for test in value["tests"]] == [
        "handshake",
        "SO FAR PASSED: 1 hidden check worth 2 points counts as well",
    ]
    assert (value["status"], points(value)) == ("pass", (1, 1))
    assert result(HIDDEN)["status"] == "error"
    whole = result(HANDSHAKE, HIDDEN, audience="teacher")
    assert (whole["status"], points(whole)) == ("fail", (1, 3))


def test_nothing_that_a_program_said_is_a_command_in_the_log() -> None:
    evil = "x\n::error::a\n  ::add-mask::e\n##[error]b\x1b[2J"
    finding = Finding("::set-env name=a::b", "output", fail(expected=evil, observed=evil))
    (test,) = result(finding)["tests"]
    printed = f"{test['name']}\nError: {test['message']}\n"
    assert [line for line in printed.splitlines() if line.lstrip().startswith("::")] == []
    assert "##[" not in printed
    assert "\x1b" not in printed

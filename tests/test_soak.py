"""The soak counts right: a judge of judges must itself be held to something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.soak import Ended, Job, good, judge, table

RIGHT = Job("listen-accept", "netns")
WRONG = Job("listen-accept", "netns", Path("wrong/newest-first"), frozenset({"accept_order"}))


def said(outcome: str, **findings: str) -> str:
    rows: list[dict[str, Any]] = [
        {"name": name, "outcome": value, "observed": f"{name} was seen"} for name, value in findings.items()
    ]
    return json.dumps({"outcome": outcome, "findings": rows, "notes": []})


@pytest.mark.parametrize(
    ("job", "out", "verdict"),
    [
        (RIGHT, said("pass", accept_order="pass"), "right"),
        (RIGHT, said("fail", accept_order="fail"), "false fail"),
        (RIGHT, said("inconclusive", queue="inconclusive"), "inconclusive"),
        (RIGHT, "", "error"),
        (WRONG, said("fail", accept_order="fail", output="skipped"), "right"),
        (WRONG, said("pass", accept_order="pass"), "false pass"),
        (WRONG, said("fail", output="fail", accept_order="pass"), "other check"),
        (WRONG, said("fail", output="fail", accept_order="fail"), "other check"),
        (WRONG, said("inconclusive", accept_order="inconclusive"), "inconclusive"),
    ],
)
def test_each_end_of_a_run_is_called_by_its_name(job: Job, out: str, verdict: str) -> None:
    assert judge(job, out, "kit: why")[0] == verdict


def test_one_false_verdict_in_many_spoils_the_soak() -> None:
    fine = [Ended(RIGHT, "right", 1.0, "")] * 399
    assert good(fine)
    for bad in ("false fail", "false pass", "other check", "error"):
        assert not good([*fine, Ended(RIGHT, bad, 1.0, "")])


def test_half_a_percent_may_be_inconclusive_and_no_more() -> None:
    fine = [Ended(RIGHT, "right", 1.0, "")] * 398
    open_ = Ended(RIGHT, "inconclusive", 1.0, "")
    assert good([*fine, open_, open_])
    assert not good([*fine[3:], open_, open_, open_])


def test_no_run_at_all_is_not_success() -> None:
    assert not good([])


def test_the_table_has_a_row_an_exercise_and_backend() -> None:
    text = table([Ended(RIGHT, "right", 0.4, ""), Ended(WRONG, "false pass", 0.6, "")])
    assert "| listen-accept | netns | 2 | 1 | 0 | 1 | 0 | 0 | 0 | 0.60 | 0.60 |" in text

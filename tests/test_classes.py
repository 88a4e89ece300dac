"""The script that grades a made class: it must see each kind of wrong answer. And a small class, for real."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kit.classroom.journal import Journal
from kit.exercise import catalogue, loader
from tests.classes import (
    EXERCISE,
    PASSES,
    UNREADABLE,
    Graded,
    Truth,
    faults_of,
    grade,
    journal_faults,
    make,
    table,
)
from tests.classroom.test_journal import graded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRUTHS = {"ann": PASSES, "bob": Truth("fail", frozenset({"order"})), "cy": Truth("fail")}
RIGHT = {"ann": ("pass", []), "bob": ("fail", ["order"]), "cy": ("fail", ["timeline", "order"])}


def told(answers: Mapping[str, tuple[str, list[str]]]) -> str:
    rows = [
        {
            "submission": student,
            "outcome": outcome,
            "findings": [{"name": name, "outcome": "fail", "observed": "x"} for name in failed],
        }
        for student, (outcome, failed) in answers.items()
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_the_known_verdicts_are_no_faults() -> None:
    assert list(faults_of(told(RIGHT), TRUTHS)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ann": ("fail", ["order"])}, "'ann': fail on ['order']"),
        ({"bob": ("pass", [])}, "'bob': pass on []"),
        ({"bob": ("fail", ["order", "exit"])}, "'bob': fail on ['exit', 'order']"),
        ({"cy": ("inconclusive", [])}, "'cy': inconclusive"),
        ({"dee": ("pass", [])}, "'dee' is nobody"),
    ],
)
def test_any_other_verdict_is_a_fault(change: dict[str, tuple[str, list[str]]], said: str) -> None:
    (fault,) = faults_of(told(RIGHT | change), TRUTHS)
    assert fault.startswith(said)


def test_a_verdict_that_is_lost_is_a_fault() -> None:
    assert list(faults_of(told({"ann": RIGHT["ann"]}), TRUTHS)) == [
        "'bob' has no verdict",
        "'cy' has no verdict",
    ]


def test_a_verdict_that_was_computed_twice_and_a_student_who_is_missing_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.add(graded())
        journal.add(graded(outcome="inconclusive"))
    assert list(journal_faults(path, 1)) == []
    with Journal(path) as journal:
        journal.add(graded())
    assert list(journal_faults(path, 2)) == ["'ann' was graded 2 times", "1 of 2 students are in the journal"]


def test_the_table_has_a_row_a_backend() -> None:
    one = Graded("netns", 300, took_s=60.0, memory_kb=45_400, kills=20, faults=["x"])
    assert table([one]).splitlines()[2] == "| netns | 300 | 20 | 1 | 60 | 300 | 45 |"


def test_a_class_has_all_kinds_and_every_id_once(tmp_path: Path) -> None:
    truths = make(tmp_path / "class", 100, loader.load(catalogue.find(EXERCISE)))
    assert len(truths) == 100
    assert sum(truth == PASSES for truth in truths.values()) == 45
    assert sum(truth == UNREADABLE for truth in truths.values()) == 10
    assert sum(truth == Truth("fail") for truth in truths.values()) == 5
    assert len(list((tmp_path / "class").iterdir())) == 100


@pytest.mark.netns
@pytest.mark.leftovers("netns")
def test_a_class_that_is_killed_and_resumed_gets_each_verdict_once(tmp_path: Path) -> None:
    truths = make(tmp_path / "class", 9, loader.load(catalogue.find(EXERCISE)))
    one = grade(tmp_path, "netns", truths, 2, 2, random.Random(3))  # noqa: S311  # instants, not secrets
    assert one.faults == []
    assert one.kills == 2
    with closing(sqlite3.connect(tmp_path / "out" / "journal.sqlite")) as base:
        assert base.execute("SELECT count(*) FROM graded").fetchone() == (9,)

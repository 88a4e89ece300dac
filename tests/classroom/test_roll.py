from __future__ import annotations

from dataclasses import replace

from kit.classroom.journal import Entry, Key
from kit.classroom.people import Student
from kit.classroom.roll import roll

FIRST = Entry(
    number=1,
    exercise="e",
    student="ann",
    who={"name": "Ann Lee", "section": "A", "keys": ["github:ann"]},
    attempt="",
    key=Key("", "", "", ""),
    outcome="pass",
    score=3,
    max_score=3,
    why="first",
    began_ns=0,
    took_s=1.0,
)


def entry(number: int, student: str, outcome: str, trouble: str = "") -> Entry:
    return replace(FIRST, number=number, student=student, outcome=outcome, trouble=trouble)


def test_each_student_stands_with_the_newest_verdict() -> None:
    rows = roll([FIRST, entry(2, "ann", "fail"), entry(3, "bob", "pass")])
    assert [(row.student, row.outcome) for row in rows] == [("ann", "fail"), ("bob", "pass")]
    assert (rows[0].name, rows[0].section, rows[0].keys) == ("Ann Lee", "A", frozenset({"github:ann"}))
    assert rows[0].newest is None


def test_a_verdict_stays_beside_a_newer_run_that_says_nothing() -> None:
    (row,) = roll([FIRST, entry(2, "ann", "inconclusive"), entry(3, "ann", "trouble", "lost")])
    assert (row.outcome, row.tries) == ("pass", 2)
    assert row.newest is not None
    assert row.newest.trouble == "lost"


def test_who_never_got_a_verdict_is_inconclusive() -> None:
    (row,) = roll([entry(1, "ann", "trouble")])
    assert (row.outcome, row.tries) == ("inconclusive", 1)


def test_who_handed_in_nothing_is_there() -> None:
    rows = roll([FIRST], [Student("ann"), Student("zoe", "Zoe", "B")])
    assert [(row.student, row.outcome, row.section) for row in rows] == [
        ("ann", "pass", "A"),
        ("zoe", "missing", "B"),
    ]
    assert rows[1].entry is None
    assert not rows[1].late
    assert rows[1].keys == frozenset()


def test_a_late_one_is_known() -> None:
    (row,) = roll([replace(FIRST, who={"late": True})])
    assert row.late


def test_who_was_graded_by_a_platforms_number_is_the_rosters_student() -> None:
    """The numbers of a platform are not student numbers: `7` of Moodle is not `7` of the roster."""
    graded = [
        replace(entry(1, "7", "fail"), who={"name": "A. Lee", "keys": ["participant:7"]}),
        replace(entry(2, "2023001", "pass"), who={}),
        replace(entry(3, "8", "pass"), who={"keys": ["participant:8"]}),
    ]
    roster = [
        Student("2023001", "Ann Lee", "A", frozenset({"participant:7"})),
        Student("8", "Bob"),
        Student("9", "Cy"),
    ]
    rows = roll(graded, roster)
    assert [(row.student, row.name, row.section, row.outcome) for row in rows] == [
        ("2023001", "Ann Lee", "A", "pass"),
        ("8", "", "", "pass"),
        ("9", "Cy", "", "missing"),
    ]
    assert rows[0].ids == {"7", "2023001"}

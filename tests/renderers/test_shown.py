from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kit.renderers import AUDIENCES, Options, load, names, told
from kit.renderers._shown import mark, points
from kit.verdict import Answer, Cite, Finding, Outcome, Verdict, fail, inconclusive, passed
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TABLE, TIMELINE, verdict

STUDENT, TEACHER = Options(audience="student"), Options(audience="teacher")
SECRETS = (
    "secret-order",
    "secret expectation",
    "secret observation",
    "secret place",
    "secret why",
    "secret hint",
)
SECRET = replace(
    HIDDEN,
    answer=fail(
        expected="secret expectation",
        observed="secret observation",
        cites=[Cite("secret place", program="server", call=7)],
    ),
    why={"en": "secret why"},
    hint={"en": "secret hint"},
)
NEEDY = Finding(
    "needy",
    "close",
    Answer(Outcome.SKIPPED, "a pass of secret-order first", "needs secret-order, which did not pass"),
    2,
    needs=("secret-order",),
)
UNREADABLE = Finding(
    "submission", "submission", fail(expected="a submission", observed="the archive is damaged"), max_points=0
)


def summary(
    *findings: Finding, options: Options = STUDENT, **changes: Any
) -> tuple[str, float, float, int, float]:
    found = told(verdict(*findings, **changes), options).summary
    return found.result, found.score, found.max_score, found.hidden, found.hidden_points


def text(*findings: Finding, lang: str = "en", **changes: Any) -> str:
    return told(verdict(*findings, **changes), Options(lang=lang)).summary.text(lang)


def test_a_student_learns_that_a_hidden_check_is_there_and_what_it_weighs() -> None:
    row = told(verdict(HANDSHAKE, SECRET), STUDENT).rows[1]
    assert (row.label, row.max_points, row.hidden) == ("hidden check 1", 2, True)
    withheld = (
        row.name,
        row.check,
        row.outcome,
        row.points,
        row.expected,
        row.observed,
        row.cites,
        row.why,
        row.hint,
    )
    assert set(withheld) == {None}
    assert (mark(row), points(row)) == ("·", "·/2")


def test_a_hidden_pass_looks_like_a_hidden_failure() -> None:
    right = replace(SECRET, answer=passed(expected="a", observed="b"))
    assert told(verdict(HANDSHAKE, SECRET), STUDENT) == told(verdict(HANDSHAKE, right), STUDENT)


def test_a_teacher_sees_a_hidden_check_in_full_and_marked() -> None:
    row = told(verdict(HANDSHAKE, SECRET), TEACHER).rows[1]
    assert (row.label, row.name, row.hidden) == ("secret-order (hidden)", "secret-order", True)
    assert (row.outcome, row.points, row.observed, row.hint) == (
        "fail",
        0,
        "secret observation",
        "secret hint",
    )


def test_score_and_outcome_are_of_what_the_reader_sees() -> None:
    assert summary(HANDSHAKE, SECRET) == ("so far passed", 1, 1, 1, 2)
    assert summary(HANDSHAKE, SECRET, options=TEACHER) == ("fail", 1, 3, 0, 0)
    assert summary(HANDSHAKE) == ("pass", 1, 1, 0, 0)


@pytest.mark.parametrize(("finding", "result"), [(ORDER, "fail"), (QUEUE, "inconclusive")])
def test_a_visible_failure_is_told_whatever_is_hidden(finding: Finding, result: str) -> None:
    assert summary(HANDSHAKE, finding, SECRET)[0] == result


def test_where_all_is_hidden_no_result_is_told() -> None:
    assert summary(SECRET) == ("withheld", 0, 0, 1, 2)


def test_what_is_hidden_is_said_beside_the_score() -> None:
    other = replace(SECRET, name="other", max_points=1)
    assert text(HANDSHAKE, SECRET, other) == (
        "1 of 1 points: 1 passed; 2 hidden checks worth 3 points count as well"
    )
    assert text(HANDSHAKE, other) == "1 of 1 points: 1 passed; 1 hidden check worth 1 point counts as well"
    assert text(HANDSHAKE, SECRET, lang="zh").endswith("另有 1 项隐藏检查（2 分）同样计分")
    assert text(SECRET) == "0 of 0 points; 1 hidden check worth 2 points counts as well"


def test_a_check_that_needs_a_hidden_one_keeps_its_name_and_not_its_result() -> None:
    right = replace(NEEDY, answer=passed(expected="a", observed="b"))
    behind = replace(RECEIVED, needs=("needy",))
    for finding in (NEEDY, right):
        rows = told(verdict(HANDSHAKE, SECRET, finding, behind), STUDENT).rows
        assert [(row.label, row.outcome, row.observed) for row in rows[2:]] == [
            ("needy", None, None),
            ("received", None, None),
        ]
        assert rows[2].texts() == (("", "needs a hidden check: your teacher sees what it found"),)
    assert summary(HANDSHAKE, SECRET, NEEDY) == ("so far passed", 1, 1, 2, 4)


def test_a_skipped_check_that_names_a_hidden_one_is_tied_to_it_though_nobody_says_its_needs() -> None:
    assert told(verdict(SECRET, replace(NEEDY, needs=())), STUDENT).rows[1].outcome is None
    assert told(verdict(SECRET, ORDER, RECEIVED), STUDENT).rows[2].outcome == "skipped"


def test_a_note_that_repeats_a_hidden_check_is_not_for_students() -> None:
    notes = (
        "limit hit: output",
        "secret-order did not pass",
        "it says secret observation",
        "unsecret-orderly",
    )
    assert told(verdict(HANDSHAKE, SECRET, notes=notes), STUDENT).notes == (
        "limit hit: output",
        "unsecret-orderly",
    )
    assert told(verdict(HANDSHAKE, SECRET, notes=notes), TEACHER).notes == notes


@pytest.mark.parametrize(
    ("feedback", "told_"),
    [
        ("full", ("client1, client2", "client2, client1", 1, "accept takes the oldest", "serve it before the next accept")),
        ("hint", (None, None, None, "accept takes the oldest", "serve it before the next accept")),
        ("verdict", (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_the_exercise_chooses_how_much_of_a_failure_a_student_sees(feedback: str, told_: object) -> None:
    row = told(verdict(ORDER, feedback=feedback), STUDENT).rows[0]
    cites = None if row.cites is None else len(row.cites)
    assert (row.expected, row.observed, cites, row.why, row.hint) == told_
    assert (row.name, row.outcome, row.points) == ("accept_order", "fail", 0)
    assert told(verdict(ORDER, feedback=feedback), TEACHER) == told(verdict(ORDER), TEACHER)


@pytest.mark.parametrize("finding", [QUEUE, RECEIVED])
def test_feedback_holds_for_whatever_did_not_pass(finding: Finding) -> None:
    assert told(verdict(finding, feedback="hint"), STUDENT).rows[0].observed is None


def test_a_pass_is_told_at_any_feedback() -> None:
    seen = told(verdict(HANDSHAKE, table=TABLE, notes=("a note",), feedback="verdict"), STUDENT)
    assert seen.rows == told(verdict(HANDSHAKE), STUDENT).rows
    assert (seen.table, seen.notes) == (TABLE, ("a note",))


@pytest.mark.parametrize(("feedback", "there"), [("full", True), ("hint", False), ("verdict", False)])
def test_notes_and_table_are_observations(feedback: str, there: bool) -> None:
    seen = told(verdict(ORDER, table=TABLE, notes=("a note",), feedback=feedback), STUDENT)
    assert (seen.table is not None, seen.notes == ("a note",)) == (there, there)


def test_a_handouts_hidden_checks_are_told_at_any_feedback() -> None:
    notes = ("this is a handout: 1 hidden check, worth 2 points, can only be run by your teacher", "a note")
    for feedback in ("hint", "verdict"):
        assert told(verdict(ORDER, notes=notes, feedback=feedback), STUDENT).notes == notes[:1]


def test_a_hidden_failure_does_not_decide_what_else_is_told() -> None:
    right = replace(SECRET, answer=passed(expected="a", observed="b"))
    seen = [
        told(verdict(HANDSHAKE, one, notes=("n",), feedback="verdict"), STUDENT) for one in (SECRET, right)
    ]
    assert seen[0] == seen[1]


def test_that_a_submission_cannot_be_run_is_always_told() -> None:
    for feedback in ("full", "hint", "verdict"):
        row = told(verdict(UNREADABLE, feedback=feedback), STUDENT).rows[0]
        assert row.observed == "the archive is damaged"


def test_how_far_the_run_came_is_told_with_hints() -> None:
    seen = {
        feedback: told(verdict(TIMELINE, feedback=feedback), STUDENT).rows[0].observed
        for feedback in ("full", "hint", "verdict")
    }
    assert seen == {"full": "step 5 was missed", "hint": "step 5 was missed", "verdict": None}


def test_what_needs_explaining_is_labelled_and_what_does_not_is_a_line() -> None:
    rows = told(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED, SECRET), STUDENT).rows
    assert [[key for key, _ in row.texts()] for row in rows] == [
        [""],
        ["expected", "observed", "why", "hint"],
        ["expected", "observed"],
        [""],
        [""],
    ]


# Every format there is, and every one there will be: what is hidden is nowhere in what a student gets.
HARD: tuple[Verdict, ...] = (
    verdict(HANDSHAKE, SECRET, NEEDY, notes=("secret-order: secret observation",)),
    verdict(HANDSHAKE, replace(SECRET, answer=inconclusive(expected=SECRETS[1], observed=SECRETS[2]))),
    verdict(replace(SECRET, answer=passed(expected=SECRETS[1], observed=SECRETS[2])), HANDSHAKE),
)
BARE = {"en": ("all checks passed", "PASS ", ">PASS<"), "zh": ("全部通过",)}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", [name for name in names() if name != "gradescope"])
def test_no_format_tells_a_student_what_is_hidden(name: str, lang: str) -> None:
    for one in HARD:
        written = "".join(load(name).render([one], Options(lang=lang, audience="student", width=200)))
        assert [secret for secret in SECRETS if secret in written] == []
        assert [bare for bare in BARE[lang] if bare in written.replace("FAR PASSED", "")] == []


@pytest.mark.parametrize("name", names())
def test_every_format_says_who_reads_it_and_streams(name: str) -> None:
    assert load(name).AUDIENCE in AUDIENCES
    asked: list[int] = []

    def arriving() -> Any:
        for number in range(3):
            asked.append(number)
            yield verdict(ORDER, submission=f"s{number}")

    pieces = load(name).render(arriving(), Options(audience=load(name).AUDIENCE))
    for piece in pieces:
        if "s0" in piece or "accept_order" in piece:
            break
    assert asked == [0]  # it is written before the next one is asked for

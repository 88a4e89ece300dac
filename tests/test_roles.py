"""The halves' findings and the note which half is wrong, on literal verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.exercise.model import Role
from kit.renderers import Options, told
from kit.roles import with_halves, without_halves, words_of
from kit.verdict import Cite, OtherRun, Outcome
from tests.renderers.verdicts import BEGAN_NS, HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TIMELINE, verdict

if TYPE_CHECKING:
    from kit.renderers import Told
    from kit.verdict import Finding, Verdict

ROLES = {"server": Role(files=("server.py",)), "client": Role(files=("client.py",), points=2)}
GOOD, BAD = verdict(HANDSHAKE), verdict(HANDSHAKE, ORDER, RECEIVED)
UNKNOWN = verdict(HANDSHAKE, QUEUE)
WORKS = "server.py works with the reference's client.py"
FAILS = "client.py does not work with the reference's server.py"


def judged(pair: Verdict, server: Verdict | None, client: Verdict | None) -> Verdict:
    return with_halves(pair, ROLES, {"server": server, "client": client})


def finding(found: Verdict, role: str) -> Finding:
    return next(one for one in found.findings if one.name == role)


def test_halves_that_pass_add_their_points_and_say_with_whom_and_where() -> None:
    found = judged(GOOD, GOOD, GOOD)
    assert (found.outcome, found.score, found.max_score, found.notes) == (Outcome.PASS, 4, 4, ())
    client = finding(found, "client")
    assert (client.check, client.points) == ("role", 2)
    assert client.answer.expected == "every check passes with the reference's server.py"
    assert client.answer.observed == "1 check passed with the reference's server.py"
    assert [cite.place(0) for cite in client.answer.cites] == ["in roles/client"]


def test_a_half_that_fails_says_on_which_check_and_cites_its_own_run() -> None:
    half = replace(BAD, began_ns=BEGAN_NS + 1_000_000_000)
    answer = finding(judged(GOOD, GOOD, half), "client").answer
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "accept_order with the reference's server.py: client1, client2"
    assert answer.observed == "accept_order failed: client2, client1"
    run = OtherRun("roles/client", half.began_ns)
    assert answer.cites == (replace(ORDER.answer.cites[0], run=run),)
    assert answer.cites[0].place(BEGAN_NS) == "server call 4 at 0.204 s in roles/client"


def test_a_half_names_what_else_failed_and_no_hidden_check() -> None:
    answer = finding(judged(GOOD, GOOD, verdict(TIMELINE, ORDER, HIDDEN)), "client").answer
    assert answer.observed == "timeline failed: step 5 was missed; failed, too: accept_order"
    assert answer.cites == (Cite("the whole run", run=OtherRun("roles/client", BEGAN_NS)),)


def test_a_half_that_fails_on_a_hidden_check_alone_keeps_its_secret() -> None:
    answer = finding(judged(GOOD, GOOD, verdict(HANDSHAKE, HIDDEN)), "client").answer
    assert answer.expected == "every check passes with the reference's server.py"
    assert answer.observed == "failed: a hidden check"
    assert "secret" not in str(answer)


KEPT = replace(HIDDEN, answer=HANDSHAKE.answer)  # a hidden check that passed


@pytest.mark.parametrize(
    "visible", [(HANDSHAKE,), (HANDSHAKE, ORDER), (QUEUE,)], ids=["passes", "fails", "is not known"]
)
def test_a_student_reads_the_same_of_a_half_whatever_a_hidden_check_of_it_found(
    visible: tuple[Finding, ...],
) -> None:
    """And of the pair, and in the notes: only the visible checks are told by any of it."""

    def read(pair: Finding, half: Finding) -> Told:
        found = judged(verdict(*visible, pair), verdict(HANDSHAKE, KEPT), verdict(*visible, half))
        return told(found, Options())

    first = read(KEPT, KEPT)
    assert read(HIDDEN, KEPT) == read(KEPT, HIDDEN) == read(HIDDEN, HIDDEN) == first
    client = next(row for row in first.rows if row.name == "client")
    assert client.outcome == (Outcome.FAIL if ORDER in visible else None)
    assert first.notes == ((FAILS,) if ORDER in visible else ())


def test_a_teacher_reads_that_a_hidden_check_failed_a_half() -> None:
    found = told(judged(GOOD, GOOD, verdict(HANDSHAKE, HIDDEN)), Options(audience="teacher"))
    assert (found.rows[-1].outcome, found.rows[-1].observed) == (Outcome.FAIL, "failed: a hidden check")


@pytest.mark.parametrize(
    ("half", "observed"),
    [
        (UNKNOWN, "queue inconclusive: the table was not read"),
        (verdict(), "inconclusive: no check gave an answer"),
        (None, "its run is missing: the judging was cut short"),
    ],
)
def test_a_half_that_is_not_known_costs_nothing_and_is_no_pass(half: Verdict | None, observed: str) -> None:
    found = judged(GOOD, GOOD, half)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert finding(found, "client").answer.observed == observed
    assert found.notes == ()


def test_a_half_fails_the_verdict_of_a_pair_that_agrees_with_itself() -> None:
    found = judged(GOOD, GOOD, BAD)
    assert found.outcome is Outcome.FAIL
    assert found.notes == (
        f"server.py and client.py agree with each other, but not with the reference: {WORKS}; {FAILS}",
    )
    assert finding(found, "server").why == {}
    why = finding(found, "client").why
    assert why["en"].startswith("server.py and client.py agree with each other, but not with the reference")
    assert "server.py、client.py 彼此一致" in why["zh"]


@pytest.mark.parametrize(
    ("pair", "server", "client", "note"),
    [
        (BAD, GOOD, BAD, f"{WORKS}; {FAILS}"),
        (BAD, GOOD, UNKNOWN, f"{WORKS}; client.py could not be judged with the reference's server.py"),
        (BAD, GOOD, GOOD, f"{WORKS}; client.py works with the reference's server.py; they do not work with each other"),
        (UNKNOWN, GOOD, BAD, f"{WORKS}; {FAILS}"),
    ],
)  # fmt: skip
def test_the_note_says_which_half_is_wrong(
    pair: Verdict, server: Verdict, client: Verdict, note: str
) -> None:
    found = judged(pair, server, client)
    assert found.notes == (note,)
    assert finding(found, "client").why == {}


def test_an_unknown_pair_of_two_right_halves_needs_no_note() -> None:
    assert judged(UNKNOWN, GOOD, GOOD).notes == ()


def test_what_a_half_notes_is_told_with_its_place_unless_the_pair_notes_it_too() -> None:
    noted = replace(GOOD, notes=("calls were not traced", "limit hit: x"))
    assert judged(replace(GOOD, notes=("calls were not traced",)), noted, GOOD).notes == (
        "calls were not traced",
        "in roles/server: limit hit: x",
    )


def test_roles_of_several_files_are_told_in_the_plural() -> None:
    roles = {
        "a": Role(files=("a.py", "b.py", "c.py")),
        "b": Role(files=("d.py",)),
        "c": Role(files=("e.py",)),
    }
    assert words_of(roles, "a") == "a.py, b.py and c.py with the reference's d.py and e.py"
    found = with_halves(BAD, roles, {"a": GOOD, "b": BAD, "c": GOOD})
    assert found.notes[0].startswith(
        "a.py, b.py and c.py work with the reference's d.py and e.py; d.py does not"
    )
    assert "a.py, b.py and c.py do not work" in with_halves(BAD, roles, dict.fromkeys(roles, BAD)).notes[0]


def test_halves_that_cannot_be_run_are_skipped_with_the_reason() -> None:
    found = without_halves(GOOD, ROLES, "no reference here")
    client = finding(found, "client")
    assert (client.outcome, client.max_points) == (Outcome.SKIPPED, 2)
    assert client.answer.expected == "a run of client.py with the reference's server.py"
    assert client.answer.observed == "no reference here"
    assert found.outcome is Outcome.PASS

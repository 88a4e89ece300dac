from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kit.classroom.roll import roll
from kit.classroom.words import notes_of, say
from tests.classroom.test_roll import FIRST, entry

if TYPE_CHECKING:
    from kit.classroom.journal import Entry


def notes(*later: Entry) -> list[str]:
    (row,) = roll([FIRST, *later])
    return list(notes_of(row, "en"))


def test_an_ordinary_verdict_needs_no_note() -> None:
    assert notes() == []


def test_late_ones_and_others_words_are_told() -> None:
    seen = ({"word": "w", "student": "bob", "place": "server at 0.2 s"},)
    (row,) = roll([replace(FIRST, who={"late": True}, seen=seen)])
    assert list(notes_of(row, "en")) == ["late", "words of bob (server at 0.2 s)"]
    assert list(notes_of(row, "zh")) == ["迟交", "出现了 bob 的词（server at 0.2 s）"]


def test_a_newer_run_that_says_nothing_is_told_with_its_trouble_where_it_has_one() -> None:
    assert notes(entry(2, "ann", "trouble", "no room")) == ["the newest run was inconclusive: no room"]
    assert notes(entry(2, "ann", "inconclusive")) == ["the newest run was inconclusive"]


def test_who_has_no_verdict_at_all_is_told_with_the_tries() -> None:
    (row,) = roll([entry(1, "ann", "trouble", "a"), entry(2, "ann", "trouble", "b")])
    assert list(notes_of(row, "en")) == ["inconclusive 2 times: b"]


def test_an_unknown_language_reads_english() -> None:
    assert say("fr", "late") == "late"

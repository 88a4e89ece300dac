from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kit.learning.hints import Help, help_with
from kit.renderers import Options, told
from tests.renderers.verdicts import BEGAN_NS, HANDSHAKE, ORDER, QUEUE, RECEIVED, TIMELINE, verdict

if TYPE_CHECKING:
    from kit.verdict import Feedback, Finding


def helped(*findings: Finding, lang: str = "en", feedback: Feedback = "full") -> Help | None:
    said = replace(verdict(*findings), feedback=feedback)
    return help_with(told(said, Options(lang=lang)).rows, BEGAN_NS)


def test_what_was_seen_is_said_unasked_and_the_rest_hint_after_hint() -> None:
    found = helped(HANDSHAKE, ORDER)
    assert found is not None
    assert found.check == "accept_order"
    assert found.unasked == (("observed", "client2, client1"),)
    assert found.places == ("server call 4 at 1.204 s: accept4 returned client2",)
    assert [found.given(count) for count in range(2)] == [(), (("expected", "client1, client2"),)]
    assert found.given(9) == (
        ("expected", "client1, client2"),
        ("hint", "serve it before the next accept"),
        ("why", "accept takes the oldest"),
    )


def test_a_failure_goes_before_what_is_inconclusive() -> None:
    found = helped(QUEUE, ORDER)
    assert found is not None
    assert found.check == "accept_order"


def test_what_is_inconclusive_is_told_where_nothing_failed() -> None:
    found = helped(HANDSHAKE, QUEUE)
    assert found is not None
    assert found.unasked == (("observed", "the table was not read"),)


def test_a_missed_step_borrows_the_hint_of_the_first_check_that_it_kept_from_being_asked() -> None:
    skipped = replace(RECEIVED, hint={"en": "receive until the end", "zh": "一直接收到结束"})
    found = helped(TIMELINE, HANDSHAKE, RECEIVED, skipped)
    assert found is not None
    assert found.hints == (("expected", "step 5"), ("hint", "receive until the end"))


def test_a_missed_step_without_any_such_hint_has_what_it_has() -> None:
    found = helped(TIMELINE, RECEIVED)
    assert found is not None
    assert found.hints == (("expected", "step 5"),)


def test_an_exercise_that_tells_less_gives_fewer_hints() -> None:
    less = helped(ORDER, feedback="hint")
    assert less is not None
    assert (less.unasked, less.places) == ((), ())
    assert [key for key, _text in less.hints] == ["hint", "why"]
    least = helped(ORDER, feedback="verdict")
    assert least is not None
    assert least.hints == ()


def test_hints_are_in_the_readers_language() -> None:
    found = helped(ORDER, lang="zh")
    assert found is not None
    assert found.hints[-1] == ("why", "accept 取出最早的一个")


def test_a_pass_needs_no_help() -> None:
    assert helped(HANDSHAKE) is None


def test_what_a_hidden_check_found_is_no_hint() -> None:
    assert helped(HANDSHAKE, replace(ORDER, hidden=True)) is None

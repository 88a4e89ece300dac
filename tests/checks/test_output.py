from __future__ import annotations

import pytest
from pydantic import ValidationError

from kit.checks.output import Params
from kit.evidence.model import LimitHit, Output
from kit.verdict import Outcome
from tests.checks.scene import ask, ended, evidence, missed, places, printed

HELLO = evidence(outputs=printed("client1", "hello\n", "world\n"), exits=(ended("client1"),))


@pytest.mark.parametrize(
    "params",
    [
        {"equals": "hello\nworld"},
        {"equals": "hello\nworld\n"},
        {"contains": "world"},
        {"contains": ["hello", "world"]},
        {"lines": ["hello", "world"]},
        {"matches": "^wor.d$"},
        {"absent": "bye"},
        {"stream": "stderr", "lines": []},
    ],
)
def test_output_that_is_as_asked_passes(params: dict[str, object]) -> None:
    answer = ask("output", HELLO, program="client1", **params)
    assert answer.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"equals": "hello world"}, 'stdout of client1 is "hello world"'),
        ({"contains": ["hello", "bye"]}, 'stdout of client1 contains "hello" and "bye"'),
        ({"lines": ["world", "hello"]}, 'stdout of client1 is exactly the lines "world", then "hello"'),
        ({"lines": []}, "stdout of client1 is empty"),
        ({"matches": "^w$"}, "stdout of client1 matches /^w$/"),
        ({"absent": "world"}, 'stdout of client1 does not contain "world"'),
    ],
)
def test_output_that_differs_fails_and_shows_what_was_printed(
    params: dict[str, object], expected: str
) -> None:
    answer = ask("output", HELLO, program="client1", **params)
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == expected
    assert '2 lines: "hello\\nworld\\n"' in answer.observed
    assert "client1 at 0.005 s" in places(answer)


def test_a_program_that_printed_nothing_fails_with_its_traceback() -> None:
    error = printed("client1", "Traceback\n", "ValueError: no\n", stream="stderr")
    answer = ask(
        "output", evidence(outputs=error, exits=(ended("client1", 1),)), program="client1", contains="x"
    )
    assert answer.outcome is Outcome.FAIL
    assert 'it printed nothing; client1 ended with exit code 1: "ValueError: no"' in answer.observed


def test_a_carriage_return_before_the_newline_is_no_part_of_the_line() -> None:
    seen = evidence(outputs=printed("client1", "a\r\n"))
    assert ask("output", seen, program="client1", lines=["a"]).outcome is Outcome.PASS


def test_bytes_that_are_no_text_are_shown_not_refused() -> None:
    seen = evidence(outputs=(Output("client1", "stdout", 1, b"\xff\n"),))
    answer = ask("output", seen, program="client1", equals="y")
    assert (answer.outcome, answer.observed[:6]) == (Outcome.FAIL, '"\\xff"')


def test_a_long_output_is_cut_where_it_is_shown() -> None:
    answer = ask("output", evidence(outputs=printed("client1", "x" * 200)), program="client1", absent="y")
    assert answer.observed == '"' + "x" * 120 + '..." and 80 more characters'


def test_control_characters_never_reach_the_reader() -> None:
    answer = ask(
        "output", evidence(outputs=printed("client1", "\x1b[2Jok")), program="client1", contains="ok"
    )
    assert "\x1b" not in answer.observed


def test_absence_in_an_output_that_was_cut_is_inconclusive() -> None:
    seen = evidence(
        outputs=printed("client1", "x\n"),
        limits_hit=(LimitHit("client1", "output_bytes", "output above 10 bytes"),),
    )
    answer = ask("output", seen, program="client1", absent="bye")
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert "output above 10 bytes" in answer.observed


def test_a_cut_output_that_holds_the_text_passes_and_one_that_does_not_names_the_limit() -> None:
    seen = evidence(
        outputs=printed("client1", "x\n"),
        limits_hit=(LimitHit("client1", "output_bytes", "output above 10 bytes"),),
    )
    assert ask("output", seen, program="client1", contains="x").outcome is Outcome.PASS
    answer = ask("output", seen, program="client1", contains="y")
    assert answer.outcome is Outcome.FAIL
    assert "output above 10 bytes" in answer.observed


def test_a_program_that_was_never_started_is_skipped() -> None:
    answer = ask("output", evidence(steps=missed()), program="client1", contains="x")
    assert answer.outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "exactly one of"),
        ({"equals": "a", "absent": "b"}, "exactly one of"),
        ({"matches": "("}, "not a regular expression"),
        (
            {"matches": "a{99999999999999999999}"},
            "not a regular expression: the repetition number is too large",
        ),
        ({"matches": "(" * 900 + ")" * 900}, "not a regular expression: nested too deeply"),
    ],
)
def test_params_that_ask_nothing_or_two_things_are_refused(params: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Params.model_validate({"program": "p", **params})

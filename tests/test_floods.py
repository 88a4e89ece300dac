"""The measurement of floods counts right: a judge of judges must itself be held to something."""

from __future__ import annotations

import pytest

from tests.floods import Graded, Row, good, table

EXPECTED = {"honest": "pass", "fork_bomb": "fail"}
ALONE = Row("netns", "nothing", (Graded("honest", "pass", 1.0), Graded("honest", "pass", 1.2)), ())


def beside(honest: str, flood: str, took_s: float) -> Row:
    return Row(
        "netns",
        "floods",
        (Graded("honest", honest, took_s, "stream: nothing came"),),
        (Graded("fork_bomb", flood, 9.0),),
    )


@pytest.mark.parametrize(
    ("row", "is_good"),
    [
        (beside("pass", "fail", 2.1), True),
        (beside("pass", "fail", 2.3), False),  # more than twice as long
        (beside("fail", "fail", 2.1), False),
        (beside("pass", "pass", 2.1), False),
    ],
)
def test_an_honest_one_that_fails_or_takes_twice_as_long_is_bad_and_so_is_a_flood_that_passes(
    row: Row, *, is_good: bool
) -> None:
    assert good([ALONE, row], EXPECTED) is is_good


def test_the_table_has_a_row_for_each_company_and_names_what_was_wrong() -> None:
    lines = table([ALONE, beside("inconclusive", "fail", 2.2)], EXPECTED).splitlines()
    assert lines[2:] == [
        "| netns | nothing | 2 of 2 | 0 of 0 | 1.10 | 1.20 | 1.00 |",
        "| netns | floods | 0 of 1 | 1 of 1 | 2.20 | 2.20 | 2.00 |",
        "netns, beside floods: honest: inconclusive, not pass: stream: nothing came",
    ]

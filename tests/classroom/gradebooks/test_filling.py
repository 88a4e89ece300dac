"""Numbers as sheets write them."""

from __future__ import annotations

import pytest

from kit.classroom.gradebooks._filling import _written, has_decimal_comma, number_in


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("7", 7),
        (" 7.50 ", 7.5),
        ("7,50", 7.5),
        ("100.00000", 100),
        ("1,000.00", 1000),
        ("1.000,00", 1000),
        ("1,000,000", 1000000),
        ("1 000,5", 1000.5),
        ("", None),
        ("EX", None),
        ("(read only)", None),
        ("-", None),
        ("7%", None),
        ("1e3", None),
    ],
)
def test_a_number_is_read_with_either_mark(cell: str, number: float | None) -> None:
    assert number_in(cell) == number


@pytest.mark.parametrize(
    ("score", "text"),
    [(0, "0"), (-0.001, "0"), (7, "7"), (7.5, "7.5"), (20 / 3, "6.67"), (100, "100"), (1e6, "1000000"), (0.1 + 0.2, "0.3")],
)  # fmt: skip
def test_points_have_two_decimals_at_most(score: float, text: str) -> None:
    assert _written(score) == text


def test_the_decimal_mark_is_the_one_that_most_numbers_have() -> None:
    assert has_decimal_comma(["10,00", "", "-", "7.5", "3,5"])
    assert has_decimal_comma(["85,00000"])
    assert not has_decimal_comma(["10.00", "1,000", "x,5"])
    assert not has_decimal_comma([])

from __future__ import annotations

import pytest

from bench.tables import Target, number, put, table, targets, yes

NAMES = ("title", "peers", "batch")


def test_a_table_has_a_line_for_each_row_and_no_bar_of_its_own() -> None:
    assert table(("what", "s"), [("a | b", "1.0")]) == "| what | s |\n| --- | ---: |\n| a / b | 1.0 |\n"


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (Target("kit ÷ Mininet", 0.5, 0.49, " ×"), "| kit ÷ Mininet | ≤ 0.50 × | 0.49 × | yes |"),
        (Target("kit ÷ Mininet", 0.5, 0.51, " ×"), "| kit ÷ Mininet | ≤ 0.50 × | 0.51 × | **no** |"),
        (Target("runs", 300, 301, at_least=True), "| runs | ≥ 300 | 301 | yes |"),
        (Target("runs", 300, 120, at_least=True), "| runs | ≥ 300 | 120 | **no** |"),
        (Target("runs", 300, None, at_least=True), "| runs | ≥ 300 | not measured | ? |"),
    ],
)
def test_a_target_says_whether_it_is_met(target: Target, line: str) -> None:
    assert line in targets([target])


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.4567, "0.46"), (12.34, "12.3"), (234.5, "234"), (1234.5, "1234")]
)
def test_a_number_has_the_digits_that_count(value: float | None, text: str) -> None:
    assert number(value) == text


def test_what_is_not_known_is_neither_yes_nor_no() -> None:
    assert [yes(value) for value in (True, False, None)] == ["yes", "**no**", "-"]


def test_parts_stand_in_their_order_whenever_they_were_measured() -> None:
    late = put(put("", NAMES, {"batch": "fast\n"}), NAMES, {"title": "# How fast", "peers": "one"})
    assert [line for line in late.splitlines() if line and "<!--" not in line] == [
        "# How fast",
        "one",
        "fast",
    ]


def test_a_part_that_is_measured_again_takes_its_own_place_only() -> None:
    old = put("", NAMES, {"title": "# How fast", "peers": "slow", "batch": "fast"})
    new = put(old, NAMES, {"peers": "quick"})
    assert "slow" not in new
    assert new == old.replace("slow", "quick")

"""What is said beside a result."""

from __future__ import annotations

from kit.cli.screen import some


def test_a_few_names_are_all_told() -> None:
    assert some(["ann", "bob"]) == "ann, bob"
    assert some([]) == ""


def test_of_many_names_ten_are_told_and_the_others_counted() -> None:
    names = [f"s{number}" for number in range(12)]
    assert some(names) == "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more"


def test_a_name_is_one_line_that_no_terminal_obeys() -> None:
    assert some(["two\nlines\x1b[2J"]) == "two\\nlines\\x1b[2J"

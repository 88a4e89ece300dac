from __future__ import annotations

import pytest

from kit.renderers import inert, inert_line
from kit.renderers._inert import without_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 您好 ✓", "plain 您好 ✓"),
        ("\x1b[2J\x1b[1;1HPASS", "\\x1b[2J\\x1b[1;1HPASS"),  # CSI: clear, and home
        ("\x1b]8;;http://evil\x07here\x1b]8;;\x07", "\\x1b]8;;http://evil\\x07here\\x1b]8;;\\x07"),  # OSC 8
        ("\x9b31m", "\\x9b31m"),  # C1's one-byte CSI
        ("a\rb\x08c\x00d\x7f", "a\\x0db\\x08c\\x00d\\x7f"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),  # bidirectional override
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("two\u2028lines", "two\\u2028lines"),
        ("\udcff", "\\udcff"),  # a byte of a file name that is not UTF-8
        ("kept\nand\tkept", "kept\nand\tkept"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_no_control_character_is_left_but_tab_and_newline() -> None:
    controls = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
    assert {char for char in inert(controls) if not char.isprintable()} == {"\t", "\n"}


def test_a_line_stays_one_line() -> None:
    assert inert_line("name\nPASS\t8/8") == "name\\nPASS\\t8/8"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error file=a::b", "\\x3a:error file=a::b"),
        (" \t\u3000::stop-commands::x", " \t\u3000\\x3a:stop-commands::x"),
        ("::1 is an address", "::1 is an address"),  # no command: it has no second pair
        ("it said ::error::", "it said ::error::"),  # does not begin the line
        ("a ##[error]b", "a ##\\x5berror]b"),
    ],
)
def test_a_line_starts_no_command_of_a_ci_runner(line: str, shown: str) -> None:
    assert without_commands(line) == shown

r"""Text from strangers, made harmless for a terminal.

A program's output, an argument or a file name can carry bytes that a terminal obeys: colours, cursor
moves that redraw the score, OSC 8 links, titles (ECMA-48 5.2 to 5.6), and Unicode's bidirectional
overrides that reorder what is read (UAX 9). Each such character is shown as its escape, `\x1b`,
instead of being dropped: what was expected and what was observed may differ in just that byte.
"""

from __future__ import annotations

import re

# C0 but for tab and newline, DEL, C1, lone surrogates (bytes that were not UTF-8), Unicode's line
# and paragraph separators, its invisible and its direction-changing format characters.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


# Lines that a runner of GitHub Actions obeys in a log: `::command::`, blanks before it or none, and the older
# `##[command]` anywhere (actions/runner, ActionCommand.cs).
_COMMAND = re.compile(r"^(\s*):(?=:.*::)", re.DOTALL)


def inert(text: str) -> str:
    """Give the text with every character that a terminal would obey shown as its escape; lines stay lines."""
    return _OBEYED.sub(_escape, text)


def inert_line(text: str) -> str:
    """Give the text on one line: line ends and tabs are shown as escapes, too."""
    return inert(text).replace("\n", "\\n").replace("\t", "\\t")


def without_commands(line: str) -> str:
    """Give the line with what would make it a workflow command shown as an escape, should it reach a CI log."""
    return _COMMAND.sub(r"\1\\x3a", line).replace("##[", "##\\x5b")


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

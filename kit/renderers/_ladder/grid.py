"""Columns of a terminal, and characters with a style on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.ladder.model import Ladder, Lane, Strand

TIME_WIDTH = 10  # `123456.78 `
ROOMY_CELL = 23  # `connect(server:8001)` and its bar
MIN_CELL = 12  # narrower, a column's words say nothing; the terminal wraps the line instead

# ECMA-48 8.3.117 (SGR)
_SGR = {
    "dim": "2",
    "bold": "1",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold red": "1;31",
    "": "",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One program of a host, or all of them. `x` is the place of its first bar.

    `cell` is the width of the words to the right of its bars.
    """

    lane: Lane
    strands: tuple[Strand, ...]
    title: str
    x: int
    cell: int

    @property
    def bars(self) -> int:
        return max(1, len(self.strands))

    @property
    def last(self) -> int:
        return self.x + self.bars - 1

    def holds(self, lane: str, program: str | None) -> bool:
        return self.lane.host == lane and (
            program is None or program in {one.program for one in self.strands}
        )

    def bar_of(self, program: str | None) -> int:
        names = [one.program for one in self.strands]
        return self.x + (names.index(program) if program in names else 0)


def columns(ladder: Ladder, width: int) -> tuple[Column, ...]:
    """Divide the width among the programs; where that is too narrow, programs of a host share a column.

    A host whose programs speak with each other keeps a column for each, however narrow.
    """
    own = {one.client_lane for one in ladder.dialogues if one.client_lane == one.server_lane}
    apart = sum(max(1, len(lane.strands)) for lane in ladder.lanes)
    roomy = (width - TIME_WIDTH) // max(1, apart) >= ROOMY_CELL
    parts: list[tuple[Lane, tuple[Strand, ...], str]] = []
    for lane in ladder.lanes:
        if len(lane.strands) > 1 and (roomy or lane.host in own):
            parts += [(lane, (strand,), strand.program) for strand in lane.strands]
        else:
            parts.append((lane, lane.strands, ", ".join(strand.program for strand in lane.strands)))
    each = max((width - TIME_WIDTH) // max(1, len(parts)), MIN_CELL)
    return tuple(
        Column(lane, strands, title or lane.host, TIME_WIDTH + place * each, each - max(1, len(strands)) - 1)
        for place, (lane, strands, title) in enumerate(parts)
    )


class Line:
    """One line of a terminal. A character that takes two columns is followed by an empty one."""

    def __init__(self) -> None:
        self._chars: list[str] = []
        self._styles: list[str] = []

    def put(self, x: int, text: str, style: str = "") -> None:
        for char in text:
            wide = cell_len(char)
            if not wide and x and x <= len(self._chars):  # a combining character belongs to the one before
                self._chars[x - 1] += char
                continue
            self._fill(x + max(1, wide))
            self._chars[x : x + wide] = [char] + [""] * (wide - 1)
            self._styles[x : x + wide] = [style] * wide
            x += wide

    def _fill(self, width: int) -> None:
        missing = width - len(self._chars)
        self._chars += [" "] * missing
        self._styles += [""] * missing

    def char(self, x: int) -> str:
        return self._chars[x] if x < len(self._chars) else " "

    def text(self, *, colour: bool) -> str:
        return "".join(self._runs(colour)).rstrip() if not colour else "".join(self._runs(colour))

    def _runs(self, colour: bool) -> Iterator[str]:
        end = len(self._chars)
        while end and self._chars[end - 1] == " ":
            end -= 1
        pairs = zip(self._chars[:end], self._styles[:end], strict=True)
        for style, run in groupby(pairs, key=lambda pair: pair[1]):
            text = "".join(char for char, _ in run)
            yield f"\x1b[{_SGR[style]}m{text}\x1b[0m" if colour and style else text


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Cut text into at most so many lines, between words where it can; the last tells that it was cut."""
    words = text.split(" ")
    found = [""]
    for word in words:
        candidate = f"{found[-1]} {word}" if found[-1] else word
        if cell_len(candidate) <= width:
            found[-1] = candidate
            continue
        if found[-1]:
            found.append("")
        *whole, found[-1] = _cut(word, width)
        found[-1:-1] = whole
    if len(found) > lines:
        found = [*found[: lines - 1], fitted(" ".join(found[lines - 1 :]), width)]
    return found


def _cut(word: str, width: int) -> Sequence[str]:
    """Cut a word that is wider than its column: behind a parenthesis, else wherever it must be."""
    parts = [""]
    head, opening, rest = word.partition("(")
    if opening and cell_len(word) > width and max(cell_len(head) + 1, cell_len(rest)) <= width:
        return [head + opening, rest]
    for char in word:
        if cell_len(parts[-1] + char) > width:
            parts.append("")
        parts[-1] += char
    return parts


def fitted(text: str, width: int) -> str:
    """Give the text in so many columns, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[:-1]
    return f"{text}…"

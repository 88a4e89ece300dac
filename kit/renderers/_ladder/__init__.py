"""A ladder for a terminal: hosts as columns, packets as arrows, calls and states beside their lane.

view.py     what of a ladder is shown
grid.py     columns of a terminal, and characters with a style on them
page.py     rows as they grow, with the bars of all programs
arrows.py   a packet between two columns
draw.py     events -> rows
frame.py    what stands above and below
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kit.renderers._ladder.draw import Drawing
from kit.renderers._ladder.frame import footing, heading
from kit.renderers._ladder.view import View, chosen

if TYPE_CHECKING:
    from kit.ladder.model import Ladder
    from kit.renderers import Options
    from kit.renderers._ladder.page import Row

__all__ = ["Drawn", "View", "drawn", "render"]


class Drawn(NamedTuple):
    """A picture in parts: `above` and `below` are lines, each row tells which events it shows."""

    above: list[str]
    rows: list[Row]
    below: list[str]


def drawn(ladder: Ladder, options: Options, view: View) -> Drawn:
    """Give the ladder as rows, in `options.width` columns."""
    picture = chosen(ladder, view)
    drawing = Drawing(picture, options, view)
    return Drawn(
        heading(drawing.page, options), drawing.rows(), footing(drawing.page, picture, options, view)
    )


def render(ladder: Ladder, options: Options, view: View | None = None) -> str:
    """Give the ladder as text with its last newline."""
    parts = drawn(ladder, options, view or View())
    lines = (line for row in parts.rows for line in row.lines)
    return "".join(f"{line}\n" for line in (*parts.above, *lines, *parts.below))

"""What a picture is made of: a few shapes with places in pixels, and what they belong to. No language, no colours.

`style` is a class of picture.css; colours live there alone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

NARROW_PX = 6.65  # an advance of a monospace face at 11 px: 0.602 em (DejaVu Sans Mono; most are 0.6)
WIDE_PX = 11.0  # one em, for East Asian wide characters (UAX 11)


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    style: str
    kind: str = "line"

    @property
    def span(self) -> tuple[float, float]:
        return min(self.y1, self.y2), max(self.y1, self.y2)


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    style: str
    radius: float = 0
    kind: str = "box"

    @property
    def span(self) -> tuple[float, float]:
        return self.y, self.y + self.height


@dataclass(frozen=True, slots=True)
class Shape:
    """A closed or open outline through points."""

    points: tuple[tuple[float, float], ...]
    style: str
    kind: str = "shape"

    @property
    def span(self) -> tuple[float, float]:
        ys = [y for _, y in self.points]
        return min(ys), max(ys)

    @property
    def text(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Label:
    """`y` is the baseline; `anchor` is SVG's: start, middle, end."""

    x: float
    y: float
    text: str
    style: str
    anchor: str = "start"
    kind: str = "label"

    @property
    def span(self) -> tuple[float, float]:
        return self.y - 10, self.y + 4


Drawn = Line | Box | Shape | Label


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the picture that can be pointed at. `name` is its anchor, `title` what it says in words."""

    name: str
    title: str
    top: float
    height: float
    style: str
    shapes: tuple[Drawn, ...]
    events: tuple[int, ...] = ()

    @property
    def span(self) -> tuple[float, float]:
        return self.top, self.top + self.height


@dataclass(frozen=True, slots=True)
class Picture:
    """`under` lies below all rows (lifelines, shades, bars), `over` crosses rows (arrows that travel long)."""

    width: float
    height: float
    head: tuple[Drawn, ...]
    head_height: float
    under: tuple[Drawn, ...]
    items: tuple[Item, ...]
    over: tuple[Drawn, ...] = ()


def width_of(text: str) -> float:
    """Estimate how wide the text is drawn in the picture's monospace face, in pixels."""
    return sum(
        WIDE_PX
        if unicodedata.east_asian_width(each) in "WF"
        else 0
        if unicodedata.combining(each)
        else NARROW_PX
        for each in text
    )


def fitted(text: str, width: float) -> str:
    """Cut the text to a width, with an ellipsis where something went."""
    if width_of(text) <= width:
        return text
    kept, used = [], WIDE_PX
    for each in text:
        used += width_of(each)
        if used > width:
            break
        kept.append(each)
    return "".join(kept) + "…"

"""Picture -> SVG: in the page as a sheet after the other (a printer breaks between them), or as a file for slides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.renderers import _page
from kit.report import assets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.report.shapes import Drawn, Item, Picture

SHEET = 300.0  # a sheet's height in pixels: three to four fill an A4 page
MARGIN = 16.0
BETWEEN = 40.0  # two pictures in one file
# CJK punctuation, kana, ideographs, hangul and full-width forms (Unicode blocks).
CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
# Viewers differ in what they take where the first face lacks a character: some change the whole line, and to a
# serif. So the first one has them all where Chinese stands in the picture.
CHINESE_FACES = '"Noto Sans Mono CJK SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei"'
FACES = '"DejaVu Sans Mono", "Noto Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", monospace'
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_DECLARED = re.compile(r"(--[\w-]+):\s*([^;]+);")
# What XML 1.0 2.2 has no place for, beyond what `inert` has already made visible.
_NO_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A band of a picture: the rows that begin in it, and the part of everything else that crosses it."""

    top: float
    height: float
    width: float
    under: tuple[Drawn, ...]
    items: tuple[Item, ...]
    over: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture in a file of one or two."""

    picture: Picture
    x: float
    caption: str


def sheets(picture: Picture) -> tuple[Sheet, ...]:
    """Cut the picture between rows."""
    return tuple(
        Sheet(
            top,
            bottom - top,
            picture.width,
            tuple(_within(picture.under, top, bottom)),
            tuple(item for item in picture.items if top <= item.top < bottom),
            tuple(_within(picture.over, top, bottom)),
        )
        for top, bottom in _bands(picture)
    )


def _bands(picture: Picture) -> Iterator[tuple[float, float]]:
    top = 0.0
    for item in picture.items:
        if item.top + item.height > top + SHEET and item.top > top:
            yield top, item.top
            top = item.top
    yield top, picture.height


def _within(shapes: Sequence[Drawn], top: float, bottom: float) -> Iterator[Drawn]:
    return (shape for shape in shapes if shape.span[0] < bottom and shape.span[1] > top)


def standalone(pictures: Sequence[Picture], captions: Sequence[str], lang: str) -> str:
    """Give a file of its own, in the light colours: one picture, or two side by side."""
    placed, x = [], MARGIN
    for picture, caption in zip(pictures, captions, strict=True):
        placed.append(Placed(picture, x, caption))
        x += picture.width + BETWEEN
    text = assets.template("picture.svg.j2").render(
        placed=placed,
        width=x - BETWEEN + MARGIN,
        height=max(picture.height + picture.head_height for picture in pictures) + 2 * MARGIN + 28,
        style=plain_style(),
        lang=lang,
        margin=MARGIN,
    )
    if CJK.search(text):
        text = text.replace("</style>", f".ladder {{ font-family: {CHINESE_FACES}, {FACES}; }}</style>", 1)
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_style() -> str:
    """Give the picture's style with the light colours written out: not every viewer knows CSS variables."""
    colours = dict(_DECLARED.findall(_page.text("light.css")))
    style = assets.text("picture.css")
    return _VARIABLE.sub(lambda match: colours[match.group(1)], style)

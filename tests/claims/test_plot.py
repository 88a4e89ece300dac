from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from kit.claims.plot import picture, plot
from kit.claims.queue import Held
from kit.report.png import png
from kit.report.shapes import Box, Label, Line
from tests.claims.literal import QUEUE


def bars(values: tuple[Held, ...]) -> list[Box]:
    return [shape for item in picture(values, "en").items for shape in item.shapes if isinstance(shape, Box)]


def lines(values: tuple[Held, ...], style: str) -> list[Line]:
    return [shape for shape in picture(values, "en").over if isinstance(shape, Line) and shape.style == style]


def test_a_bar_is_as_high_as_the_queue_was_long() -> None:
    heights = [bar.height for bar in bars(QUEUE)]
    assert heights == [heights[0] * each.queued for each in QUEUE]
    assert len({bar.y + bar.height for bar in bars(QUEUE)}) == 1
    assert all(left.x + left.width < right.x for left, right in pairwise(bars(QUEUE)))


def test_the_line_n_plus_1_meets_the_bars_until_the_system_cuts() -> None:
    asked = lines(QUEUE, "arrow unsure")
    tops = [bar.y for bar in bars(QUEUE)]
    assert [line.y1 for line in asked][:3] == tops[:3]
    assert asked[-1].y2 < tops[-1]


def test_the_systems_limit_is_a_line_with_its_name_where_it_cuts() -> None:
    (cut,) = lines(QUEUE, "arrow flagged")
    assert cut.y1 == cut.y2 == bars(QUEUE)[-1].y
    labels = [shape.text for shape in picture(QUEUE, "en").over if isinstance(shape, Label)]
    assert "net.core.somaxconn = 2: never more than 3" in labels
    assert lines((Held(0, 0, 1), Held(1, 1, 2)), "arrow flagged") == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_an_svg_and_a_png_in_both_languages(lang: str) -> None:
    drawing = plot(QUEUE, lang)
    assert ET.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # kit's own text
    assert ("等待" in drawing) == (lang == "zh")
    assert png(drawing).startswith(b"\x89PNG")

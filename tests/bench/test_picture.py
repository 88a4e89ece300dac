from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from bench.figures import Power
from bench.picture import Curve, picture, plot
from kit.report.png import png
from kit.report.shapes import Box, Label, Line

FAST = Curve("netns", {8: 0.8, 16: 1.6, 32: 3.2}, Power(0.1, 1.0), 8, "bare")
SLOW = Curve("docker", {8: 8.0, 16: 16.0}, None, 8, "udp")


def test_ten_times_as_long_is_a_decade_higher_and_twice_as_many_a_column_further() -> None:
    dots = [shape for shape in picture([FAST, SLOW]).over if isinstance(shape, Box)]
    fast, slow = dots[:3], dots[3:]
    assert fast[0].y - slow[0].y == pytest.approx(150)
    assert [b.x - a.x for a, b in pairwise(fast)] == pytest.approx([70, 70])


def test_the_fitted_power_goes_through_points_that_lie_on_it() -> None:
    shapes = picture([FAST]).over
    (fit,) = (shape for shape in shapes if isinstance(shape, Line) and "unsure" in shape.style)
    dots = [shape for shape in shapes if isinstance(shape, Box)]
    assert (fit.y1, fit.y2) == pytest.approx((dots[0].y + 3.5, dots[-1].y + 3.5))


def test_the_exponent_is_said_where_there_is_one() -> None:
    labels = [shape.text for shape in picture([FAST, SLOW]).over if isinstance(shape, Label)]
    assert labels == ["netns: clients ^ 1.00 from 8", "docker"]


def test_it_is_an_svg_and_a_png() -> None:
    drawing = plot([FAST, SLOW])
    assert ET.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own text
    assert png(drawing).startswith(b"\x89PNG")

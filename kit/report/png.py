"""The picture as pixels, for slides: SVG through resvg, which brings its own fonts' machinery and no browser."""

from __future__ import annotations

import re

import resvg_py

from kit.errors import MachineError, UsageError
from kit.report.svg import CJK, FACES

SCALE = 2  # pixels to a pixel of the page: sharp on a projector
MOST_PIXELS = 60_000_000  # 240 MB while it is drawn
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">'
    f"<text x='2' y='18' font-size='16' font-family='{FACES}'>{{}}</text></svg>"
)
_SIZE = re.compile(r'width="([\d.e+]+)" height="([\d.e+]+)"')


def png(svg: str) -> bytes:
    """Draw the SVG. Raises MachineError where a font lacks, UsageError where the picture is too large."""
    match = _SIZE.search(svg)
    if match is None:
        raise ValueError("an SVG says its size")
    width, height = map(float, match.groups())
    if width * height * SCALE**2 > MOST_PIXELS:
        raise UsageError(
            f"the picture is {width:.0f} × {height:.0f} pixels, too large for a PNG",
            remedy="write --svg instead",
        )
    if not _draws("A", "B"):
        raise MachineError("no font is installed", remedy="sudo apt-get install fonts-dejavu-core")
    if CJK.search(svg) and not _draws("中", "文"):
        raise MachineError(
            "the picture has Chinese text, and no font for it is installed",
            remedy="sudo apt-get install fonts-noto-cjk; or write --svg, and draw it where a font is",
        )
    return _drawn(svg)


def _drawn(svg: str) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SCALE, languages=["zh-CN", "en"]))


def _draws(one: str, other: str) -> bool:
    """Say whether a font has the characters: without one, two of them look alike."""
    return _drawn(_PROBE.format(one)) != _drawn(_PROBE.format(other))

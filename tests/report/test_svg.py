from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from kit.renderers import _page
from kit.report import assets
from kit.report.layout import lay_out, slots_of
from kit.report.rows import rows_of
from kit.report.svg import SHEET, plain_style, sheets, standalone
from tests.report.scene import ladder, said, small_ladder

HOSTILE = "</text><script>alert(1)</script>\x1b[31m\x00\ufffe\u202e & \"'\ud800"


def drawing(*texts: str, lang: str = "en") -> str:
    run = ladder(*(said(text, ms) for ms, text in enumerate(texts))) if texts else small_ladder()
    return standalone([lay_out(run, slots_of(run, rows_of(run)), lang)], ["A title"], lang)


def test_the_file_is_whole_xml_with_a_title_for_each_row() -> None:
    root = ET.fromstring(drawing())  # noqa: S314  # our own drawing
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "303.000 ms: server accept = client" in titles


def test_colours_are_written_out() -> None:
    assert "var(" not in plain_style()
    assert "#1d5fc4" in plain_style()


def test_every_colour_has_a_light_and_a_dark_value() -> None:
    own = [assets.text(name) for name in ("picture.css", "report.css")]
    used = set(re.findall(r"var\((--[\w-]+)\)", _page.text("base.css") + "".join(own)))
    for palette in ("light.css", "dark.css"):
        assert used == set(re.findall(r"(--[\w-]+):", _page.text(palette)))


def test_what_a_program_said_cannot_become_markup() -> None:
    data = HOSTILE.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    text = drawing(data)
    ET.fromstring(text)  # noqa: S314  # well-formed, whatever was said
    assert "<script" not in text
    assert "\x1b" not in text


def test_chinese_text_names_a_chinese_face_first() -> None:
    assert '.ladder { font-family: "Noto Sans Mono CJK SC"' in drawing(lang="zh")
    assert '.ladder { font-family: "Noto Sans Mono CJK SC"' not in drawing()


def test_two_pictures_stand_side_by_side() -> None:
    run = small_ladder()
    picture = lay_out(run, slots_of(run, rows_of(run)), "en")
    root = ET.fromstring(standalone([picture, picture], ["a", "b"], "en"))  # noqa: S314  # our own drawing
    assert float(root.attrib["width"]) > 2 * picture.width


def test_sheets_cut_between_rows_and_cover_all() -> None:
    run = ladder(*(said(str(number), number) for number in range(40)))
    picture = lay_out(run, slots_of(run, rows_of(run)), "en")
    found = sheets(picture)
    assert len(found) > 2
    assert sum(sheet.height for sheet in found) == picture.height
    assert all(sheet.height <= SHEET for sheet in found[:-1])
    assert [item for sheet in found for item in sheet.items] == list(picture.items)

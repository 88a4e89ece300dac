from __future__ import annotations

import pytest

from kit.errors import MachineError, UsageError
from kit.report import png as module
from kit.report.png import png

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="20">{}</svg>'


def test_a_png_is_twice_as_wide_as_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_draws", lambda *_: True)
    data = png(SVG.format(30, '<rect width="5" height="5"/>'))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 60


def test_a_picture_too_large_is_refused_with_the_other_way() -> None:
    with pytest.raises(UsageError, match="too large") as caught:
        png(SVG.format(9_000_000, ""))
    assert caught.value.remedy == "write --svg instead"


def test_a_missing_font_is_said_with_the_package_that_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_draws", lambda one, _other: one == "A")
    with pytest.raises(MachineError, match="Chinese") as caught:
        png(SVG.format(30, "<text>中文</text>"))
    assert "fonts-noto-cjk" in (caught.value.remedy or "")
    assert png(SVG.format(30, "<text>latin</text>"))


def test_no_font_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_draws", lambda *_: False)
    with pytest.raises(MachineError, match="no font"):
        png(SVG.format(30, ""))


def test_two_characters_that_no_font_has_look_alike() -> None:
    assert not module._draws("\U0010fffd", "\U0010fffc")  # private use

"""Style, script and templates of the report's pages, as package data; what all pages share is in kit.renderers._page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kit.renderers import _page

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent


def text(name: str) -> str:
    return _page.text(name, HERE)


def template(name: str) -> jinja2.Template:
    return _page.template(name, HERE)

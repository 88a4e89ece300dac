"""What every HTML page of kit is made with: templates that escape, one style, a policy, and a verdict's findings.

A page is one file that needs nothing else. Its policy (CSP) lets nothing run or load but the blocks whose digests it
names. Package data beside this file: the palettes, what all pages share of the style, and the templates.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from kit.renderers._inert import inert, inert_line
from kit.renderers._shown import WITHHELD, mark, points
from kit.renderers._words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.renderers._shown import Told
    from kit.verdict import Cite

HERE = Path(__file__).parent


@cache
def text(name: str, folder: Path = HERE) -> str:
    return (folder / name).read_text(encoding="utf-8")


@cache
def template(name: str, folder: Path = HERE) -> jinja2.Template:
    """Give a template of the folder, which may import those here; all that is put into one is escaped."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader([folder, HERE]),
    )
    return environment.get_template(name)


def style(*own: str) -> str:
    """Give the shared style and a page's own after it. The palettes apply by the reader's wish or the system's:
    dark on screens only, never on paper."""
    shared = text("base.css").replace("/*LIGHT*/", text("light.css")).replace("/*DARK*/", text("dark.css"))
    return "".join((shared, *own))


def policy(style_: str, script: str | None = None) -> str:
    """Give the Content-Security-Policy (W3C CSP3) of a page with this style, and this script or none."""
    scripts = "" if script is None else f"script-src {_digest(script)}; "
    return f"default-src 'none'; {scripts}style-src {_digest(style_)}; base-uri 'none'; form-action 'none'"


def _digest(block: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() + "'"


def tag(lang: str) -> str:
    """Give the language's tag (BCP 47)."""
    return "zh-CN" if lang == "zh" else "en"


@dataclass(frozen=True, slots=True)
class CiteView:
    text: str
    anchor: str | None  # the element of the page that shows it


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in words; `outcome` is a class of the style, `rows` are label and text."""

    name: str
    mark: str
    outcome: str
    points: str
    rows: tuple[tuple[str, str], ...]
    cites: tuple[CiteView, ...]


def finding_views(seen: Told, lang: str, anchor: Callable[[Cite], str | None]) -> Iterator[FindingView]:
    """Say each finding, as far as its reader may see it; `anchor` gives the element that shows a citation."""
    for row in seen.rows:
        yield FindingView(
            inert_line(row.label),
            mark(row),
            row.outcome or WITHHELD,
            points(row),
            tuple((word(lang, key) if key else "", inert(said)) for key, said in row.texts()),
            tuple(
                CiteView(inert_line(place), anchor(cite))
                for cite, place in zip(row.cites or (), row.places(seen.began_ns), strict=True)
            ),
        )


def outcome_class(seen: Told) -> str:
    return seen.summary.result.replace(" ", "-")

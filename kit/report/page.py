"""Run -> the page: one HTML file with its style, script, picture and data, that no network is asked for.

What comes from strangers enters as text (the template escapes all) or as JSON that the script shows as text. The
page's own policy (CSP) lets nothing run or load but the two blocks whose digests it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from kit.renderers import Options, _page, in_language, inert, told, word
from kit.report import assets, view
from kit.report.compare import compare
from kit.report.details import details_of
from kit.report.layout import lay_out, slots_of
from kit.report.rows import rows_of
from kit.report.run import Places
from kit.report.svg import Sheet, sheets
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.report.layout import Slot
    from kit.report.run import Run
    from kit.report.shapes import Picture
    from kit.verdict import Cite


@dataclass(frozen=True)
class Side:
    """A run as the page shows it; `prefix` begins the anchors of its rows."""

    run: Run
    prefix: str
    slots: tuple[Slot, ...]
    picture: Picture
    lang: str

    @property
    def row_of(self) -> dict[int, int]:
        return {
            place: slot.row.events[0]
            for slot in self.slots
            if slot.row is not None
            for place in slot.row.events
        }

    @property
    def details(self) -> dict[str, Any]:
        row_of = self.row_of
        return {
            f"{self.prefix}{slot.row.events[0]}": details_of(
                self.run.evidence, self.run.ladder, slot.row, row_of, self.lang
            )
            for slot in self.slots
            if slot.row is not None
        }

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return sheets(self.picture)


def sides_of(runs: Sequence[Run], lang: str) -> tuple[Side, ...]:
    """Lay out one run, or two side by side on one grid."""
    rows = [rows_of(run.ladder, Places(run.ladder).cited(told(run.verdict, Options()))) for run in runs]
    grids = (
        compare(runs[0], rows[0], runs[1], rows[1])
        if len(runs) == 2
        else tuple(slots_of(run.ladder, own) for run, own in zip(runs, rows, strict=True))
    )
    prefixes = ("e",) if len(runs) == 1 else ("a", "b")
    return tuple(
        Side(run, prefix, slots, lay_out(run.ladder, slots, lang, prefix), lang)
        for run, slots, prefix in zip(runs, grids, prefixes, strict=True)
    )


def page(runs: Sequence[Run], lang: str) -> str:
    """Give the whole file. `runs` are one or two."""
    sides = sides_of(runs, lang)
    script = assets.text("report.js")
    style = _page.style(assets.text("report.css"), assets.text("picture.css"))
    first = runs[0]
    return assets.template("page.html.j2").render(
        lang=lang,
        tag=_page.tag(lang),
        say=lambda key, **values: say(lang, key, **values),
        title=_title(runs, lang),
        exercise=first.title,
        statement=_statement(first),
        views=[_view(side, lang) for side in sides],
        first=_first_difference(sides),
        compared=len(sides) == 2,
        table=told(first.verdict, Options(lang=lang)).table,
        column_text=lambda texts: in_language(texts, lang),
        details={key: value for side in sides for key, value in side.details.items()},
        words={key: say(lang, key) for key in ("pinned", "causes", "folded list", "cut", "nothing chosen")},
        style=Markup(style),  # noqa: S704  # our own files, and hashed below
        script=Markup(script),  # noqa: S704
        policy=_page.policy(style, script),
    )


def _title(runs: Sequence[Run], lang: str) -> str:
    if len(runs) == 1:
        return inert(runs[0].name)
    return inert(say(lang, "compared", first=runs[0].name, second=runs[1].name))


def _first_difference(sides: Sequence[Side]) -> str | None:
    for side in sides:
        for slot in side.slots:
            if slot.row is not None and slot.mark == "first":
                return f"{side.prefix}{slot.row.events[0]}"
    return None


def _view(side: Side, lang: str) -> dict[str, Any]:
    run, row_of = side.run, side.row_of
    places = Places(run.ladder)

    def anchor(place: int) -> str | None:
        row = row_of.get(place)
        return None if row is None else f"{side.prefix}{row}"

    def shown_at(cite: Cite) -> str | None:
        place = places.of(cite)
        return None if place is None else anchor(place)

    seen = told(run.verdict, Options(lang=lang))  # whoever it is sent to, in the end a student reads it
    lines, more = view.output(run, anchor)
    return {
        "side": side,
        "name": inert(run.name),
        "outcome": _page.outcome_class(seen),
        "outcome_word": word(lang, seen.summary.result),
        "score": "; ".join(filter(None, (seen.summary.points(lang), seen.summary.hidden_text(lang)))),
        "backend": seen.backend,
        "notes": [inert(note) for note in seen.notes],
        "findings": list(_page.finding_views(seen, lang, shown_at)),
        "warnings": view.warnings(run, lang),
        "output": lines,
        "output_more": more,
        "snapshots": run.evidence.snapshots.values(),
        "environment": view.environment(run, lang),
        "began_ns": run.evidence.began_ns,
    }


def _statement(run: Run) -> dict[str, Any] | None:
    """Render the exercise's Markdown: no HTML in it, and no images, which would be asked for over the network."""
    if run.statement is None:
        return None
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return {
        "html": Markup(markdown.render(run.statement.markdown)),  # noqa: S704  # escaped by markdown-it
        "same": run.statement.same,
    }

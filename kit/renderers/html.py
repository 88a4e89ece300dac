"""`--format html`: a page for who handed in, one file without scripts that needs no network, and prints well.

Several verdicts are sections of one page. The title is the first one's: the head is written before the others are
there. All text is put in through a template that escapes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from kit.renderers import _page
from kit.renderers._inert import inert, inert_line
from kit.renderers._shown import told
from kit.renderers._words import in_language, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give one document, a piece a verdict; the first has the head, too."""
    lang = options.lang
    head = None
    for verdict in verdicts:
        seen = told(verdict, options)
        before, head = (_head(f"{seen.exercise} · {seen.submission}", lang) if head is None else ""), ""
        yield before + _article(seen, options)
    yield ("" if head is not None else _head("wirekit", lang)) + "</main>\n</body>\n</html>\n"


def _head(title: str, lang: str) -> str:
    style = _page.style(_page.text("student.css"))
    return f"""<!doctype html>
<html lang="{_page.tag(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_page.policy(style))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="wirekit">
<title>{escape(inert_line(title))}</title>
<style>{style}</style>
</head>
<body>
<main>
"""


def _article(seen: Told, options: Options) -> str:
    lang, summary = options.lang, seen.summary
    footer = [seen.backend]
    if (
        options.audience == "teacher"
    ):  # the page is sent away: folders and draws of the grading machine stay there
        footer += [] if seen.seed is None else [word(lang, "seed", seed=seen.seed)]
        footer += [] if seen.run_dir is None else [f"{word(lang, 'run')}: {seen.run_dir}"]
    return _page.template("student.html.j2").render(
        lang=lang,
        exercise=inert_line(seen.exercise),
        submission=inert_line(seen.submission),
        outcome=_page.outcome_class(seen),
        outcome_word=word(lang, summary.result),
        summary=": ".join(filter(None, (summary.points(lang), summary.count_text(lang)))),
        hidden=summary.hidden_text(lang),
        notes=[inert(note) for note in seen.notes],
        views=list(_page.finding_views(seen, lang, lambda _cite: None)),
        table=seen.table,
        differences_word=word(lang, "differences"),
        column_text=lambda texts: in_language(texts, lang),
        footer=inert_line(" · ".join(footer)),
    )

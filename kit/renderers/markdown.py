"""`--format markdown`: for GitHub's job summary ($GITHUB_STEP_SUMMARY), and whatever else shows its Markdown.

What strangers said stands in code spans, where GitHub makes neither HTML nor links, images or mentions of it; texts of
authors have their marks escaped. A summary holds 1 MiB a step: what would not fit is left out, and that is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kit.renderers._inert import inert_line
from kit.renderers._shown import mark, points, told
from kit.renderers._words import in_language, word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.compare import Table
    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"
MOST_BYTES = (1 << 20) - 1024  # of a summary, without the note that something is left out
MOST_CHARACTERS = 2000  # of one text
MAX_CITES = 6
_MARKS = re.compile(r"[!#$&*+\-.:<=>@\[-`{-~]")  # all that begins something in GFM; any may be escaped (2.4)


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give a section a verdict; where there is no more room, its heading and summary, then nothing but a note."""
    room, left_out = MOST_BYTES, 0
    for verdict in verdicts:
        seen = told(verdict, options)
        whole = "".join(f"{line}\n" for line in _section(seen, options.lang))
        short = "".join(f"{line}\n" for line in _head(seen, options.lang))
        fitting = next((one for one in (whole, short) if len(one.encode()) <= room), "")
        left_out += fitting != whole
        room -= len(fitting.encode())
        yield fitting
    if left_out:
        yield f"> {plain(word(options.lang, 'cut summary', count=left_out))}\n"


def _section(seen: Told, lang: str) -> Iterator[str]:
    yield from _head(seen, lang)
    checks, worth = (plain(word(lang, key)) for key in ("checks", "points of"))
    yield from (f"| | {checks} | {worth} |", "| --- | --- | ---: |")
    for row in seen.rows:
        yield f"| {mark(row)} | {cell(row.label)} | {plain(points(row))} |"
    yield ""
    for row in seen.rows:
        yield from _detail(row, seen.began_ns, lang)
    if seen.table is not None:
        yield from _comparison(seen.table, lang)
    for note in seen.notes:
        yield from (f"> {plain(word(lang, 'note'))}: {code(note)}", "")


def _head(seen: Told, lang: str) -> Iterator[str]:
    yield from (f"## {code(seen.exercise)} · {code(seen.submission)}", "")
    yield from (f"**{plain(word(lang, seen.summary.result))}** {plain(seen.summary.text(lang))}", "")


def _detail(row: Shown, began_ns: int, lang: str) -> Iterator[str]:
    """Explain what did not pass; of the rest the table has said enough."""
    if row.outcome not in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        return
    yield from (f"**{mark(row)}** {code(row.label)}", "")
    for key, text in row.texts():
        author = key in ("why", "hint")
        yield f"- {plain(word(lang, key))}: {plain(text) if author else code(text)}"
    places = row.places(began_ns)
    yield from (f"- {plain(word(lang, 'evidence'))}: {code(place)}" for place in places[:MAX_CITES])
    if len(places) > MAX_CITES:
        yield f"- {plain(word(lang, 'more evidence', count=len(places) - MAX_CITES))}"
    yield ""


def _comparison(table: Table, lang: str) -> Iterator[str]:
    yield f"| | {' | '.join(map(cell, table.columns))} |"
    yield f"| --- |{' --- |' * len(table.columns)}"
    for row in table.rows:
        label = plain(in_language(row.label, lang) or row.name)
        yield f"| {label} | {' | '.join(plain(one.text(lang)) for one in row.cells)} |"
    yield ""


def code(text: str) -> str:
    """Give strangers' text as a code span: between longer runs of backticks than any in it (CommonMark 6.1)."""
    line = inert_line(text)
    if len(line) > MOST_CHARACTERS:
        line = f"{line[:MOST_CHARACTERS]}…"
    if not line.strip():
        return ""
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}"


def cell(text: str) -> str:
    """Give it as a code span in a table, whose bars are bars of the table even in code (GFM 4.10)."""
    return code(text).replace("|", "\\|")


def plain(text: str) -> str:
    """Give text with every mark escaped."""
    return _MARKS.sub(lambda found: f"\\{found.group()}", inert_line(text))

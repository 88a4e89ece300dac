"""`--format text`: a verdict as a table that a person reads in a terminal.

Every finding has its mark, points, what was seen, and where in the evidence; a failure also has what was
expected, why it is so, and a hint. Strangers' text goes through `inert`, and never through rich's markup.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from kit.renderers._inert import inert, inert_line, without_commands
from kit.renderers._shown import SO_FAR, WITHHELD, mark, points, told
from kit.renderers._words import in_language, word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from kit.compare import Table as Compared
    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Summary, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"
STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.SKIPPED: "dim",
    SO_FAR: "green",
    WITHHELD: "dim",
}
MAX_CITES = 6  # of one finding; a screen holds no more, and the run directory has all
MIN_WIDTH = 40  # narrower, columns of one letter say less than a line that the terminal wraps


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give a page a verdict."""
    return (_page(told(verdict, options), options) for verdict in verdicts)


def _page(seen: Told, options: Options) -> str:
    """Give heading, findings, comparison table, summary, notes and the run directory's name."""
    lang = options.lang
    parts: list[RenderableType] = [_heading(seen, lang), "", _findings(seen, lang)]
    if seen.table is not None:
        parts += ["", _comparison(seen.table, lang)]
    parts += ["", _summary(seen.summary, lang)]
    parts += [_labelled(word(lang, "note"), inert(note)) for note in seen.notes]
    if seen.run_dir is not None:
        parts.append(_labelled(word(lang, "run"), inert_line(seen.run_dir)))
    return _typeset(parts, options)


def explain(row: Shown, began_ns: int, options: Options) -> str:
    """Give what is said of one finding beside its mark, name and points; nothing where there is no more to say."""
    return _typeset([_detail(row, began_ns, options.lang)], options)


def _typeset(parts: Iterable[RenderableType], options: Options) -> str:
    """Lay out for the width. Nothing is taken from this process's environment or terminal."""
    page = io.StringIO()
    console = Console(
        file=page,
        width=max(options.width, MIN_WIDTH),
        force_terminal=options.colour,
        color_system="standard" if options.colour else None,
        no_color=not options.colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    return "".join(without_commands(line.rstrip()) + "\n" for line in page.getvalue().splitlines())


def _heading(seen: Told, lang: str) -> Text:
    words = word(
        lang,
        "on",
        exercise=inert_line(seen.exercise),
        submission=inert_line(seen.submission),
        backend=seen.backend,
    )
    seed = "" if seen.seed is None else f" ({word(lang, 'seed', seed=inert_line(seen.seed))})"
    return Text(words + seed, style="bold")


def _findings(seen: Told, lang: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for row in seen.rows:
        style = STYLES[row.outcome or WITHHELD]
        table.add_row(
            Text(mark(row), style=style),
            Text(inert_line(row.label), style=style),
            Text(points(row)),
            _detail(row, seen.began_ns, lang),
        )
    return table


def _detail(row: Shown, began_ns: int, lang: str) -> RenderableType:
    """Say what was seen: one line and its places for a pass, a labelled list for what needs explaining."""
    texts = [(key, inert(text)) for key, text in row.texts()]
    cites = list(_cites(row, began_ns, lang))
    if row.outcome in (None, Outcome.PASS, Outcome.SKIPPED):
        return Group(*(Text(text) for _, text in texts), *(Text(cite, style="dim") for cite in cites))
    if cites:
        texts.insert(2, ("evidence", "\n".join(cites)))
    labelled = Table.grid(padding=(0, 1, 0, 0))
    labelled.add_column(style="dim", no_wrap=True)
    labelled.add_column(ratio=1, overflow="fold")
    for key, text in texts:
        labelled.add_row(word(lang, key), Text(text))
    return labelled


def _cites(row: Shown, began_ns: int, lang: str) -> Iterator[str]:
    places = row.places(began_ns)
    yield from map(inert_line, places[:MAX_CITES])
    if len(places) > MAX_CITES:
        yield word(lang, "more evidence", count=len(places) - MAX_CITES)


def _comparison(compared: Compared, lang: str) -> Table:
    """Lay the measured differences out, a column a side."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("")
    for column in compared.columns:
        table.add_column(Text(inert_line(column)), overflow="fold")
    for row in compared.rows:
        table.add_row(
            Text(in_language(row.label, lang) or row.name), *(Text(cell.text(lang)) for cell in row.cells)
        )
    return table


def _summary(summary: Summary, lang: str) -> Text:
    said = Text(word(lang, summary.result), style=STYLES[summary.result])
    return said.append(f"  {summary.text(lang)}", style="not bold default")


def _labelled(label: str, text: str) -> Text:
    return Text(f"{label}: ", style="dim").append(text, style="not dim")

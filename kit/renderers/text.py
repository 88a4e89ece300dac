"""`--format text`: a verdict as a table that a person reads in a terminal.

Every finding has its mark, points, what was seen, and where in the evidence; a failure also has what was
expected, why it is so, and a hint. Strangers' text goes through `inert`, and never through rich's markup.
"""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from kit.renderers._inert import inert, inert_line
from kit.renderers._words import in_language, word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from kit.compare import Table as Compared
    from kit.renderers import Options
    from kit.verdict import Finding, Verdict

MARKS = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "bold red"),
    Outcome.INCONCLUSIVE: ("?", "yellow"),
    Outcome.SKIPPED: ("–", "dim"),
}
MAX_CITES = 6  # of one finding; a screen holds no more, and the run directory has all
MIN_WIDTH = 40  # narrower, columns of one letter say less than a line that the terminal wraps


def render(verdict: Verdict, options: Options) -> str:
    """Give heading, findings, comparison table, summary, notes and the run directory's name."""
    lang = options.lang
    parts: list[RenderableType] = [_heading(verdict, lang), "", _findings(verdict, lang)]
    if verdict.table is not None:
        parts += ["", _comparison(verdict, lang)]
    parts += ["", _summary(verdict, lang)]
    parts += [_labelled(word(lang, "note"), inert(note)) for note in verdict.notes]
    if verdict.run_dir is not None:
        parts.append(_labelled(word(lang, "run"), inert_line(verdict.run_dir)))
    return _typeset(parts, options)


def explain(finding: Finding, began_ns: int, options: Options) -> str:
    """Give what is said of one finding beside its mark, name and points. Who may read it, the caller knows."""
    return _typeset([_detail(finding, began_ns, options.lang)], options)


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
    return "".join(line.rstrip() + "\n" for line in page.getvalue().splitlines())


def _heading(verdict: Verdict, lang: str) -> Text:
    words = word(
        lang,
        "on",
        exercise=inert_line(verdict.exercise),
        submission=inert_line(verdict.submission),
        backend=verdict.backend,
    )
    seed = "" if verdict.seed is None else f" ({word(lang, 'seed', seed=inert_line(verdict.seed))})"
    return Text(words + seed, style="bold")


def _findings(verdict: Verdict, lang: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    hidden = 0
    for finding in verdict.findings:
        hidden += finding.hidden
        mark, style = MARKS[finding.outcome]
        name = word(lang, "hidden name", number=hidden) if finding.hidden else inert_line(finding.name)
        detail = Text(word(lang, "hidden")) if finding.hidden else _detail(finding, verdict.began_ns, lang)
        table.add_row(Text(mark, style=style), Text(name, style=style), _points(finding), detail)
    return table


def _points(finding: Finding) -> Text:
    """What was earned of what there is; nothing for a finding that only explains the others."""
    return Text(f"{finding.points:g}/{finding.max_points:g}" if finding.max_points else "")


def _detail(finding: Finding, began_ns: int, lang: str) -> RenderableType:
    """Say what was seen: one line and its places for a pass, a labelled list for what needs explaining."""
    answer = finding.answer
    cites = list(_cites(finding, began_ns, lang))
    if finding.outcome in (Outcome.PASS, Outcome.SKIPPED):
        return Group(Text(inert(answer.observed)), *(Text(cite, style="dim") for cite in cites))
    rows = [("expected", inert(answer.expected)), ("observed", inert(answer.observed))]
    if cites:
        rows.append(("evidence", "\n".join(cites)))
    if finding.outcome is Outcome.FAIL:
        texts = (("why", in_language(finding.why, lang)), ("hint", in_language(finding.hint, lang)))
        rows += [(key, inert(text)) for key, text in texts if text]
    labelled = Table.grid(padding=(0, 1, 0, 0))
    labelled.add_column(style="dim", no_wrap=True)
    labelled.add_column(ratio=1, overflow="fold")
    for key, text in rows:
        labelled.add_row(word(lang, key), Text(text))
    return labelled


def _cites(finding: Finding, began_ns: int, lang: str) -> Iterator[str]:
    cites = finding.answer.cites
    for cite in cites[:MAX_CITES]:
        yield inert_line(": ".join(part for part in (cite.place(began_ns), cite.text) if part))
    if len(cites) > MAX_CITES:
        yield word(lang, "more evidence", count=len(cites) - MAX_CITES)


def _comparison(verdict: Verdict, lang: str) -> Table:
    """Lay the measured differences out, a column a side."""
    compared: Compared = verdict.table
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("")
    for column in compared.columns:
        table.add_column(Text(inert_line(column)), overflow="fold")
    for row in compared.rows:
        table.add_row(
            Text(in_language(row.label, lang) or row.name), *(Text(cell.text(lang)) for cell in row.cells)
        )
    return table


def _summary(verdict: Verdict, lang: str) -> Text:
    """Say the outcome, the score and the counts. "All passed" is said only where nothing else happened."""
    _, style = MARKS[verdict.outcome]
    score = word(lang, "score", score=f"{verdict.score:g}", max_score=f"{verdict.max_score:g}")
    summary = Text(word(lang, verdict.outcome), style=style)
    return summary.append(f"  {score}: {_counts(verdict, lang)}", style="not bold default")


def _counts(verdict: Verdict, lang: str) -> str:
    counts = Counter(finding.outcome for finding in verdict.findings)
    if not counts:
        return word(lang, "no findings")
    if counts.keys() == {Outcome.PASS}:
        return word(lang, "all passed", count=counts[Outcome.PASS])
    told = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.SKIPPED)
    return ", ".join(
        word(lang, f"count {outcome}", count=counts[outcome]) for outcome in told if counts[outcome]
    )


def _labelled(label: str, text: str) -> Text:
    return Text(f"{label}: ", style="dim").append(text, style="not dim")

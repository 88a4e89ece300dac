"""`--format csv`: a row a verdict, for a spreadsheet (RFC 4180, with the mark by which Excel knows UTF-8).

Exercises differ in their checks, and a batch is written as it comes; so the columns are the same for all: what the
verdict comes to, then the names of the checks by how they ended. What is inconclusive has no score: a 0 would be
added up as one. A cell that would be a formula begins with an
apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from kit.renderers._inert import inert_line
from kit.renderers._shown import number, told
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "teacher"
LISTED = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.SKIPPED)
HEAD = (
    "submission",
    "exercise",
    "outcome",
    "score",
    "max_score",
    *LISTED,
    "hidden",
    "notes",
    "backend",
    "seed",
    "run_dir",
)
FORMULA = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001  # the wide ones count as the narrow ones where Chinese is typed
BYTE_ORDER_MARK = "\ufeff"


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give the head, then a row a verdict."""
    yield BYTE_ORDER_MARK + _row(HEAD)
    for verdict in verdicts:
        yield _row(_cells(told(verdict, options)))


def _cells(seen: Told) -> Iterator[str | float]:
    summary = seen.summary
    yield from (seen.submission, seen.exercise, summary.result)
    unknown = summary.result == Outcome.INCONCLUSIVE
    yield from ("" if unknown else number(summary.score), number(summary.max_score))
    for outcome in LISTED:
        yield "; ".join(row.label for row in seen.rows if row.outcome is outcome)
    yield summary.hidden
    yield from ("; ".join(seen.notes), seen.backend, seen.seed or "", seen.run_dir or "")


def _row(cells: Iterable[str | float]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(neutral(cell) if isinstance(cell, str) else cell for cell in cells)
    return written.getvalue()


def neutral(text: str) -> str:
    """Give the text as a cell that a spreadsheet takes for text."""
    line = inert_line(text)
    return f"'{line}" if line.lstrip(" ").startswith(tuple(FORMULA)) else line

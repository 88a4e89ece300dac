"""`--format json`: one verdict a line, for programs that read it.

ASCII only, so that no byte of a student's text reaches a terminal as a command, whatever reads the line.
It is for a grading system, which decides itself who sees what: hidden findings are in full, and marked. For a
student (`--for student`) they are null, and `outcome` is "so far passed" where all that is seen has passed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kit.renderers._shown import number, told
from kit.renderers._words import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.compare import Table
    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Cite, Verdict

AUDIENCE: Audience = "teacher"


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give a line a verdict."""
    return (_line(told(verdict, options), options) for verdict in verdicts)


def _line(seen: Told, options: Options) -> str:
    """Give one line. Scores are numbers, whole ones without a point; texts are in the language asked for."""
    summary = seen.summary
    value: dict[str, Any] = {
        "exercise": seen.exercise,
        "submission": seen.submission,
        "backend": seen.backend,
        "seed": seen.seed,
        "outcome": summary.result,
        "score": number(summary.score),
        "max_score": number(summary.max_score),
        "findings": [_finding(row, seen.began_ns) for row in seen.rows],
        "run_dir": seen.run_dir,
        "notes": list(seen.notes),
    }
    if options.audience == "student":
        value["hidden"] = {"checks": summary.hidden, "points": number(summary.hidden_points)}
    if seen.table is not None:
        value["table"] = _table(seen.table, seen.began_ns, options.lang)
    return json.dumps(value) + "\n"


def _finding(row: Shown, began_ns: int) -> dict[str, Any]:
    """Give what is known of a finding; null is what its reader is not told, or what there is not."""
    return {
        "check": row.check,
        "name": row.name,
        "outcome": row.outcome,
        "points": None if row.points is None else number(row.points),
        "max_points": number(row.max_points),
        "hidden": row.hidden,
        "expected": row.expected,
        "observed": row.observed,
        "evidence": None if row.cites is None else [_cite(cite, began_ns) for cite in row.cites],
        "why": row.why or None,
        "hint": row.hint or None,
    }


def _cite(cite: Cite, began_ns: int) -> dict[str, Any]:
    value = {"place": cite.place(began_ns)} | asdict(cite)
    if cite.run is None:
        del value["run"]
    return value


def _table(table: Table, began_ns: int, lang: str) -> dict[str, Any]:
    """Give rows of cells, each in words and as data: what kind of answer, and its numbers."""
    return {
        "columns": list(table.columns),
        "rows": [
            {
                "name": row.name,
                "label": in_language(row.label, lang),
                "cells": [
                    {
                        "text": cell.text(lang),
                        "kind": cell.kind,
                        "numbers": list(cell.numbers),
                        "evidence": [] if cell.cite is None else [_cite(cell.cite, began_ns)],
                    }
                    for cell in row.cells
                ],
            }
            for row in table.rows
        ],
    }

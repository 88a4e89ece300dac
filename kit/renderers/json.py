"""`--format json`: one verdict a line, for programs that read it.

ASCII only, so that no byte of a student's text reaches a terminal as a command, whatever reads the line.
Hidden findings are told in full and marked: the reader is a grading system, and it decides who sees what.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kit.renderers._words import in_language

if TYPE_CHECKING:
    from kit.compare import Table
    from kit.renderers import Options
    from kit.verdict import Cite, Finding, Verdict


def render(verdict: Verdict, options: Options) -> str:
    """Give one line. Scores are numbers, whole ones without a point; texts are in the language asked for."""
    value: dict[str, Any] = {
        "exercise": verdict.exercise,
        "submission": verdict.submission,
        "backend": verdict.backend,
        "seed": verdict.seed,
        "outcome": verdict.outcome,
        "score": _number(verdict.score),
        "max_score": _number(verdict.max_score),
        "findings": [_finding(finding, verdict.began_ns, options.lang) for finding in verdict.findings],
        "run_dir": verdict.run_dir,
        "notes": list(verdict.notes),
    }
    if verdict.table is not None:
        value["table"] = _table(verdict.table, verdict.began_ns, options.lang)
    return json.dumps(value) + "\n"


def _finding(finding: Finding, began_ns: int, lang: str) -> dict[str, Any]:
    return {
        "check": finding.check,
        "name": finding.name,
        "outcome": finding.outcome,
        "points": _number(finding.points),
        "max_points": _number(finding.max_points),
        "hidden": finding.hidden,
        "expected": finding.answer.expected,
        "observed": finding.answer.observed,
        "evidence": [_cite(cite, began_ns) for cite in finding.answer.cites],
        "why": in_language(finding.why, lang),
        "hint": in_language(finding.hint, lang),
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


def _number(points: float) -> float:
    return int(points) if points == int(points) else points

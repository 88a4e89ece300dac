"""verdict.json: a verdict as plain values, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_json, to_jsonable_python

from kit.verdict import Answer, Cite, Finding, OtherRun, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.compare import Table

VERDICT_FILE = "verdict.json"  # in a run directory


def verdict_text(verdict: Verdict) -> str:
    """Give the content of verdict.json."""
    return to_json(verdict, indent=1).decode() + "\n"


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    row: dict[str, Any] = to_jsonable_python(verdict)
    return row


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """Give the verdict that `verdict_row` wrote down. Raises KeyError, TypeError or ValueError for another thing."""
    return Verdict(
        **{
            **row,
            "findings": tuple(map(_finding, row["findings"])),
            "notes": tuple(row["notes"]),
            "table": None if row["table"] is None else _table(row["table"]),
        }
    )


def _finding(row: Mapping[str, Any]) -> Finding:
    said = row["answer"]
    cites = tuple(_cite(cite) for cite in said["cites"])
    answer = Answer(Outcome(said["outcome"]), said["expected"], said["observed"], cites)
    return Finding(**{**row, "answer": answer, "needs": tuple(row["needs"])})


def _cite(row: Mapping[str, Any]) -> Cite:
    run = row["run"]
    return Cite(**{**row, "run": None if run is None else OtherRun(**run)})


def _table(row: Mapping[str, Any]) -> Table:
    from kit.compare import Cell, Row, Table  # noqa: PLC0415  # few exercises compare

    rows = tuple(
        Row(
            one["name"],
            one["label"],
            tuple(
                Cell(
                    cell["kind"],
                    tuple(cell["numbers"]),
                    None if cell["cite"] is None else _cite(cell["cite"]),
                )
                for cell in one["cells"]
            ),
        )
        for one in row["rows"]
    )
    return Table(tuple(row["columns"]), rows)

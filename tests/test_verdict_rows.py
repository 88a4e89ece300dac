from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kit.verdict import Finding, OtherRun
from kit.verdict_rows import verdict_of, verdict_row, verdict_text
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TABLE, TIMELINE, verdict

ELSEWHERE = replace(
    ORDER,
    answer=replace(
        ORDER.answer,
        cites=tuple(replace(cite, run=OtherRun("roles/server", 7)) for cite in ORDER.answer.cites),
    ),
)


@pytest.mark.parametrize(
    "finding",
    [HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TIMELINE, ELSEWHERE],
    ids=lambda finding: f"{finding.name} {finding.outcome}",
)
def test_a_finding_comes_back_as_it_was(finding: Finding) -> None:
    told = verdict(finding, notes=("limit hit",), feedback="hint", seed="s")
    assert verdict_of(json.loads(verdict_text(told))) == told


def test_a_comparison_comes_back_as_it_was() -> None:
    told = verdict(HANDSHAKE, table=TABLE)
    assert verdict_of(json.loads(verdict_text(told))) == told


@pytest.mark.parametrize("missing", ["findings", "notes", "table"])
def test_what_is_no_verdict_is_an_error(missing: str) -> None:
    row = verdict_row(verdict(HANDSHAKE))
    del row[missing]
    with pytest.raises(KeyError):
        verdict_of(row)

"""claims.yaml: what is wrong with one is told at its place, and the catalogue's own holds what it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.claims.model import FILE, load
from kit.errors import ExerciseError
from kit.exercise import loader
from kit.exercise.model import LANGUAGES

EXERCISES = Path(__file__).parents[2] / "exercises"
DOCUMENTS = Path(__file__).parents[2] / "tests" / "document"
CLAIMS = load(EXERCISES / "claims" / FILE)


def test_there_is_a_verdict_on_every_sentence() -> None:
    assert [claim.verdict for claim in CLAIMS.claims] == [
        *(
            "right",
            "partly",
            "wrong",
            "answered",
            "right",
            "right",
            "right",
            "wrong",
            "partly",
            "partly",
            "answered",
        ),
    ]


def test_every_text_is_there_in_both_languages() -> None:
    texts = [text for claim in CLAIMS.claims for text in (claim.claim, claim.says)]
    assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts)


@pytest.mark.parametrize("name", CLAIMS.exercises)
def test_what_shows_a_claim_is_an_exercise_with_these_checks(name: str) -> None:
    exercise = loader.load(EXERCISES / name)
    named = {
        check
        for claim in CLAIMS.claims
        for proof in claim.shown_by
        if proof.exercise == name
        for check in proof.checks
    }
    assert named <= {check.name for check in exercise.definition.checks}


def test_what_is_measured_beside_it_is_an_exercise() -> None:
    assert CLAIMS.measures == ("queue",)
    assert loader.load(EXERCISES / "claims" / "queue").definition.hosts == ("server", "client")


def test_a_fault_has_its_place(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "document: d\nclaims:\n"
        "  - claim: {en: a}\n    verdict: rigth\n    says: {en: b}\n    shown_by: [{exercise: e, checks: []}]\n"
    )
    with pytest.raises(ExerciseError) as raised:
        load(tmp_path / FILE)
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [(4, 14), (6, 38)]
    assert "did you mean 'right'?" in raised.value.message

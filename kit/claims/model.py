"""What stands in claims.yaml: sentences about sockets, and the exercises that show what is true of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kit.exercise.loader import read_file
from kit.exercise.model import FileName, Text
from kit.exercise.references import Name, Strict

if TYPE_CHECKING:
    from pathlib import Path

FILE = "claims.yaml"
Held = Literal["right", "partly", "wrong", "answered"]  # answered: it was a question


class Proof(Strict):
    """An exercise whose reference shows it, and the checks that must pass for that."""

    exercise: FileName
    checks: Annotated[tuple[Name, ...], Field(min_length=1)]


class Claim(Strict):
    """`quote` is the line of the document; `says` what is true instead, or why it is so."""

    claim: Text
    quote: str = ""
    verdict: Held
    says: Text
    shown_by: Annotated[tuple[Proof, ...], Field(min_length=1)]
    measure: Literal["queue"] | None = None  # and a measurement of many values: the folder beside claims.yaml


class Claims(Strict):
    document: str
    claims: Annotated[tuple[Claim, ...], Field(min_length=1)]

    @property
    def exercises(self) -> tuple[str, ...]:
        """Name each exercise that shows something, once."""
        return tuple(dict.fromkeys(proof.exercise for claim in self.claims for proof in claim.shown_by))

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(claim.measure for claim in self.claims if claim.measure))


def load(path: Path) -> Claims:
    """Read claims.yaml. Raises ExerciseError with its faults, UsageError where it is not there."""
    return read_file(Claims, path, {})

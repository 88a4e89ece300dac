"""How did the program end: with which exit code, or by which signal?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from kit.checks._premise import unstarted
from kit.checks._program import diagnose
from kit.checks._words import exit_cite, exit_words
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence, Exit


class Params(Strict):
    """`code` (0 unless said otherwise) or `signal`, its name with or without SIG."""

    program: ProgramRef
    code: Annotated[int, Field(ge=0, le=255)] | None = None
    signal: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")] | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.code is not None and self.signal is not None:
            raise ValueError("give `code` or `signal`, not both")
        return self

    def fits(self, end: Exit) -> bool:
        if self.signal is None:
            return end.code == (self.code or 0)
        return end.signal is not None and end.signal.removeprefix("SIG") == self.signal.removeprefix("SIG")


def check(evidence: Evidence, params: Params) -> Answer:
    how = (
        f"exit code {params.code or 0}"
        if params.signal is None
        else f"SIG{params.signal.removeprefix('SIG')}"
    )
    expected = f"{params.program} ends with {how}"
    if (skipped := unstarted(evidence, params.program, expected)) is not None:
        return skipped
    end = evidence.exit_of(params.program)
    if end is not None and not end.killed_by_kit and params.fits(end):
        return passed(expected=expected, observed=f"it {exit_words(end)}", cites=(exit_cite(end),))
    story, cites = diagnose(evidence, params.program)
    return fail(expected=expected, observed=story, cites=cites)

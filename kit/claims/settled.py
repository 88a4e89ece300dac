"""Claims and what was measured here -> what is to be said of each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.verdict import Outcome

if TYPE_CHECKING:
    from kit.claims.model import Claim, Claims, Proof
    from kit.claims.record import Measured, Record
    from kit.verdict import Finding


@dataclass(frozen=True, slots=True)
class Shown:
    """What an exercise showed. `measured` None: it was not run here; `missing`: checks that the run did not have."""

    proof: Proof
    measured: Measured | None
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every check passed."""
        passed = all(finding.outcome is Outcome.PASS for finding in self.findings)
        return self.measured is not None and not self.missing and passed


@dataclass(frozen=True, slots=True)
class Settled:
    claim: Claim
    shown: tuple[Shown, ...]

    @property
    def measured(self) -> bool:
        """Whether all that shows it was run here."""
        return all(each.measured is not None for each in self.shown)

    @property
    def holds(self) -> bool:
        """Whether what is said of the claim was seen here."""
        return all(each.holds for each in self.shown)


def settled(claims: Claims, record: Record) -> tuple[Settled, ...]:
    """Give each claim with what was measured."""
    return tuple(
        Settled(claim, tuple(_shown(proof, record.exercises.get(proof.exercise)) for proof in claim.shown_by))
        for claim in claims.claims
    )


def _shown(proof: Proof, measured: Measured | None) -> Shown:
    if measured is None:
        return Shown(proof, None)
    findings = {finding.name: finding for finding in measured.verdict.findings}
    found = tuple(findings[name] for name in proof.checks if name in findings)
    # A run that missed a step says so in a finding of its own, and that says more than the skipped checks.
    if (timeline := findings.get("timeline")) is not None:
        found = (timeline, *found)
    return Shown(proof, measured, found, tuple(name for name in proof.checks if name not in findings))

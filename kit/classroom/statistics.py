"""What a class is stuck on: how often each check failed, and how the scores are spread. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.verdict import Verdict

BINS = 10  # of a histogram: tenths of the full score


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How one check went over many verdicts. `why` is the exercise's text: the idea that is missing where it fails."""

    name: str
    outcomes: Mapping[Outcome, int]
    why: Mapping[str, str]

    @property
    def failed(self) -> int:
        return self.outcomes.get(Outcome.FAIL, 0)


class Statistics:
    """Verdicts are added one by one, and not kept."""

    def __init__(self) -> None:
        self.verdicts = 0
        self.bins = [0] * BINS
        self._checks: dict[str, Counter[Outcome]] = {}
        self._whys: dict[str, Mapping[str, str]] = {}

    def add(self, verdict: Verdict) -> None:
        self.verdicts += 1
        if verdict.outcome in (Outcome.PASS, Outcome.FAIL):
            self.bins[bin_of(verdict.score, verdict.max_score)] += 1
        for finding in verdict.findings:
            self._checks.setdefault(finding.name, Counter())[finding.outcome] += 1
            self._whys.setdefault(finding.name, finding.why)

    @property
    def checks(self) -> list[CheckCount]:
        """Give the checks, the one that failed most often first."""
        found = [CheckCount(name, counts, self._whys[name]) for name, counts in self._checks.items()]
        return sorted(found, key=lambda one: -one.failed)


def bin_of(score: float, max_score: float) -> int:
    """Give the tenth of the full score, 0 to 9; the full score is in the last one."""
    if max_score <= 0:
        return BINS - 1
    return min(int(BINS * score / max_score), BINS - 1)


def statistics_of(verdicts: Iterable[Verdict]) -> Statistics:
    found = Statistics()
    for verdict in verdicts:
        found.add(verdict)
    return found

"""What a class is stuck on: how often each check failed, and how the scores are spread. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.verdict import Verdict

BINS = 11  # of a histogram: tenths of the full score, and the full score itself


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How one check went over many verdicts. `why` is the exercise's text: the idea that is missing where it fails.

    `check` is what kind it is.
    """

    name: str
    check: str
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
        self._kinds: dict[str, str] = {}

    def add(self, verdict: Verdict) -> None:
        self.verdicts += 1
        if verdict.outcome in (Outcome.PASS, Outcome.FAIL):
            self.bins[bin_of(verdict.score, verdict.max_score)] += 1
        for finding in verdict.findings:
            self._checks.setdefault(finding.name, Counter())[finding.outcome] += 1
            self._kinds[finding.name] = finding.check
            if finding.why:  # that of a role is said only where it failed
                self._whys[finding.name] = finding.why

    @property
    def checks(self) -> list[CheckCount]:
        """Give the checks, the one that failed most often first."""
        found = [
            CheckCount(name, self._kinds[name], counts, self._whys.get(name, {}))
            for name, counts in self._checks.items()
        ]
        return sorted(found, key=lambda one: -one.failed)


def bin_of(score: float, max_score: float) -> int:
    """Give the tenth of the full score, 0 to 9; 10 for all of it."""
    if max_score <= 0:
        return BINS - 1
    return min(int((BINS - 1) * score / max_score + 1e-9), BINS - 1)  # 0.7 of 1 is seven tenths


def statistics_of(verdicts: Iterable[Verdict]) -> Statistics:
    found = Statistics()
    for verdict in verdicts:
        found.add(verdict)
    return found

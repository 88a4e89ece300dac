"""Hint after hint about the first check that did not pass: a learner asks for no more than is needed.

What was seen is said unasked. Then come what was expected, the hint, and why it is so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.renderers import Shown

UNASKED = "observed"
ASKED = ("expected", "hint", "why")  # in the order in which they are given


@dataclass(frozen=True, slots=True)
class Help:
    """What there is to say of a check. `unasked` and `hints` are pairs of (key of a word, text)."""

    check: str
    unasked: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    hints: tuple[tuple[str, str], ...]

    def given(self, count: int) -> tuple[tuple[str, str], ...]:
        """Give the first so many hints."""
        return self.hints[:count]


def help_with(rows: Sequence[Shown], began_ns: int) -> Help | None:
    """Give the help that a reader of these findings may have; None where nothing failed that they may see.

    A check that fails is looked at before one that is inconclusive, and a timeline before what it kept from happening.
    """
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        for row in rows:
            if row.outcome is outcome:
                texts = dict(row.texts())
                said = ((UNASKED, texts[UNASKED]),) if UNASKED in texts else ()
                texts.setdefault("hint", _of_what_was_skipped(rows))
                hints = tuple((key, texts[key]) for key in ASKED if texts.get(key))
                return Help(row.label, said, row.places(began_ns), hints)
    return None


def _of_what_was_skipped(rows: Sequence[Shown]) -> str:
    """Give the hint of the first check that a failure kept from being asked; the failure may have none of its own."""
    return next((row.hint for row in rows if row.outcome is Outcome.SKIPPED and row.hint), "")

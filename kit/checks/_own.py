"""A check of an exercise's own: a function in its `checks.py`, whose parameters are what exercise.yaml may say.

It is trusted as the exercise is, and may be wrong: whatever it stumbles over is an unknown answer with the line in
`checks.py`, never a pass. `kit.exercise.own_checks` makes these of the file.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pydantic import ConfigDict

from kit.checks._premise import unstarted, unstarted_host
from kit.checks._words import quoted
from kit.exercise.references import Reference, Strict
from kit.verdict import Answer, inconclusive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Evidence

FILE = "checks.py"


class OwnParams(Strict):
    """What an author asks of an own check. A class of its own for each check, with a field for each parameter."""

    called: ClassVar[str]
    line: ClassVar[int] = 1  # of its definition in `checks.py`
    source: ClassVar[str] = FILE  # as a traceback names the file
    asks: ClassVar[Callable[..., Any]]

    def answer(self, evidence: Evidence) -> Answer:
        """Ask it. Where the run ended before a program or host that it names did anything, nobody knows: it is skipped."""
        expected = f"an answer of {self.called}"
        for skipped in self._unstarted(evidence, expected):
            return skipped
        try:
            given = type(self).asks(
                evidence, **{name: getattr(self, name) for name in type(self).model_fields}
            )
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it stumbles over
            said = traceback.format_exception_only(error)[-1].strip()
            observed = (
                f"{FILE}:{self._line_in(error)}: {said}; mend it, then `kit regrade` judges this run again"
            )
            return inconclusive(expected=expected, observed=observed)
        if not isinstance(given, Answer):
            observed = (
                f"{FILE}:{self.line}: {self.called} gave {quoted(repr(given))}, which is no answer; "
                "end it with `return passed(...)`, `fail(...)` or `inconclusive(...)`"
            )
            return inconclusive(expected=expected, observed=observed)
        return given

    def _unstarted(self, evidence: Evidence, expected: str) -> Iterator[Answer]:
        for name, field in type(self).model_fields.items():
            kinds = {each.kind for each in field.metadata if isinstance(each, Reference)}
            who = getattr(self, name)
            for kind, ask in (("program", unstarted), ("host", unstarted_host)):
                if kind in kinds and (skipped := ask(evidence, who, expected)) is not None:
                    yield skipped

    def _line_in(self, error: BaseException) -> int:
        """Give the innermost line of `checks.py` that an error came through."""
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == self.source and frame.lineno]
        return lines[-1] if lines else self.line


OwnChecks: TypeAlias = Mapping[str, type[OwnParams]]  # by name, of one exercise


class Elsewhere(OwnParams):
    """What was asked of a check whose `checks.py` is not here: a run directory has no code in it."""

    model_config = ConfigDict(extra="allow")
    called = "a check of the exercise's own"

    def answer(self, _evidence: Evidence) -> Answer:
        return inconclusive(
            expected=f"an answer of {self.called}",
            observed=f"it is in the {FILE} of an exercise that is not here, or not in it any more; "
            "go where `kit list` shows the exercise, then `kit regrade` judges this run again",
        )

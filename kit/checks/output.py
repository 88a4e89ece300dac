"""What did the program print?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from kit.checks._premise import unstarted
from kit.checks._program import diagnose
from kit.checks._words import count, output_cite, quoted, sequence
from kit.exercise.model import ONE_OR_MORE
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.evidence.model import Evidence

WAYS = ("equals", "contains", "lines", "matches", "absent")


class Params(Strict):
    """Exactly one of WAYS. `equals` leaves out newlines at the end; `matches` is a regular expression."""

    program: ProgramRef
    stream: Literal["stdout", "stderr"] = "stdout"
    equals: str | None = None
    contains: Annotated[tuple[str, ...], ONE_OR_MORE, Field(min_length=1)] | None = None
    lines: tuple[str, ...] | None = None
    matches: str | None = None
    absent: Annotated[str, Field(min_length=1)] | None = None

    @field_validator("matches")
    @classmethod
    def _a_regular_expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except (re.error, OverflowError) as error:
            raise ValueError(f"not a regular expression: {error}") from None
        except RecursionError:
            raise ValueError("not a regular expression: nested too deeply") from None
        return pattern

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len([way for way in WAYS if getattr(self, way) is not None]) != 1:
            raise ValueError(f"give exactly one of {', '.join(f'`{way}`' for way in WAYS)}")
        return self

    @property
    def way(self) -> str:
        return next(way for way in WAYS if getattr(self, way) is not None)


def check(evidence: Evidence, params: Params) -> Answer:
    wanted, holds = _QUESTIONS[params.way](getattr(params, params.way))
    expected = f"{params.stream} of {params.program} {wanted}"
    if (skipped := unstarted(evidence, params.program, expected)) is not None:
        return skipped
    printed = evidence.output_of(params.program, params.stream).decode("utf-8", "backslashreplace")
    observed = _shown(printed)
    cites = [
        output_cite(line)
        for line in evidence.outputs
        if (line.program, line.stream) == (params.program, params.stream)
    ][-5:]  # the last lines: what follows the difference is seldom long, and the text is shown above
    cut = [
        str(hit) for hit in evidence.limits_hit if (hit.who, hit.limit) == (params.program, "output_bytes")
    ]
    if not holds(printed):
        end = evidence.exit_of(params.program)
        if end is not None and end.code == 0:  # it did all that it meant to: its output says enough
            return fail(expected=expected, observed="; ".join([observed, *cut]), cites=cites)
        story, more = diagnose(evidence, params.program)
        return fail(expected=expected, observed="; ".join([observed, *cut, story]), cites=(*cites, *more))
    if cut and params.way == "absent":  # absence needs the whole output
        return inconclusive(expected=expected, observed=f"{cut[0]}; the rest was not kept", cites=cites)
    return passed(expected=expected, observed=observed, cites=cites)


def _shown(printed: str) -> str:
    if not printed:
        return "it printed nothing"
    lines = _split(printed)
    return (
        quoted(printed.rstrip("\n")) if len(lines) == 1 else f"{count(len(lines), 'line')}: {quoted(printed)}"
    )


def _split(printed: str) -> list[str]:
    """Give the lines as a terminal shows them; str.splitlines would also cut at rarer characters."""
    return [line.removesuffix("\r") for line in printed.removesuffix("\n").split("\n")] if printed else []


def _equals(text: str) -> tuple[str, Callable[[str], bool]]:
    return f"is {quoted(text)}", lambda printed: printed.rstrip("\r\n") == text.rstrip("\r\n")


def _contains(texts: tuple[str, ...]) -> tuple[str, Callable[[str], bool]]:
    return f"contains {' and '.join(map(quoted, texts))}", lambda printed: all(
        text in printed for text in texts
    )


def _lines(lines: tuple[str, ...]) -> tuple[str, Callable[[str], bool]]:
    wanted = f"is exactly the lines {sequence(map(quoted, lines))}" if lines else "is empty"
    return wanted, lambda printed: _split(printed) == list(lines)


def _matches(pattern: str) -> tuple[str, Callable[[str], bool]]:
    return f"matches /{pattern}/", lambda printed: re.search(pattern, printed, re.MULTILINE) is not None


def _absent(text: str) -> tuple[str, Callable[[str], bool]]:
    return f"does not contain {quoted(text)}", lambda printed: text not in printed


_QUESTIONS: dict[str, Callable[..., tuple[str, Callable[[str], bool]]]] = {
    "equals": _equals,
    "contains": _contains,
    "lines": _lines,
    "matches": _matches,
    "absent": _absent,
}

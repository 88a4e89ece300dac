"""Did packets and calls come as these lines say, in the manner of packetdrill?

    trace:
      between: [client, server]          # or short names: {c: client, s: server}
      mode: exact                        # or subsequence, unordered
      lines:
        - c > s S
        - s > c S.
        - c > s .
        - server accept() = ok
        - ...
        - c > s P. 1:10(9)

What a line can be is described in `_trace_lines`. A listed place is meant by its beginning, too, where that
is one place's only. Looked at are the packets between the places, of the protocols (TCP, UDP) that a line has,
each when it was sent; and of calls those that a line names (a line with `=` names the returns, one without
the entries), on sockets of these places. Of all of these

- `exact` wants one a line, in this order, and no other; a line `...` allows any;
- `subsequence` wants one a line, in this order, and allows any others between;
- `unordered` wants one a line in any order, and no other unless there is a line `...`.

A packet happens when it is sent, and a call's entry when it is entered. A return happens after the arrival that
woke the call (by the causes of kit.ladder), anywhere before the thread's next call: a line that says it before
or behind a packet which its kernel sent meanwhile is as right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kit.checks import _trace_lines
from kit.checks._premise import if_whole, unstarted_host, untraced
from kit.checks._program import diagnose
from kit.checks._trace_events import Scene
from kit.checks._trace_lines import CallLine, Gap, Line, Sent
from kit.checks._trace_match import Match, TooManyError, in_any_order, in_order
from kit.checks._words import SHOWN_PACKETS, count, sequence
from kit.exercise.model import Port
from kit.exercise.references import Mentions, Name, PlaceRef, Strict
from kit.verdict import fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.evidence.model import Evidence
    from kit.verdict import Answer

SHOWN_EVENTS = 3  # that a failure sets beside the line that did not fit


def _is_line(text: str) -> str:
    _trace_lines.parse(text)
    return text


LineText = Annotated[
    str,
    Field(description="a line such as c > s S. or server accept() = ok"),
    AfterValidator(_is_line),
    Mentions("program", _trace_lines.programs_in),
]


class Params(Strict):
    """`between` has the places of the lines: hosts, or programs where two are on one host."""

    between: (
        Annotated[tuple[PlaceRef, ...], Field(min_length=2)]
        | Annotated[dict[Name, PlaceRef], Field(min_length=2)]
    )
    port: Port | None = None
    lines: Annotated[tuple[LineText, ...], Field(min_length=1)]
    mode: Literal["exact", "subsequence", "unordered"] = "exact"

    @property
    def places(self) -> dict[str, str]:
        """Give what each name means in a line."""
        return self.between if isinstance(self.between, dict) else {place: place for place in self.between}

    def named(self, name: str) -> list[str]:
        """Give the names that one in a line stands for: one, where it is right."""
        if name in self.places or isinstance(self.between, dict):
            return [name] if name in self.places else []
        return [place for place in self.places if place.startswith(name)]

    @model_validator(mode="after")
    def _lines_are_about_the_places(self) -> Self:
        for number, text in enumerate(self.lines, 1):
            line = _trace_lines.parse(text)
            for name in (line.source, line.target) if isinstance(line, Sent) else ():
                if len(found := self.named(name)) != 1:
                    meant = " and ".join(found) if found else f"none of {', '.join(self.places)}"
                    column = text.index(name) + 1
                    raise ValueError(f"line {number}, column {column}: {name!r} means {meant}")
            if isinstance(line, Gap) and self.mode == "subsequence":
                raise ValueError(
                    f"line {number}: in a subsequence anything may come between; leave `...` out"
                )
        return self

    @property
    def parsed(self) -> tuple[Line, ...]:
        """Give the lines with the names of `places`."""
        return tuple(self._with_places(_trace_lines.parse(text)) for text in self.lines)

    def _with_places(self, line: Line) -> Line:
        if not isinstance(line, Sent):
            return line
        (source,), (target,) = self.named(line.source), self.named(line.target)
        return Sent(source, target, line.protocol, line.flags, line.seq, line.length, line.ack)


def check(evidence: Evidence, params: Params) -> Answer:
    lines = params.parsed
    expected = f"{count(len(lines), 'line')} of the trace, {_MODES[params.mode]}"
    if any(isinstance(line, CallLine) for line in lines) and (no := untraced(evidence, expected)) is not None:
        return no
    scene = Scene(evidence, params.places, params.port)
    for host in scene.hosts:
        if (skipped := unstarted_host(evidence, host, expected)) is not None:
            return skipped
    try:
        match = _matched(params.mode, lines, scene)
    except TooManyError:
        return inconclusive(
            expected=expected, observed="more orders than can be looked at; say more in `lines`"
        )
    cites = [event.cite for event in match.events]
    if match.line is not None:
        return if_whole(evidence, scene.hosts, _mismatch(evidence, params, lines, match))
    answer = passed(expected=expected, observed="each came", cites=cites[:SHOWN_PACKETS])
    others_may_be = params.mode == "subsequence" or (params.mode == "unordered" and Gap() in lines)
    return answer if others_may_be else if_whole(evidence, scene.hosts, answer)


_MODES = {
    "exact": "in order and nothing else",
    "subsequence": "in order",
    "unordered": "in any order",
}


def _matched(mode: str, lines: Sequence[Line], scene: Scene) -> Match:
    chains = scene.chains(lines)
    if mode == "unordered":
        return in_any_order(lines, chains)
    if mode == "exact":
        return in_order(lines, chains)
    spaced = [Gap(), *(each for line in lines for each in (line, Gap()))]
    match = in_order(spaced, chains)
    return match if match.line is None else Match(match.line // 2, match.events)


def _mismatch(evidence: Evidence, params: Params, lines: Sequence[Line], match: Match) -> Answer:
    """Set the first line that did not fit beside what came."""
    at = match.line or 0
    came = match.events[:SHOWN_EVENTS]
    more = len(match.events) - len(came)
    seen = sequence((event.what.words for event in came), "nothing more")
    seen += f", and {count(more, 'other')}" if more else ""
    cites = [event.cite for event in came]
    if at == len(lines):
        expected = f"nothing but the {count(len(lines), 'line')} of the trace"
        return fail(expected=expected, observed=f"also {seen}", cites=cites)
    line = lines[at]
    expected = f"line {at + 1} of the trace: {params.lines[at]}"
    if isinstance(line, CallLine) and not any(line.fits(event.what) for event in match.events):
        story, more_cites = diagnose(evidence, line.program)
        return fail(expected=expected, observed=f"{seen}; {story}", cites=[*cites, *more_cites])
    return fail(expected=expected, observed=seen, cites=cites)

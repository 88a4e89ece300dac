"""How long did it take from one event to another?

A lower bound is a claim about the program or the protocol: a pause, a timer, a retransmission. An upper
bound is also one about the machine, which may be slow at any moment: so it wants a reason, and far more
time than the thing needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from kit.checks._events import CallEvent, PacketEvent, find, missing, untraced_among
from kit.exercise.references import Strict
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.verdict import Answer

_NS_PER_MS = 1_000_000

Milliseconds = Annotated[float, Field(ge=0)]


class Params(Strict):
    """`because` says why an upper bound holds on any machine, and goes with `at_most_ms`."""

    model_config = Strict.model_config | {"populate_by_name": True}

    from_: Annotated[CallEvent | PacketEvent, Field(alias="from")]
    to: CallEvent | PacketEvent
    at_least_ms: Milliseconds | None = None
    at_most_ms: Milliseconds | None = None
    because: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _bounds_that_can_hold(self) -> Self:
        if self.at_least_ms is None and self.at_most_ms is None:
            raise ValueError("give `at_least_ms`, `at_most_ms` or both")
        if self.at_most_ms is not None and self.because is None:
            raise ValueError("`at_most_ms` needs a `because`: why a slow machine cannot break it")
        if self.at_most_ms is None and self.because is not None:
            raise ValueError("`because` is the reason of `at_most_ms`; there is none")
        if None not in (self.at_least_ms, self.at_most_ms) and (self.at_least_ms or 0) > (
            self.at_most_ms or 0
        ):
            raise ValueError(f"`at_least_ms` {self.at_least_ms:g} is above `at_most_ms` {self.at_most_ms:g}")
        return self

    @property
    def words(self) -> str:
        """Say the bounds: `at least 1000 ms and at most 9000 ms (the kernel's timer)`."""
        low = [] if self.at_least_ms is None else [f"at least {self.at_least_ms:g} ms"]
        high = [] if self.at_most_ms is None else [f"at most {self.at_most_ms:g} ms ({self.because})"]
        return " and ".join(low + high)


def check(evidence: Evidence, params: Params) -> Answer:
    events = params.from_, params.to
    expected = f"{params.words} from when {params.from_.words} to when {params.to.words}"
    if (premise := untraced_among(evidence, events, expected)) is not None:
        return premise
    first, then = (find(evidence, event) for event in events)
    if first is None:
        return missing(evidence, expected, params.from_)
    if then is None:
        return missing(evidence, expected, params.to)
    took_ms = (then.time_ns - first.time_ns) / _NS_PER_MS
    low = 0 if params.at_least_ms is None else params.at_least_ms
    right = low <= took_ms and (params.at_most_ms is None or took_ms <= params.at_most_ms)
    observed = f"{took_ms:.3f} ms" if took_ms >= 0 else f"the other way round, {-took_ms:.3f} ms apart"
    return (passed if right else fail)(expected=expected, observed=observed, cites=[first.cite, then.cite])

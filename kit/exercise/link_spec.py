"""What an author writes of the link: one rule, as typed values. See `kit.exercise.model`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kit.exercise.references import HostRef, Name, Strict

Nth = Annotated[int, Field(ge=1, le=1_000_000)]
LONGEST_DELAY_MS = 2000  # below the time that a run waits for its last packets
LINK_RULES = ("drop", "delay", "duplicate", "reorder", "corrupt", "hold", "rate", "netem")


class Chosen(Strict):
    """Which packets of a direction: the n-th `packet`, or the n-th TCP `segment` or UDP `datagram` with payload.

    A packet that is sent once more counts once more. `count` is how many from there on, `all` for no end.
    """

    packet: Nth | None = None
    segment: Nth | None = None
    datagram: Nth | None = None
    count: Nth | Literal["all"] = 1

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if [self.packet, self.segment, self.datagram].count(None) != 2:
            raise ValueError(
                "say which one: `packet`, `segment` or `datagram` with its number, one of the three"
            )
        return self

    @property
    def counts(self) -> str:
        return next(name for name in ("packet", "segment", "datagram") if getattr(self, name) is not None)

    @property
    def first(self) -> int:
        return int(getattr(self, self.counts))

    @property
    def last(self) -> int | None:
        return None if self.count == "all" else self.first + self.count - 1


class Delayed(Chosen):
    ms: Annotated[float, Field(gt=0, le=LONGEST_DELAY_MS)]


class Held(Chosen):
    """From there on all are held, until the step `release` with this name."""

    until: Name
    count: Literal["all"] = "all"


class Rated(Strict):
    bytes_per_s: Annotated[int, Field(ge=100, le=1 << 32)]


Percent = Annotated[
    str,
    Field(
        pattern=r"^(?:100(?:\.0{1,4})?|[0-9]{1,2}(?:\.[0-9]{1,4})?)%$",
        description="a percentage from 0% to 100%, such as 5% or 0.1%",
    ),
]
Milliseconds = Annotated[float, Field(gt=0, le=LONGEST_DELAY_MS)]


class Chances(Strict):
    """What tc-netem(8) does to each packet of a direction by chance. `seed` makes the draws the same each time, where
    this kernel knows how; without one it is drawn from the run's.
    """

    loss: Percent | None = None
    delay_ms: Milliseconds | None = None
    jitter_ms: Milliseconds | None = None  # each delay is as much shorter or longer, at most
    duplicate: Percent | None = None
    reorder: Percent | None = None  # so many go on at once, past those that are delayed
    corrupt: Percent | None = None  # one bit is inverted
    seed: Annotated[int, Field(ge=1, le=(1 << 32) - 1)] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        acts = (self.loss, self.delay_ms, self.duplicate, self.reorder, self.corrupt)
        delay_ms, jitter_ms = self.delay_ms or 0, self.jitter_ms or 0
        if jitter_ms > delay_ms:
            raise ValueError("`jitter_ms` is around a delay; say `delay_ms`, at least as long")
        if self.reorder is not None and self.delay_ms is None:
            raise ValueError("`reorder` lets packets overtake those that are delayed; say `delay_ms`, too")
        if not any(act is not None for act in acts):
            raise ValueError("say what netem does: loss, delay_ms, duplicate, reorder, corrupt")
        if delay_ms + jitter_ms > LONGEST_DELAY_MS:
            raise ValueError(f"`delay_ms` and `jitter_ms` together are at most {LONGEST_DELAY_MS}")
        return self


class LinkSpec(Strict):
    """One rule for the IPv4 packets from one host to another (kit.tap.direction). With `filter`, in the language of the
    check `count`, only packets that fit are counted."""

    model_config = Strict.model_config | {"populate_by_name": True}

    from_: Annotated[HostRef, Field(alias="from")]
    to: HostRef
    filter: str | None = None
    drop: Chosen | None = None
    delay: Delayed | None = None
    duplicate: Chosen | None = None
    reorder: Chosen | None = None
    corrupt: Chosen | None = None
    hold: Held | None = None
    rate: Rated | None = None
    netem: Chances | None = None

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        if len([name for name in LINK_RULES if getattr(self, name) is not None]) != 1:
            raise ValueError(f"say what the link does: one of {', '.join(LINK_RULES)}")
        if self.do in ("rate", "netem") and self.filter is not None:
            raise ValueError(f"`{self.do}` is for all packets of the direction; leave `filter` out")
        return self

    @property
    def do(self) -> str:
        return next(name for name in LINK_RULES if getattr(self, name) is not None)

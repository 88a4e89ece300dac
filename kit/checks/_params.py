"""Parameters that several checks share."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from kit.checks._words import count
from kit.exercise.model import Port
from kit.exercise.references import HostRef, Strict

LETTERS = "FSRPUEW."  # of kit.packets.model.Flags, in its order


def _in_order(letters: str) -> str:
    if not letters or set(letters) - set(LETTERS):
        raise ValueError(
            f"flags are letters of `{LETTERS}`, as tcpdump writes them: `S`, `S.`, `P.`, `F.`, `R`, `.`"
        )
    return "".join(letter for letter in LETTERS if letter in letters)


FlagLetters = Annotated[str, AfterValidator(_in_order)]


Number = Annotated[int, Field(ge=0)]


def _low_to_high(low: int, high: int | None) -> None:
    if high is not None and low > high:
        raise ValueError(f"`min` {low} is above `max` {high}")


class Range(Strict):
    min: Number = 0
    max: Number | None = None

    @model_validator(mode="after")
    def _low_to_high(self) -> Self:
        _low_to_high(self.min, self.max)
        return self

    def words(self, noun: str) -> str:
        """Say how many are meant: `at least 2 segments`."""
        if self.max is None:
            return f"at least {count(self.min, noun)}"
        if self.min == self.max:
            return count(self.min, noun)
        return f"{self.min} to {count(self.max, noun)}" if self.min else f"at most {count(self.max, noun)}"


def amount(name: str, exactly: int | None, low: int | None, high: int | None) -> Range:
    """Give how many are meant where `name`, or `min`, `max` or both say it. Raises ValueError."""
    if (exactly is None) == (low is None and high is None):
        raise ValueError(f"give `{name}`, or `min`, `max` or both")
    if exactly is not None:
        return Range(min=exactly, max=exactly)
    _low_to_high(low or 0, high)
    return Range(min=low or 0, max=high)


class Between(Strict):
    """Two hosts and, where several connections lie between them, the server's port."""

    model_config = Strict.model_config | {"populate_by_name": True}

    from_: Annotated[HostRef, Field(alias="from")]
    to: HostRef
    port: Port | None = None

    @property
    def words(self) -> str:
        """Say the direction: `from client1 to server, port 8001`."""
        return f"from {self.from_} to {self.to}" + ("" if self.port is None else f", port {self.port}")

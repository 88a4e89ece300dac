"""Names in an exercise that must mean something: a field's type says what, the loader looks them up.

A model writes `host: HostRef`; for a name that is none, the loader says the nearest right one, at its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Reference:
    kind: Literal["host", "program", "place", "snapshot", "check", "hold"]


@dataclass(frozen=True, slots=True)
class Mentions:
    """A text in a language of its own, which names things: `find` gives the names.

    It gives none for a text that it cannot read: the field's own validator says what is wrong there.
    """

    kind: Literal["host", "program", "place", "snapshot", "check", "hold"]
    find: Callable[[str], Iterable[str]]


HostRef = Annotated[str, Reference("host")]
ProgramRef = Annotated[str, Reference("program")]
PlaceRef = Annotated[str, Reference("place")]  # a program or a host; a program means its host
SnapshotRef = Annotated[str, Reference("snapshot")]
HoldRef = Annotated[str, Reference("hold")]  # the `until` of a rule of the link
CheckRef = Annotated[str, Reference("check")]  # the name of a finding

Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_-]{0,30}$",
        description="a name (lower-case letters, digits, - and _; a letter first; at most 31)",
    ),
]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys: the base of everything an author writes."""

    # built at first use: a run needs a few of the vocabulary's models, and building all costs 30 ms
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

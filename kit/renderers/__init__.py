"""Ways to write verdicts down: a format is one file here, and its name is what a user types.

Each file has `render(verdicts, options)`, which gives pieces of text as the verdicts arrive: a piece a verdict, and
where the format is one document its head before and its foot after them. A batch of any size takes no more memory
than one verdict. Each says by `AUDIENCE` who reads it unless the user says otherwise. Pure: values in, text out;
where the text goes is the command's business. A file whose name begins with `_` is a helper.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from kit.renderers._inert import inert, inert_line
from kit.renderers._shown import Shown, Told, told
from kit.renderers._words import in_language, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.verdict import Verdict

__all__ = [
    "AUDIENCES",
    "Audience",
    "Options",
    "Renderer",
    "Shown",
    "Told",
    "in_language",
    "inert",
    "inert_line",
    "load",
    "names",
    "told",
    "word",
]

Audience: TypeAlias = Literal["student", "teacher"]
AUDIENCES: tuple[Audience, ...] = ("student", "teacher")


@dataclass(frozen=True, slots=True)
class Options:
    """For whom it is written. `width` is in columns of a terminal. A student is told nothing of hidden checks but
    that they are there and what they weigh, and of a failure as much as the exercise's `feedback` says."""

    lang: str = "en"
    width: int = 80
    colour: bool = False
    audience: Audience = "student"


class Renderer(Protocol):
    """What every module of this package provides."""

    AUDIENCE: Audience

    @staticmethod
    def render(verdicts: Iterable[Verdict], options: Options, /) -> Iterator[str]: ...


@cache
def names() -> tuple[str, ...]:
    """Give every format's name, sorted."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    )


def load(name: str) -> Renderer:
    """Import one format. Raises KeyError for a name that is none."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"{__name__}.{name}")  # type: ignore[return-value]

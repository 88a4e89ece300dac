"""Ways to write a verdict down: a format is one file here, and its name is what a user types.

Each file has `render(verdict, options) -> str`, text with its last newline. Pure: values in, text out;
where the text goes is the command's business. A file whose name begins with `_` is a helper.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from kit.renderers._inert import inert, inert_line
from kit.renderers._words import in_language, word

if TYPE_CHECKING:
    from kit.verdict import Verdict

__all__ = ["Options", "Renderer", "in_language", "inert", "inert_line", "load", "names", "word"]


@dataclass(frozen=True, slots=True)
class Options:
    """For whom it is written. `width` is in columns of a terminal."""

    lang: str = "en"
    width: int = 80
    colour: bool = False


class Renderer(Protocol):
    """What every module of this package provides."""

    @staticmethod
    def render(verdict: Verdict, options: Options, /) -> str: ...


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

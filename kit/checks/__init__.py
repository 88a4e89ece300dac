"""The vocabulary of checks: a check is one file here, and its name is what an author types.

Each file has

- `Params`: a frozen pydantic model of what the author may say (`host: HostRef`, `length: int`, ...);
- `check(evidence, params) -> Answer`: the question itself. Pure; it never sees a backend.

Absence is concluded only from a whole capture; what the evidence cannot answer is inconclusive.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pydantic import BaseModel

    from kit.evidence.model import Evidence
    from kit.verdict import Answer


class Check(Protocol):
    """What every module of this package provides."""

    Params: type[BaseModel]

    @staticmethod
    def check(evidence: Evidence, params: BaseModel, /) -> Answer: ...


@cache
def names() -> tuple[str, ...]:
    """Give every check's name, sorted; a file whose name begins with `_` is a helper, not a check."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    )


def load(name: str) -> Check:
    """Import one check. Raises KeyError for a name that is none."""
    if name not in names():
        raise KeyError(name)
    return importlib.import_module(f"{__name__}.{name}")  # type: ignore[return-value]

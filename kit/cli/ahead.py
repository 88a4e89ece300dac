"""Imports beside a run, which mostly waits, what is needed when it has ended."""

from __future__ import annotations

import importlib
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURE = ("kit.ladder.build", "kit.renderers._ladder")
HOSTS_ARE_UP = 2  # the stage that a run tells then; before, kit itself has much to do


def importing(tell: Callable[[str], None], *modules: str) -> Callable[[str], None]:
    """Give what tells `tell` of a run's stages, and begins when its hosts are up."""
    stages = 0

    def told(stage: str) -> None:
        nonlocal stages
        stages += 1
        if stages == HOSTS_ARE_UP:
            threading.Thread(target=_import_all, args=modules, name="kit-ahead", daemon=True).start()
        tell(stage)

    return told


def _import_all(*modules: str) -> None:
    with suppress(Exception):  # what cannot be imported is told where it is needed
        for name in modules:
            importlib.import_module(name)

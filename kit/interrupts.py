"""When a signal that asks kit to end may end it.

A signal's handler may raise anywhere, also between two lines of a library that has just taken a lock: the
clean-up that needs the same lock then waits for ever. So while a lab is up, the wish is only noted, whoever
waits is woken, and the exception is raised where nothing is held. Signals belong to the process, and so
does this.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_wakers: list[Callable[[], object]] = []  # of the labs that are up
_asked: list[BaseException] = []


def ask(error: BaseException) -> None:
    """Ask for the end; to be called by a signal's handler. Raises at once where no lab is up."""
    if not _wakers:
        raise error
    _asked.append(error)
    for wake in _wakers:
        wake()


def check() -> None:
    """Raise what was asked for, each time until kit ends. To be called where nothing is held."""
    if _asked:
        raise _asked[-1]


@contextmanager
def held(wake: Callable[[], object]) -> Iterator[None]:
    """Hold signals back in the `with`; `wake` ends whatever is waited for (it must be reentrant)."""
    _wakers.append(wake)
    try:
        yield
    finally:
        _wakers.remove(wake)
        check()  # whatever trouble the clean-up had: the wish stays

"""When a signal that asks kit to end may end it.

A signal's handler may raise anywhere, also between two lines of a library that has just taken a lock: the
clean-up that needs the same lock then waits for ever. So while a lab is up, the wish is only noted, whoever
waits is woken, and the exception is raised where nothing is held. Signals belong to the process, and so
does this.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # what asks a process to end, and may be answered

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


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        """Take the signal's number."""
        self.signal = signal.Signals(number)
        super().__init__(f"stopped by {self.signal.name}")


class Listener:
    """Turns the first of these signals into `Stopped`, and lets no later one disturb the clean-up."""

    def __init__(self, numbers: Iterable[signal.Signals] = ASKING) -> None:
        """Listen from now on. Only the main thread may."""
        self.heard = False
        self._before = {number: signal.signal(number, self._hear) for number in numbers}

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.heard = True
        for later in self._before:
            signal.signal(later, signal.SIG_IGN)
        ask(Stopped(number))

    def end(self) -> None:
        """Let signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


@contextmanager
def stoppable() -> Iterator[None]:
    """Listen in the `with`, in a process of somebody else's: a signal that it ignores stays ignored, and after the
    `with` everything is as before, whatever was heard. In another thread than the main one, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    theirs = (signal.SIG_IGN, None)  # None: a handler that is not Python's, which could not be given back
    listener = Listener([number for number in ASKING if signal.getsignal(number) not in theirs])
    try:
        yield
    finally:
        listener.end()
        _asked.clear()

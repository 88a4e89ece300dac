"""For what an event loop waits: the calls that an epoll set holds back. Pure.

An event loop asks the kernel which of its sockets is ready, and calls accept or recv only then. Who sits in epoll_wait with
a listening socket in the set waits to accept, as one that sits in accept does (man 7 epoll). Where the set is
edge-triggered, as Go's is, every socket is in it for everything: there a call that found nothing (EAGAIN) tells.

A poll or select is another matter: whoever writes one has a time limit, or something else to do, and does not sit in the
call after it. Python's settimeout is a poll, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.evidence import strace_text as text
from kit.evidence.model import CALL_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.strace_text import Descriptor, Result

_CONTROL = re.compile(
    r"(\d{1,10})<anon_inode:\[eventpoll\]>, EPOLL_CTL_(ADD|MOD|DEL), (\d{1,10})(.*)", re.DOTALL
)
_EVENTS = re.compile(r"\{events=([A-Z|]+)")
_EPOLL = re.compile(r"(\d{1,10})<anon_inode:\[eventpoll\]>")
_MOVES = frozenset({"accept", "recv", "send", "connect"})
_NOT_YET = frozenset({"EAGAIN", "EINPROGRESS"})


@dataclass(frozen=True, slots=True)
class _Known:
    """A socket as its last call showed it. `tried`: the kind of the last call that moves, where it found nothing."""

    descriptor: Descriptor
    listens: bool = False
    tried: str = ""


class Awaited:
    """What is known of one program's sockets, and which of them its epoll sets have."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._sets: dict[int, dict[int, str]] = {}  # epoll descriptor -> socket -> events

    def note(self, name: str, result: Result) -> None:
        """Take a call that has returned."""
        if name == "epoll_ctl":
            self._control(result)
            return
        if result.descriptor is not None:
            self._forget(result.descriptor.number)
            self._known[result.descriptor.number] = _Known(result.descriptor)
        named = text.first_descriptor(result.arguments)
        if named is None:
            return
        if name == "close":
            self._forget(named.number)
            return
        kind = CALL_KINDS.get(name, name)
        before = self._known.get(named.number)
        tried = before.tried if before else ""
        if kind in _MOVES:
            tried = kind if result.error in _NOT_YET else ""
        elif (
            name == "getsockopt" and "SO_ERROR" in result.arguments
        ):  # how a connect ended (connect(2), EINPROGRESS)
            tried = ""
        listens = (before is not None and before.listens) or (name == "listen" and result.error is None)
        self._known[named.number] = _Known(named, listens, tried)

    def _control(self, result: Result) -> None:
        found = _CONTROL.fullmatch(result.arguments)
        if found is None or result.error is not None:
            return
        watched = self._sets.setdefault(int(found[1]), {})
        events = _EVENTS.search(found[4])
        if found[2] == "DEL" or events is None:
            watched.pop(int(found[3]), None)
        else:
            watched[int(found[3])] = events[1]

    def _forget(self, number: int) -> None:
        self._known.pop(number, None)
        self._sets.pop(number, None)
        for watched in self._sets.values():
            watched.pop(number, None)

    def by(self, arguments: str) -> tuple[str, ...]:
        """Give the kinds of calls that a wait on an epoll set holds back, by the wait's arguments."""
        epoll = _EPOLL.match(arguments)
        watched = self._sets.get(int(epoll[1]), {}) if epoll else {}
        found = {each for number, events in watched.items() for each in self._of(number, events)}
        return tuple(sorted(found))

    def _of(self, number: int, events: str) -> Iterator[str]:
        known = self._known.get(number)
        if known is None:
            return
        if "EPOLLET" in events or known.tried == "connect":
            yield from [known.tried] if known.tried else []
            return
        if "IN" in events:
            yield "accept" if known.listens else "recv"
        if "OUT" in events:
            yield "send"

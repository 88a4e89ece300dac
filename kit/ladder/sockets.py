"""Which conversation a call is about, and which program holds an end of one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Call, Evidence
    from kit.ladder.wire import Talk
    from kit.packets.model import Endpoint

    Place = tuple[str, str, int]  # host, protocol, port

_BEFORE = frozenset({"accept", "recv", "poll", "select", "epoll_wait"})


class Held(NamedTuple):
    """An end of a conversation, as one side's calls name it."""

    talk: Talk
    end: Endpoint


class Sockets:
    """The join of calls and conversations, by what strace printed of the descriptors."""

    def __init__(self, evidence: Evidence, talks: tuple[Talk, ...]) -> None:
        self._evidence = evidence
        self._by_ends: dict[tuple[Place, Endpoint], list[Held]] = defaultdict(list)
        for talk in talks:
            for end, host in ((talk.client, talk.client_host), (talk.server, talk.server_host)):
                self._by_ends[(host, talk.protocol, end.port), talk.peer(end)].append(Held(talk, end))
        self._connected: dict[tuple[Place, Endpoint], str] = {}
        self._bound: dict[Place, str] = {}
        for call in evidence.calls:
            self._learn(call)

    def _learn(self, call: Call) -> None:
        if call.local is None or call.protocol is None:
            return
        place = self._place(call)
        remote = call.remote or call.peer
        if remote is not None:
            self._connected.setdefault((place, remote), call.program)
        self._bound.setdefault(place, call.program)

    def _place(self, call: Call) -> Place:
        port = call.local.port if call.local else 0
        return self._evidence.programs[call.program].host, call.protocol or "tcp", port

    def held(self, call: Call) -> Held | None:
        """Give the conversation that a call speaks in; None for a listener's, and where nothing was on the wire.

        Where the same two ends met several times, it is the meeting that had begun by then; a connect
        begins the next one.
        """
        remote = call.remote or call.peer
        if remote is None:
            return None
        meetings = self._by_ends.get((self._place(call), remote), [])
        if call.local is None:
            meetings = list(self._attempts(call, remote))
        if call.kind == "connect":
            return next((held for held in meetings if held.talk.began_ns >= call.enter_ns), None)
        # An accept, and the first receive of a UDP socket, are entered before the conversation begins.
        until = max(call.enter_ns, call.return_ns or 0) if call.kind in _BEFORE else call.enter_ns
        begun = [held for held in meetings if held.talk.began_ns <= until]
        return begun[-1] if begun else next(iter(meetings), None)

    def unnamed(self, call: Call) -> tuple[Place, list[Held]] | None:
        """Give the place of a receive that does not say from whom (recv on a UDP socket that is not connected), and
        all that may have come to it; None for any other call."""
        if call.kind != "recv" or call.protocol != "udp" or call.remote or call.peer or call.local is None:
            return None
        place = self._place(call)
        return place, [
            held for (at, _), meetings in self._by_ends.items() if at == place for held in meetings
        ]

    def _attempts(self, call: Call, remote: Endpoint) -> Iterator[Held]:
        """Give what a connect that failed may have begun: strace never learned its own port."""
        host = self._evidence.programs[call.program].host
        for (place, peer), meetings in self._by_ends.items():
            if peer == remote and place[:2] == (host, call.protocol):
                yield from (held for held in meetings if held.end == held.talk.client)

    def program(self, talk: Talk, end: Endpoint) -> str | None:
        """Give the program that holds this end: by its calls on the connection, else by who had bound the port."""
        place = talk.host_of(end), talk.protocol, end.port
        return self._connected.get((place, talk.peer(end))) or self._bound.get(place)

"""What a trace is held against: the packets between its places, and the calls that its lines name."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from kit.checks._peers import host_at, host_of_place, spoke_from
from kit.checks._trace_lines import Called, CallLine, Sent
from kit.checks._trace_match import Event
from kit.checks._wire import conversations_at
from kit.checks._words import call_cite, packet_cite
from kit.ladder.build import build
from kit.ladder.model import Arrived, CallReturned
from kit.packets.model import Flags
from kit.verdict import Cite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kit.checks._trace_lines import Line
    from kit.evidence.model import Call, Evidence, Protocol
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet


class Scene:
    """A run as a trace sees it: `places` are the names in its lines and the host or program that each means."""

    def __init__(self, evidence: Evidence, places: Mapping[str, str], port: int | None) -> None:
        self._evidence = evidence
        self._places = places
        self._hosts = {name: host_of_place(evidence, place) for name, place in places.items()}
        self._port = port

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._hosts.values()))

    def chains(self, lines: Sequence[Line]) -> list[list[Event]]:
        """Give the packets of the protocols that a line has, and the calls that a line names, by thread."""
        protocols: set[Protocol] = {line.protocol for line in lines if isinstance(line, Sent)}
        packets = [event for host in self.hosts for event in self._sent(host, protocols)]
        packets.sort(key=lambda event: event.earliest_ns)
        return [packets, *self._calls([line for line in lines if isinstance(line, CallLine)])]

    def _sent(self, host: str, protocols: set[Protocol]) -> Iterator[Event]:
        """Give what left a host, in its own capture: the time there is when it was sent."""
        for conversation in conversations_at(self._evidence, host):
            if conversation.protocol not in protocols or self._port not in (None, conversation.server.port):
                continue
            names = {
                end: self._name(host, end, conversation) for end in (conversation.client, conversation.server)
            }
            for packet in conversation.packets:
                source, target = packet.source, packet.target
                if source is None or target is None or host_at(self._evidence, host, source) != host:
                    continue
                if (ends := (names[source], names[target])) != (None, None) and None not in ends:
                    what = _sent(conversation, packet, str(ends[0]), str(ends[1]))
                    cite = packet_cite(host, packet)
                    yield Event(what, cite, packet.time_ns, packet.time_ns)

    def _name(self, host: str, end: Endpoint, conversation: Conversation) -> str | None:
        """Give what the lines call an end: by its host, and where several are on it, by who spoke from there."""
        at = host_at(self._evidence, host, end)
        names = [name for name, place in self._hosts.items() if place == at]
        if len(names) < 2:
            return names[0] if names else None
        peer = conversation.peer(end)
        spoke = [name for name in names if spoke_from(self._evidence, self._places[name], end)]
        return next((name for name in spoke if self._speaks_with(self._places[name], peer)), None)

    def _speaks_with(self, program: str, peer: Endpoint) -> bool:
        return any(peer in (call.remote, call.peer) for call in self._evidence.calls_of(program))

    def _calls(self, lines: Sequence[CallLine]) -> Iterator[list[Event]]:
        """Give the named calls of each thread; its other calls only bound when these ended."""
        threads: dict[tuple[str, int], list[Call]] = defaultdict(list)
        for call in self._evidence.calls:
            threads[call.program, call.pid].append(call)
        for (program, _), calls in threads.items():
            own = [line for line in lines if line.program == program]
            behind = [*(call.enter_ns for call in calls[1:]), math.inf]
            yield [
                event
                for call, next_ns in zip(calls, behind, strict=True)
                if self._is_here(call)
                for event in _moments(call, self._woken_ns.get(call.number, 0), next_ns)
                if any(_about(line, event.what) for line in own)
            ]

    @cached_property
    def _woken_ns(self) -> dict[int, int]:
        """Give, by call, when the last packet arrived that it waited for."""
        events = build(self._evidence).events
        arrivals = {
            event.call: [cause.time_ns for at in event.cause if isinstance(cause := events[at], Arrived)]
            for event in events
            if isinstance(event, CallReturned)
        }
        return {call: max(times_ns) for call, times_ns in arrivals.items() if times_ns}

    def _is_here(self, call: Call) -> bool:
        """Whether a call is about the places: its socket has no peer yet, or one that is among them."""
        remote = call.remote or call.peer
        if remote is None:
            return True
        at = host_at(self._evidence, self._evidence.programs[call.program].host, remote)
        ports = {remote.port} | ({call.local.port} if call.local else set())
        return at in self.hosts and (self._port is None or self._port in ports)


def _sent(conversation: Conversation, packet: Packet, source: str, target: str) -> Sent:
    if packet.tcp is None:
        return Sent(source, target, "udp", length=packet.udp.length if packet.udp else 0)
    seq, ack = conversation.relative(packet)
    acknowledges = ack if packet.tcp.flags & Flags.ACK else None
    return Sent(source, target, "tcp", packet.tcp.flags.letters, seq, packet.tcp.length, acknowledges)


def _moments(call: Call, woken_ns: int, next_ns: float) -> Iterator[Event]:
    """Give a call's entry, which is before the kernel acts, and its return.

    When it really returned no clock says well (strace takes the time before its own work on the line): after
    its entry and after the arrival that woke it, and before its thread entered the next call.
    """
    entered = Cite(call_cite(call).text, program=call.program, call=call.number, time_ns=call.enter_ns)
    yield Event(Called(call, "enter"), entered, call.enter_ns, call.enter_ns)
    if call.return_ns is not None and call.result is not None:
        earliest_ns = min(max(call.enter_ns, woken_ns + 1), next_ns)
        yield Event(Called(call, "return"), call_cite(call), earliest_ns, next_ns)


def _about(line: CallLine, what: object) -> bool:
    """Whether a line asks of this call's family, at the entry or at the return, however it went."""
    if not isinstance(what, Called) or line.call not in (what.call.kind, what.call.name):
        return False
    return (line.outcome is None) == (what.at == "enter")

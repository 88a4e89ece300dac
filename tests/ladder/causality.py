"""Whether a ladder puts effects behind causes, asked of the evidence anew: nothing here uses the builder's joins.

What a packet or a return needs is counted: bytes that were given to the kernel before the segment that
carries them, bytes that had arrived before the receive that took them, datagrams, SYNs, FINs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from kit.ladder.model import Arrived, CallBegan, CallReturned, Ladder, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Call, Evidence
    from kit.packets.model import Endpoint


def violations(evidence: Evidence, ladder: Ladder) -> list[str]:
    return [*_Walk(evidence).over(ladder), *_out_of_sequence(evidence, ladder)]


class _Walk:
    """Walks a ladder from its beginning, and counts what there is for an effect to be caused by."""

    def __init__(self, evidence: Evidence) -> None:
        self.calls = {call.number: call for call in evidence.calls}
        self.hosts = {fact.address: fact.name for fact in evidence.hosts.values()}
        self.given: dict[object, int] = defaultdict(int)  # bytes that programs gave, by connection and way
        self.all_given: dict[object, int] = defaultdict(int)
        for call in evidence.calls:
            if call.kind == "send":
                self.all_given[_way(call)] += max(0, call.result or 0) if call.result is not None else 1 << 40
        self.closing: set[object] = set()
        self.all_closing = {_way(call) for call in evidence.calls if call.kind in ("close", "shutdown")}
        self.connecting: set[Endpoint | None] = set()
        self.all_connecting = {call.peer for call in evidence.calls if call.kind == "connect"}
        self.came: dict[object, list[tuple[int, int]]] = defaultdict(list)
        self.finished: set[object] = set()
        self.answered: set[tuple[Endpoint, Endpoint]] = set()
        self.established: set[object] = set()
        self.taken: dict[object, int] = defaultdict(int)
        self.datagrams: dict[object, int] = defaultdict(int)
        self.segments: dict[int, Segment] = {}

    def over(self, ladder: Ladder) -> Iterator[str]:
        for place, event in enumerate(ladder.events):
            if any(cause >= place for cause in event.cause):
                yield f"{place}: stands before a cause of its own"
            match event:
                case CallBegan():
                    self._began(self.calls[event.call])
                case Segment():
                    self.segments[event.number] = event
                    yield from (f"{place}: {event.label}: {why}" for why in self._sent(event))
                case Arrived():
                    if event.segment not in self.segments:
                        yield f"{place}: arrives before it was sent"
                    else:
                        self._arrived(self.segments[event.segment])
                case CallReturned():
                    call = self.calls[event.call]
                    yield from (f"{place}: {call.program} {call.name}: {why}" for why in self._returned(call))

    def _began(self, call: Call) -> None:
        if call.kind == "connect":
            self.connecting.add(call.peer)
        if call.kind == "send":
            self.given[_way(call)] += max(0, call.result) if call.result is not None else 1 << 40
        if call.kind in ("close", "shutdown"):
            self.closing.add(_way(call))

    def _sent(self, event: Segment) -> Iterator[str]:
        way = event.source, event.target
        if event.flags == "S" and event.target in self.all_connecting - self.connecting:
            yield "no connect was entered"
        if event.protocol == "tcp" and event.length and event.seq is not None:
            end = event.seq - 1 + event.length
            if self.given[way] < end <= self.all_given[way]:
                yield f"carries byte {end}, but only {self.given[way]} were given"
        if "F" in event.flags and way in self.all_closing - self.closing:
            yield "no close was entered"

    def _arrived(self, event: Segment) -> None:
        way = event.source, event.target
        if event.protocol == "udp":
            self.datagrams[event.source] += 1
            self.datagrams[event.target.port] += 1  # for a receive that does not say from whom
        if event.flags == "S.":
            self.answered.add((event.target, event.source))
        elif "." in event.flags:
            self.established.add(way)
        if event.length and event.seq is not None:
            self.came[way].append((event.seq - 1, event.seq - 1 + event.length))
        if "F" in event.flags:
            self.finished.add(way)

    def _returned(self, call: Call) -> Iterator[str]:
        if call.error or call.result is None:
            return
        back = call.remote, call.local
        own = {local.port for local, remote in self.answered if remote == call.remote}
        if (
            call.kind == "connect"
            and call.protocol == "tcp"
            and not own.intersection({call.local.port} if call.local else own)
        ):
            yield "no SYN-ACK had arrived"
        if call.kind == "accept" and back not in self.established:
            yield "the handshake was not complete"
        if call.kind == "recv" and call.protocol == "udp":
            origin = call.peer or call.remote or (call.local.port if call.local else None)
            self.datagrams[origin] -= 1
            if self.datagrams[origin] < 0:
                yield "no datagram had arrived"
        elif call.kind == "recv" and call.result:
            self.taken[back] += call.result
            if _contiguous(self.came[back]) < self.taken[back]:
                yield f"took byte {self.taken[back]}, which had not arrived"
        elif call.kind == "recv" and call.protocol == "tcp" and back not in self.finished:
            yield "no FIN had arrived"


def _way(call: Call) -> object:
    return call.local, call.remote


def _contiguous(ranges: list[tuple[int, int]]) -> int:
    end = 0
    for low, high in sorted(ranges):
        if low > end:
            break
        end = max(end, high)
    return end


def _out_of_sequence(evidence: Evidence, ladder: Ladder) -> Iterator[str]:
    """Hold captures and threads to their own order, and the ladder to all that was observed."""
    at_host: dict[str, list[int]] = defaultdict(list)
    segments = {event.number: event for event in ladder.events if isinstance(event, Segment)}
    for event in ladder.events:
        reference = event.sent_packet if isinstance(event, Segment) else None
        if isinstance(event, Arrived) and event.segment in segments:
            segment = segments[event.segment]
            reference = segment.received_packet if segment.from_lane != event.lane else None
        if reference is not None:
            at_host[reference.host].append(reference.number)
    for host, numbers in at_host.items():
        seen = [packet.number for packet in evidence.captures[host].packets if packet.tcp or packet.udp]
        kept = [number for number in numbers if number in seen]  # ICMP messages are in between
        if kept != seen or numbers != sorted(numbers):
            yield f"{host}: packets {numbers} instead of {seen}"
    calls = {call.number: call for call in evidence.calls}
    called = [event.call for event in ladder.events if isinstance(event, CallBegan)]
    if sorted(called) != sorted(calls):
        yield "not every call is in the ladder once"
    returned = [event.call for event in ladder.events if isinstance(event, CallReturned)]
    if sorted(returned) != sorted(call.number for call in calls.values() if call.return_ns is not None):
        yield "not every return is in the ladder once"
    threads: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number in called:
        threads[calls[number].program, calls[number].pid].append(number)
    yield from (f"{thread}: calls {one}" for thread, one in threads.items() if one != sorted(one))

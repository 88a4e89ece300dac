"""Which segment a call sent, and which arrival woke a call: the join that makes two records one story.

A call's entry is measured before the kernel acts, its return is measured too early: strace counts a
call's duration from after its own work on the entry, which names every descriptor. So a return may
seem to stand before the packet that it waited for. What bounds it is the next entry of the same
thread: no cause is claimed that lies behind that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from kit.ladder.order import Constraint, Rank
from kit.packets.model import Flags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kit.evidence.model import Call, Evidence
    from kit.ladder.sockets import Held, Sockets
    from kit.ladder.wire import Crossing

# Errors that an arriving RST (or ICMP message) gives to a call (man 2 connect, send; man 7 tcp, udp).
_WOKEN_BY_REFUSAL = frozenset({"ECONNREFUSED", "ECONNRESET", "EPIPE"})
STRACE_NS = 1_000_000  # strace's own work on a call, as a rule: its measured return is too early by this
_ENDS_SENDING = frozenset({"close", "shutdown"})
_WAITS = frozenset({"poll", "select", "epoll_wait"})


def call_key(call: Call) -> tuple[str, int]:
    return "call", call.number


def return_key(call: Call) -> tuple[str, int]:
    return "return", call.number


class Causes:
    """All constraints between the calls and the segments of a run."""

    def __init__(self, evidence: Evidence, sockets: Sockets) -> None:
        self._sockets = sockets
        self._calls = evidence.calls
        self.next = dict(_followers(evidence.calls))
        self.sent: dict[int, list[Crossing]] = defaultdict(list)  # call -> the segments that it caused
        self.woken: dict[int, list[Crossing]] = {}  # call -> the arrivals that let it return
        for held, calls in self._by_connection():
            self._join(held, calls)
        self._join_unnamed()
        for call in evidence.calls:
            if call.kind in _WAITS:
                self._wait(call)

    def constraints(self) -> Iterator[Constraint]:
        for call in self._calls:
            for one in self.sent.get(call.number, ()):
                yield Constraint(call_key(call), one.sent_key, Rank.CAUSE)
                if one.packet.time_ns < self._back_by_ns(call):
                    yield Constraint(one.sent_key, return_key(call), Rank.INSIDE)
            for one in self.woken.get(call.number, ()):
                yield Constraint(one.arrived_key, return_key(call), Rank.WAKE)

    def _back_by_ns(self, call: Call) -> int:
        """Give when a call had returned for certain; of a thread's last call, with what strace may have cost."""
        after = self.next.get(call.number)
        return (call.return_ns or 0) + STRACE_NS if after is None else after.enter_ns

    def _by_connection(self) -> Iterator[tuple[Held, list[Call]]]:
        groups: dict[tuple[int, object], tuple[Held, list[Call]]] = {}
        for call in self._calls:
            held = self._sockets.held(call)
            if held is not None:
                groups.setdefault((id(held.talk), held.end), (held, []))[1].append(call)
        yield from groups.values()

    def _join(self, held: Held, calls: list[Call]) -> None:
        own = list(held.talk.sent_by(held.end))
        came = [one for one in held.talk.sent_by(held.talk.peer(held.end)) if one.received]
        refusals = [
            one
            for one in held.talk.crossings
            if one.to_host == held.talk.host_of(held.end)
            and one.packet.source != held.end
            and (one.flags(Flags.RST) or one.packet.icmp is not None)
        ]
        for call in calls:
            if call.error in _WOKEN_BY_REFUSAL:
                self._woke(call, refusals[:1])
        if held.talk.protocol == "udp":
            self._datagrams(calls, own, came)
        else:
            self._opening(calls, own, came)
            self._stream(calls, own, came)
            self._closing(calls, own, came)

    def _join_unnamed(self) -> None:
        """Give receives that do not say from whom the datagrams that came to their port, whoever sent them."""
        calls: dict[object, list[Call]] = defaultdict(list)
        came: dict[object, list[Crossing]] = {}
        for call in self._calls:
            if (found := self._sockets.unnamed(call)) is not None:
                place, helds = found
                calls[place].append(call)
                came[place] = [
                    one
                    for held in helds
                    for one in held.talk.sent_by(held.talk.peer(held.end))
                    if one.received
                ]
        for port, received in calls.items():
            self._receives(received, came[port])

    def _caused(self, call: Call, segments: Iterable[Crossing]) -> None:
        self.sent[call.number] += [one for one in segments if one.packet.time_ns >= call.enter_ns]

    def _woke(self, call: Call, arrivals: Iterable[Crossing]) -> None:
        """Note what a call waited for, unless its thread had gone on before: then it was something else."""
        after = self.next.get(call.number)
        found = [
            one for one in arrivals if one.arrived_ns and (after is None or one.arrived_ns <= after.enter_ns)
        ]
        if found and call.return_ns is not None:
            self.woken[call.number] = found

    # Three-way handshake ------------------------------------------------------------------------------

    def _opening(self, calls: list[Call], own: list[Crossing], came: list[Crossing]) -> None:
        """A connect sends the SYN and returns on SYN-ACK; accept returns once the handshake is complete.

        RFC 9293 3.5, figure 6. What completes it is the first segment of the client that acknowledges the SYN-ACK.
        """
        for call in calls:
            if call.kind == "connect":
                self._caused(call, [one for one in own if one.flags(Flags.SYN)])
                if call.result == 0:
                    self._woke(call, [one for one in came if one.flags(Flags.SYN)][:1])
            elif call.kind == "accept" and call.result is not None and call.result >= 0:
                completes = [one for one in came if one.flags(Flags.ACK) and not one.flags(Flags.SYN)]
                self._woke(call, completes[:1])

    # Bytes --------------------------------------------------------------------------------------------

    def _stream(self, calls: list[Call], own: list[Crossing], came: list[Crossing]) -> None:
        """Follow the bytes: those a send gave, into segments; those a receive took, from arrivals (RFC 9293 3.4)."""
        given = taken = 0
        carried = _Cover(own)
        brought = _Cover(sorted(came, key=lambda one: one.arrived_ns or 0))
        for call in calls:
            size = max(0, call.result or 0)
            if call.kind == "send" and (size or call.result is None):
                end = given + size if call.result is not None else 1 << 62
                self._caused(call, carried.of(given, end))
                given += size
            elif call.kind == "recv" and size:
                self._woke(call, brought.of(taken, taken + size))
                taken += 0 if "MSG_PEEK" in call.arguments else size
            elif call.kind == "recv" and call.result == 0:
                self._woke(call, [one for one in came if one.flags(Flags.FIN)][:1])

    def _closing(self, calls: list[Call], own: list[Crossing], _came: list[Crossing]) -> None:
        """A FIN (or the RST of a close with unread data, RFC 2525 2.17) comes of the close before it."""
        closes = [call for call in calls if call.kind in _ENDS_SENDING]
        for one in own:
            if one.flags(Flags.FIN | Flags.RST):
                before = [call for call in closes if call.enter_ns <= one.packet.time_ns]
                if before:
                    self._caused(before[-1], [one])

    # Datagrams ----------------------------------------------------------------------------------------

    def _datagrams(self, calls: list[Call], own: list[Crossing], came: list[Crossing]) -> None:
        """One send is one datagram is one receive, in order (RFC 768): each takes the next that carries its bytes."""
        self._pair(calls, "send", own, self._caused)
        self._receives(calls, came)

    def _receives(self, calls: list[Call], came: list[Crossing]) -> None:
        """Receives take datagrams in the order of their arrival, which need not be that of sending."""
        self._pair(calls, "recv", sorted(came, key=lambda one: one.arrived_ns or 0), self._woke)

    def _pair(
        self,
        calls: list[Call],
        kind: str,
        datagrams: list[Crossing],
        note: Callable[[Call, Iterable[Crossing]], None],
    ) -> None:
        place = 0
        for call in calls:
            if call.kind != kind or call.result is None or call.result < 0:
                continue
            fits = (at for at in range(place, len(datagrams)) if _carries(datagrams[at], call))
            mine = next(fits, None)
            if mine is not None:
                place = mine + 1
                note(call, [datagrams[mine]])

    # Waiting for readiness ------------------------------------------------------------------------------

    def _wait(self, call: Call) -> None:
        """A poll that said "readable" was woken by the first arrival that the thread's next call needed."""
        if call.result is None or call.result <= 0:
            return
        after = self.next.get(call.number)
        if after is not None and after.number in self.woken:
            self._woke(call, self.woken[after.number][:1])


def _carries(datagram: Crossing, call: Call) -> bool:
    """Whether it can be the call's: a receive may have cut it short (man 2 recv, MSG_TRUNC)."""
    return datagram.packet.payload.startswith(call.data) or call.data.startswith(datagram.packet.payload)


def _followers(calls: Iterable[Call]) -> Iterator[tuple[int, Call]]:
    """Give, for each call, the next one that its thread entered: by then it had returned."""
    last: dict[tuple[str, int], int] = {}
    for call in calls:
        thread = call.program, call.pid
        if thread in last:
            yield last[thread], call
        last[thread] = call.number


class _Cover:
    """Which segment brought each byte of a stream first, as ranges that do not overlap."""

    def __init__(self, segments: Iterable[Crossing]) -> None:
        self._begins: list[int] = []
        self._parts: list[tuple[int, int, Crossing]] = []
        for one in segments:
            tcp = one.packet.tcp
            if tcp is not None and tcp.length:
                begin = one.relative[0] - 1 + one.flags(Flags.SYN)  # the first byte of data has number 1
                self._add(begin, begin + tcp.length, one)

    def _add(self, begin: int, end: int, one: Crossing) -> None:
        place = max(0, bisect_right(self._begins, begin) - 1)
        while begin < end:
            low, high = self._parts[place][:2] if place < len(self._parts) else (end, end)
            if begin < min(low, end):
                self._begins.insert(place, begin)
                self._parts.insert(place, (begin, min(low, end), one))
            begin = max(begin, high)
            place += 1

    def of(self, begin: int, end: int) -> list[Crossing]:
        """Give the segments that brought [begin, end), each once, in order of the stream."""
        found: dict[int, Crossing] = {}
        for place in range(max(0, bisect_right(self._begins, begin) - 1), len(self._parts)):
            low, high, one = self._parts[place]
            if low >= end:
                break
            if begin < high:
                found[id(one)] = one
        return list(found.values())

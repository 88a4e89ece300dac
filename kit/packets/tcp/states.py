"""The state of one end of a connection over time (RFC 9293 3.3.2, figure 5), as its own host saw it.

A state is derived from the segments of that host's capture, and from calls where these say more: `connect`
before its SYN leaves, `close` and `shutdown` where the FIN waits for bytes that the window holds back. The
kernel's own word is its socket table: `disagreements` compares.
"""

from __future__ import annotations

import heapq
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kit.packets.model import Flags
from kit.packets.stream import space, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet, Tcp

_MASK = 0xFFFF_FFFF
_SYN_ACK = Flags.SYN | Flags.ACK

# (state, what happened) -> the next state. What is not here changes nothing.
MOVES: Mapping[tuple[str, str], str] = {
    ("CLOSED", "connect"): "SYN-SENT",  # 3.10.1
    ("CLOSED", "sent SYN"): "SYN-SENT",
    ("CLOSED", "sent SYN-ACK"): "SYN-RECEIVED",  # 3.10.7.2; a LISTEN socket stays, its child is new
    ("SYN-SENT", "received SYN-ACK"): "ESTABLISHED",  # 3.10.7.3
    ("SYN-SENT", "received SYN"): "SYN-RECEIVED",  # both opened at once
    ("SYN-SENT", "connect failed"): "CLOSED",
    ("SYN-RECEIVED", "SYN acknowledged"): "ESTABLISHED",  # 3.10.7.4, fifth
    ("SYN-RECEIVED", "closed"): "FIN-WAIT-1",  # 3.10.4
    ("ESTABLISHED", "closed"): "FIN-WAIT-1",
    ("ESTABLISHED", "received FIN"): "CLOSE-WAIT",  # 3.10.7.4, eighth
    ("FIN-WAIT-1", "FIN acknowledged"): "FIN-WAIT-2",
    ("FIN-WAIT-1", "received FIN"): "CLOSING",
    ("FIN-WAIT-2", "received FIN"): "TIME-WAIT",
    ("CLOSING", "FIN acknowledged"): "TIME-WAIT",
    ("CLOSE-WAIT", "closed"): "LAST-ACK",
    ("LAST-ACK", "FIN acknowledged"): "CLOSED",
}
_RESET = frozenset({"sent RST", "received RST"})  # any state goes to CLOSED: 3.10.5, 3.10.7.4 second

TIME_WAIT_NS = 60_000_000_000  # Linux's 2 MSL; its sockets in FIN-WAIT-2 that nobody holds end then, too
_ENDS_BY_ITSELF = frozenset({"TIME-WAIT", "FIN-WAIT-2"})
# A table is read in this time before or after the moment that it names.
TABLE_SLACK_NS = 5_000_000


class SocketCall(Protocol):
    """What is asked of a call; kit.evidence.model.Call is one."""

    @property
    def kind(self) -> str: ...
    @property
    def enter_ns(self) -> int: ...
    @property
    def return_ns(self) -> int | None: ...
    @property
    def local(self) -> Endpoint | None: ...
    @property
    def remote(self) -> Endpoint | None: ...
    @property
    def arguments(self) -> str: ...
    @property
    def error(self) -> str | None: ...


class SocketRow(Protocol):
    """What is asked of a row of a socket table; kit.evidence.model.Socket is one."""

    @property
    def protocol(self) -> str: ...
    @property
    def local(self) -> Endpoint: ...
    @property
    def remote(self) -> Endpoint: ...
    @property
    def state(self) -> str: ...


class Table(Protocol):
    """A socket table of the end's host; kit.evidence.model.SocketTable is one."""

    @property
    def time_ns(self) -> int: ...
    @property
    def sockets(self) -> Sequence[SocketRow]: ...


class Change(NamedTuple):
    """From `time_ns` on the end is in `state`, because of a packet or a call."""

    time_ns: int
    state: str
    cause: Packet | SocketCall


class Disagreement(NamedTuple):
    """At `time_ns` the kernel's table said something else than segments and calls do."""

    time_ns: int
    derived: str
    observed: str


class _Happening(NamedTuple):
    time_ns: int
    what: str
    cause: Packet | SocketCall


def states(conversation: Conversation, own: Endpoint, calls: Iterable[SocketCall] = ()) -> tuple[Change, ...]:
    """Give the changes of state of one end, in order of time.

    `conversation` is from the capture of this end's host; `calls` may be all of that host's programs. An end that
    the capture begins in the middle of is ESTABLISHED from its first segment.
    """
    own_calls = [call for call in calls if call.local == own and call.remote == conversation.peer(own)]
    happenings = sorted(
        [*_of_segments(conversation, own), *_of_calls(own_calls, conversation, own)],
        key=attrgetter("time_ns"),
    )
    changes: list[Change] = []
    state = "CLOSED"
    if conversation.packets and not _has_syn(conversation):
        first = conversation.packets[0]
        state = "ESTABLISHED"
        changes.append(Change(first.time_ns, state, first))
    for time_ns, what, cause in happenings:
        following = "CLOSED" if what in _RESET else MOVES.get((state, what), state)
        if following != state:
            state = following
            changes.append(Change(time_ns, state, cause))
    return tuple(changes)


def _has_syn(conversation: Conversation) -> bool:
    return any(packet.tcp is not None and packet.tcp.flags & Flags.SYN for packet in conversation.packets)


def _of_segments(conversation: Conversation, own: Endpoint) -> Iterator[_Happening]:
    """Say what each segment means to the end: of one, what its acknowledgement means comes first."""
    arrivals = _Arrivals()
    places = {packet.number: seq for seq, packet in unwrap(conversation.segments(conversation.peer(own)), 0)}
    syn_end: int | None = None
    fin_end: int | None = None
    for packet in conversation.packets:
        tcp = packet.tcp
        if tcp is None:
            continue
        if packet.source == own:
            end = (tcp.seq + space(tcp)) & _MASK
            syn_end = end if tcp.flags & Flags.SYN and syn_end is None else syn_end
            fin_end = end if tcp.flags & Flags.FIN and fin_end is None else fin_end
            words = _sent(tcp)
        else:
            words = _received(tcp, syn_end, fin_end)
            if arrivals.complete(tcp, places[packet.number]):
                words = (*words, "received FIN")
        yield from (_Happening(packet.time_ns, word, packet) for word in words)


def _sent(tcp: Tcp) -> tuple[str, ...]:
    if tcp.flags & Flags.RST:
        return ("sent RST",)
    opening = ("sent SYN-ACK" if tcp.flags & Flags.ACK else "sent SYN",) if tcp.flags & Flags.SYN else ()
    return (*opening, "closed") if tcp.flags & Flags.FIN else opening


def _received(tcp: Tcp, syn_end: int | None, fin_end: int | None) -> tuple[str, ...]:
    acknowledges_syn = syn_end is not None and _acknowledges(tcp, syn_end)
    if tcp.flags & Flags.RST:
        return ("received RST",)
    words: list[str] = []
    if tcp.flags & _SYN_ACK == Flags.SYN:
        words.append("received SYN")
    if tcp.flags & _SYN_ACK == _SYN_ACK and acknowledges_syn:
        words.append("received SYN-ACK")
    if acknowledges_syn:
        words.append("SYN acknowledged")
    if fin_end is not None and _acknowledges(tcp, fin_end):
        words.append("FIN acknowledged")
    return tuple(words)


def _acknowledges(tcp: Tcp, end: int) -> bool:
    return bool(tcp.flags & Flags.ACK) and (tcp.ack - end) & _MASK < 1 << 31


class _Arrivals:
    """What the peer sent, put in order: its FIN counts when all before it is there (RFC 9293 3.10.7.4)."""

    def __init__(self) -> None:
        self._due: int | None = None
        self._early: list[tuple[int, int]] = []
        self._fin_end: int | None = None

    def complete(self, tcp: Tcp, begin: int) -> bool:
        """Take a segment; tell whether it is the one with which the stream is complete."""
        if tcp.flags & Flags.RST:
            return False
        if self._due is None:
            self._due = begin
        was_missing = self._fin_end is None or self._due < self._fin_end
        end = begin + space(tcp)
        if tcp.flags & Flags.FIN:
            self._fin_end = end
        heapq.heappush(self._early, (begin, end))
        while self._early and self._early[0][0] <= self._due:
            self._due = max(self._due, heapq.heappop(self._early)[1])
        return self._fin_end is not None and was_missing and self._due >= self._fin_end


# What connect says of a connection that is not decided yet (man 2 connect).
_UNDECIDED = frozenset({"EINPROGRESS", "EALREADY", "EINTR", "EISCONN"})


def _of_calls(calls: Sequence[SocketCall], conversation: Conversation, own: Endpoint) -> Iterator[_Happening]:
    for call in calls:
        if call.kind == "connect":
            yield _Happening(call.enter_ns, "connect", call)
            if call.error is not None and call.error not in _UNDECIDED and call.return_ns is not None:
                yield _Happening(call.return_ns, "connect failed", call)
    closing = _closing_call(calls, conversation, own)
    if closing is not None:
        yield _Happening(closing.enter_ns, "closed", closing)


def _closing_call(
    calls: Sequence[SocketCall], conversation: Conversation, own: Endpoint
) -> SocketCall | None:
    """Give the call that the end's FIN comes from, where that is sure; None for the end of a process.

    The FIN left while the call went on, or later, behind bytes that had waited since. A `close` of one of several
    descriptors does nothing (man 2 close), and is told by calls that send after it.
    """
    fin = conversation.fins.client if own == conversation.client else conversation.fins.server
    if fin is None:
        return next((call for call in calls if call.kind == "shutdown" and _ends_sending(call)), None)
    before = [call for call in calls if call.kind in _CLOSING and call.enter_ns <= fin.time_ns]
    call = next((call for call in reversed(before) if _ends_sending(call)), None)
    if call is None or call.return_ns is None or fin.time_ns <= call.return_ns:
        return call
    waited = any(
        call.return_ns < packet.time_ns <= fin.time_ns and packet.payload
        for packet in conversation.segments(own)
    )
    went_on = any(other.kind == "send" and other.enter_ns > call.return_ns for other in calls)
    return call if waited and not went_on else None


_CLOSING = frozenset({"close", "shutdown"})


def _ends_sending(call: SocketCall) -> bool:
    return call.error is None and "SHUT_RD" not in call.arguments.replace("SHUT_RDWR", "")


def disagreements(
    changes: Sequence[Change], own: Endpoint, peer: Endpoint, tables: Iterable[Table]
) -> tuple[Disagreement, ...]:
    """Compare with the socket tables of the end's host. A table that was read beside a change agrees with both sides of it."""
    found = []
    for table in tables:
        rows = [
            row for row in table.sockets if row.protocol == "tcp" and (row.local, row.remote) == (own, peer)
        ]
        observed = rows[0].state if rows else "CLOSED"
        held = _held(changes, table.time_ns)
        if observed not in held and not (observed == "CLOSED" and _has_ended(changes, table.time_ns)):
            found.append(Disagreement(table.time_ns, held[-1], observed))
    return tuple(found)


def _held(changes: Sequence[Change], time_ns: int) -> list[str]:
    """Give the states that the end was in while the table was read; the last is that of the moment itself or after."""
    held = ["CLOSED"]
    for change in changes:
        if change.time_ns <= time_ns - TABLE_SLACK_NS:
            held = [change.state]
        elif change.time_ns <= time_ns + TABLE_SLACK_NS:
            held.append(change.state)
    return held


def _has_ended(changes: Sequence[Change], time_ns: int) -> bool:
    before = [change for change in changes if change.time_ns <= time_ns]
    return (
        bool(before)
        and before[-1].state in _ENDS_BY_ITSELF
        and time_ns - before[-1].time_ns >= TIME_WAIT_NS - TABLE_SLACK_NS
    )

"""Gives calls the addresses that strace could not tell, from the packets that they caused. Pure.

strace asks the kernel for a socket's addresses when it prints a call. A connection that a RST has ended by
then has none any more, and its calls would belong to nobody; and one that was bound to every address before it
connected is still said to be there. But a `connect` names its target, and the SYN that left this host for that
target while the call ran is its own; an `accept` names its client.

"While it ran" ends with the same thread's next call, not with the return that strace tells: it measures how
long a call took from the moment at which it had printed the entry, so on a busy machine the entry's time plus
that is too early, by a millisecond and more.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kit.packets.model import Flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.evidence.model import Call, Capture
    from kit.packets.model import Endpoint, Packet

_KIND = Flags.SYN | Flags.ACK
_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104  # read, never bound


class Ends(NamedTuple):
    local: Endpoint
    remote: Endpoint


def with_addresses(
    calls: Iterable[Call], host_of_program: Mapping[str, str], captures: Mapping[str, Capture]
) -> tuple[Call, ...]:
    """Fill in `local` and `remote` where they are missing. Calls stay in their order."""
    calls = tuple(calls)
    openings = {host: _openings(capture) for host, capture in captures.items()}
    known: dict[tuple[str, int], Ends] = {}  # program and descriptor -> its connection
    filled = []
    for call, until_ns in zip(calls, _next_entries(calls), strict=True):
        heard = openings.get(host_of_program[call.program], [])
        ends = _ends(call, known, heard, until_ns)
        _learn(call, ends, known)
        filled.append(call if ends is None else replace(call, local=ends.local, remote=ends.remote))
    return tuple(filled)


def _next_entries(calls: tuple[Call, ...]) -> list[float]:
    """Give for each call when the same thread's next one was entered; infinity for the last."""
    entered: dict[tuple[str, int], int] = {}
    entries: list[float] = []
    for call in reversed(calls):
        thread = call.program, call.pid
        entries.append(entered.get(thread, math.inf))
        entered[thread] = call.enter_ns
    return entries[::-1]


def _openings(capture: Capture) -> list[Packet]:
    """Give the first SYN and the first SYN-ACK of each connection: who connected, and who was connected to."""
    seen: set[tuple[Endpoint | None, Endpoint | None, int]] = set()
    first = []
    for packet in capture.packets:
        if packet.tcp is None or not packet.tcp.flags & Flags.SYN:
            continue
        key = (packet.source, packet.target, packet.tcp.seq)
        if key not in seen:
            seen.add(key)
            first.append(packet)
    return first


def _ends(
    call: Call, known: Mapping[tuple[str, int], Ends], openings: list[Packet], until_ns: float
) -> Ends | None:
    if call.local is not None and call.remote is not None and not _is_partial(call):
        return Ends(call.local, call.remote)
    if call.protocol != "tcp" or call.descriptor is None:
        return None
    if call.kind == "connect" and call.peer is not None:
        return _connected(call, call.peer, openings, until_ns)
    if call.kind == "accept" and call.peer is not None:
        return _accepted(call, openings, until_ns)
    ends = known.get((call.program, call.descriptor))
    return ends if ends is not None and call.remote in (None, ends.remote) else None


def _is_partial(call: Call) -> bool:
    """Whether its own address is every one that the host has: a TCP connection has one of them."""
    return call.protocol == "tcp" and call.local is not None and call.local.address in _ANY


def _connected(call: Call, target: Endpoint, openings: list[Packet], until_ns: float) -> Ends | None:
    for packet in openings:
        is_syn = packet.tcp is not None and packet.tcp.flags & _KIND == Flags.SYN
        if (
            is_syn
            and call.enter_ns <= packet.time_ns < until_ns
            and packet.target == target
            and packet.source is not None
        ):
            return Ends(packet.source, target)
    return None


def _accepted(call: Call, openings: list[Packet], until_ns: float) -> Ends | None:
    """The newest SYN-ACK that went to this client until then: ports are used again."""
    answers = [
        packet
        for packet in openings
        if packet.tcp is not None
        and packet.tcp.flags & _KIND == _KIND
        and packet.target == call.peer
        and packet.time_ns < until_ns
    ]
    last = answers[-1] if answers else None
    if last is None or last.source is None or last.target is None:
        return None
    return Ends(last.source, last.target)


def _learn(call: Call, ends: Ends | None, known: dict[tuple[str, int], Ends]) -> None:
    if call.kind == "accept":
        if ends is not None and call.result is not None and call.result >= 0:
            known[call.program, call.result] = ends
    elif call.descriptor is None:
        return
    elif call.kind in ("close", "socket"):
        known.pop((call.program, call.descriptor), None)
    elif ends is not None:
        known[call.program, call.descriptor] = ends

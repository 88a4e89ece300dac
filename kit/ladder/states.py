"""How the state of each TCP socket changed: the analyser's changes, joined to the events of the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kit.evidence.model import Call
from kit.ladder.causes import call_key
from kit.packets.model import Packet
from kit.packets.tcp import states

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.ladder.order import Key
    from kit.ladder.wire import Talk
    from kit.packets.model import Endpoint


class Change(NamedTuple):
    """`cause` is the key of the call's entry, or of the segment's sending or arrival."""

    cause: Key
    time_ns: int
    state: str


def changes(talk: Talk, end: Endpoint, calls: Iterable[Call]) -> Iterator[Change]:
    """Give each change of one end's state, as its own host saw it; nothing without its capture, or for UDP."""
    host = talk.host_of(end)
    conversation = talk.views.get(host)
    if conversation is None or talk.protocol != "tcp":
        return
    keys = _keys(talk, host, end)
    for change in states(conversation, end, calls):
        if isinstance(change.cause, Call):
            yield Change(call_key(change.cause), change.time_ns, change.state)
        elif isinstance(change.cause, Packet) and change.cause.number in keys:
            yield Change(keys[change.cause.number], change.time_ns, change.state)


def _keys(talk: Talk, host: str, end: Endpoint) -> dict[int, Key]:
    """Give the key of each packet of the host's capture, as this end saw it leave or come."""
    found: dict[int, Key] = {}
    for one in talk.crossings:
        if one.packet.source == end and one.sent is not None and one.sent.host == host:
            found[one.sent.packet.number] = one.sent_key
        elif one.packet.target == end and one.received is not None and one.received.host == host:
            found[one.received.packet.number] = one.arrived_key
    return found

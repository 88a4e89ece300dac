"""Did datagrams keep their boundaries: one send, one datagram, one receive (RFC 768)?

A receive takes one datagram; what its buffer does not hold is thrown away (recv(2)). A datagram may
be lost on the way, or where the receiver's buffer is full; nothing says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._bytes import all_fit, data_words, fits, moved, size, took, weakest
from kit.checks._peers import host_at, succeeded
from kit.checks._premise import if_whole, unstarted, untraced
from kit.checks._program import diagnose
from kit.checks._wire import packets_at
from kit.checks._words import call_cite, count, packet_cite, quoted, sequence
from kit.exercise.model import Port
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Answer, fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.evidence.model import Call, Evidence
    from kit.packets.model import Packet

Number = Annotated[int, Field(ge=0)]


class Params(Strict):
    """`port` is the receiver's. What `received` does not tell is expected whole: nothing cut, nothing lost."""

    model_config = Strict.model_config | {"populate_by_name": True}

    from_: Annotated[ProgramRef, Field(alias="from")]
    to: ProgramRef
    port: Port
    sent: tuple[str, ...] | None = None  # what each send gave
    received: tuple[str, ...] | None = None  # what each receive returned
    truncated: Number | None = None  # receives that returned less than the datagram
    lost: Number | None = None  # datagrams that no receive returned

    @property
    def cut_allowed(self) -> int | None:
        return 0 if self.truncated is None and self.received is None else self.truncated

    @property
    def lost_allowed(self) -> int | None:
        return 0 if self.lost is None and self.received is None else self.lost


@dataclass(frozen=True, slots=True)
class Journey:
    """The datagrams of one sender to one receiver: as they were sent, as they left, as they were received.

    `whole`, `cut` and `strange` are receives that returned all of a datagram, its beginning, or none that left.
    """

    sends: tuple[Call, ...]
    wire: tuple[Packet, ...]
    receives: tuple[Call, ...]
    whole: int
    cut: int
    strange: tuple[Call, ...]

    @property
    def lost(self) -> int:
        return len(self.wire) - self.whole - self.cut


def check(evidence: Evidence, params: Params) -> Answer:
    expected = _expected(params)
    premise = untraced(evidence, expected) or unstarted(evidence, params.from_, expected)
    if premise is not None:
        return premise
    journey = _journey(evidence, params)
    at = evidence.programs[params.from_].host
    cites = (
        *(call_cite(call) for call in journey.sends),
        *(packet_cite(at, packet) for packet in journey.wire),
        *(call_cite(call) for call in journey.receives),
    )
    observed = (
        f"{count(len(journey.sends), 'send')}: {sequence(map(data_words, journey.sends))}; "
        f"{count(len(journey.wire), 'datagram')} on the wire; "
        f"{count(len(journey.receives), 'receive')}: {sequence(map(data_words, journey.receives))}; "
        f"{journey.cut} cut, {journey.lost} lost"
    )
    by_calls, by_wire = _judge_calls(params, journey), _judge_wire(params, journey)
    if by_calls is False or by_wire is False:
        answer = _failed(evidence, params, journey, fail(expected=expected, observed=observed, cites=cites))
        return answer if by_calls is False else if_whole(evidence, [at], answer)
    if weakest((by_calls, by_wire)) is None:
        unseen = f"{observed}; the trace shows no data of some calls"
        return inconclusive(expected=expected, observed=unseen, cites=cites)
    return if_whole(evidence, [at], passed(expected=expected, observed=observed, cites=cites))


def _failed(evidence: Evidence, params: Params, journey: Journey, answer: Answer) -> Answer:
    """Add what became of the program that did too little."""
    idle = params.from_ if not journey.sends else params.to if not journey.receives else None
    if idle is None:
        return answer
    story, cites = diagnose(evidence, idle)
    return fail(
        expected=answer.expected, observed=f"{answer.observed}; {story}", cites=(*answer.cites, *cites)
    )


def _expected(params: Params) -> str:
    words = (
        f"each datagram from {params.from_} to {params.to}, port {params.port}, is one send and one receive"
    )
    asked = [
        None if params.sent is None else f"sent {sequence(map(quoted, params.sent))}",
        None if params.received is None else f"received {sequence(map(quoted, params.received))}",
        None if params.cut_allowed is None else f"{params.cut_allowed} cut",
        None if params.lost_allowed is None else f"{params.lost_allowed} lost",
    ]
    return "; ".join([words, *(word for word in asked if word is not None)])


def _judge_calls(params: Params, journey: Journey) -> bool | None:
    """Judge what the calls alone tell."""
    pairs = ((journey.sends, params.sent), (journey.receives, params.received))
    return weakest(
        all_fit(calls, [text.encode() for text in texts]) for calls, texts in pairs if texts is not None
    )


def _judge_wire(params: Params, journey: Journey) -> bool | None:
    """Judge what the capture must witness: each send left as one datagram, and what became of each."""
    if not journey.sends and params.sent is None:  # nothing sent, nothing kept
        return False
    if journey.strange or len(journey.sends) != len(journey.wire):
        return False
    if params.cut_allowed not in (None, journey.cut) or params.lost_allowed not in (None, journey.lost):
        return False
    return weakest(
        fits(call, packet.payload) for call, packet in zip(journey.sends, journey.wire, strict=True)
    )


def _journey(evidence: Evidence, params: Params) -> Journey:
    sends = [
        call for call in succeeded(evidence, params.from_, "send") if _goes_there(evidence, params, call)
    ]
    ports = {call.local and call.local.port for call in sends}  # None: of one that strace could not tell
    wire = [
        packet
        for packet in _wire(evidence, params)
        if not ports or None in ports or (packet.source and packet.source.port in ports)
    ]
    sources = {packet.source.port for packet in wire if packet.source is not None}
    receives = [
        call
        for call in succeeded(evidence, params.to, "recv")
        if call.protocol == "udp" and took(call) and _comes_here(evidence, params, call, sources)
    ]
    whole, cut, strange = _match(receives, wire)
    return Journey(tuple(sends), tuple(wire), tuple(receives), whole, cut, tuple(strange))


def _goes_there(evidence: Evidence, params: Params, call: Call) -> bool:
    target = call.peer or call.remote
    if call.protocol != "udp" or target is None or target.port != params.port:
        return False
    near, far = evidence.programs[params.from_].host, evidence.programs[params.to].host
    return host_at(evidence, near, target) == far


def _comes_here(evidence: Evidence, params: Params, call: Call, sources: set[int]) -> bool:
    """Whether a receive on the port is from the sender; recv, unlike recvfrom, does not say from whom."""
    if call.local is None or call.local.port != params.port:
        return False
    source = call.peer or call.remote
    if source is None:
        return True
    near, far = evidence.programs[params.to].host, evidence.programs[params.from_].host
    return host_at(evidence, near, source) == far and source.port in sources


def _wire(evidence: Evidence, params: Params) -> list[Packet]:
    near, far = evidence.programs[params.from_].host, evidence.programs[params.to].host
    return [
        packet
        for packet in packets_at(evidence, near)
        if packet.udp is not None
        and packet.source is not None
        and packet.target is not None
        and packet.target.port == params.port
        and host_at(evidence, near, packet.source) == near
        and host_at(evidence, near, packet.target) == far
    ]


def _match(receives: Sequence[Call], wire: Sequence[Packet]) -> tuple[int, int, list[Call]]:
    """Give each receive the first datagram that it can have come from: (whole, cut, receives of none)."""
    left = list(wire)
    whole, cut, strange = 0, 0, []
    for call in receives:
        same = next((packet for packet in left if fits(call, packet.payload) is not False), None)
        longer = next((packet for packet in left if _begins(call, packet)), None)
        origin = same or longer
        if origin is None:
            strange.append(call)
            continue
        left.remove(origin)
        whole += same is not None
        cut += same is None
    return whole, cut, strange


def _begins(call: Call, packet: Packet) -> bool:
    return size(call) < len(packet.payload) and packet.payload.startswith(moved(call))

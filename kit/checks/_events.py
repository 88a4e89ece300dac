"""Events that checks put in order or time: a call entered or returned, a packet sent.

A call is entered before the kernel acts and returns after it did; a packet's time is taken at its sender.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from kit.checks._params import Between, FlagLetters
from kit.checks._peers import socket_calls, succeeded
from kit.checks._premise import if_whole, untraced
from kit.checks._program import diagnose
from kit.checks._wire import sent_segments
from kit.checks._words import call_cite, ordinal, packet_cite
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import Cite, fail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.evidence.model import Evidence
    from kit.packets.model import Packet
    from kit.verdict import Answer

Nth = Annotated[int, Field(ge=1)]


class CallEvent(Strict):
    """The nth call of its family: entered, or returned without an error."""

    call: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    program: ProgramRef
    nth: Nth = 1
    at: Literal["enter", "return"] = "return"

    @property
    def words(self) -> str:
        verb = "enters" if self.at == "enter" else "returns from"
        return f"{self.program} {verb} its {ordinal(self.nth)} {self.call}"


class PacketEvent(Between):
    """The nth segment with exactly these flags, in tcpdump's letters, from one host to another."""

    packet: FlagLetters
    nth: Nth = 1

    @property
    def words(self) -> str:
        return f"{self.from_} sends its {ordinal(self.nth)} {self.packet} to {self.to}"


Event = CallEvent | PacketEvent


class Seen(NamedTuple):
    time_ns: int
    cite: Cite


def untraced_among(evidence: Evidence, events: Iterable[Event], expected: str) -> Answer | None:
    """Refuse to answer about calls where none were recorded."""
    calls_asked = any(isinstance(event, CallEvent) for event in events)
    return untraced(evidence, expected) if calls_asked else None


def find(evidence: Evidence, event: Event) -> Seen | None:
    """Give when it happened, or None if it never did."""
    if isinstance(event, PacketEvent):
        packets = [packet for packet in sent_segments(evidence, event) if _has_flags(packet, event.packet)]
        found = packets[event.nth - 1 : event.nth]
        return Seen(found[0].time_ns, packet_cite(event.from_, found[0])) if found else None
    if event.at == "enter":
        entered = socket_calls(evidence, event.program, event.call)[event.nth - 1 : event.nth]
        return Seen(entered[0].enter_ns, call_cite(entered[0])) if entered else None
    returned = succeeded(evidence, event.program, event.call)[event.nth - 1 : event.nth]
    return Seen(returned[0].return_ns or 0, call_cite(returned[0])) if returned else None


def _has_flags(packet: Packet, letters: str) -> bool:
    return packet.tcp is not None and packet.tcp.flags.letters == letters


def missing(evidence: Evidence, expected: str, event: Event) -> Answer:
    """Answer for an event that never happened."""
    if isinstance(event, PacketEvent):
        observed = f"it never happened that {event.words}"
        return if_whole(evidence, [event.from_], fail(expected=expected, observed=observed))
    story, cites = diagnose(evidence, event.program)
    return fail(expected=expected, observed=f"it never happened that {event.words}; {story}", cites=cites)

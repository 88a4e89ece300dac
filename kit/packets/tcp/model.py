"""What the analyser says: of every segment its facts, of a conversation its analysis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet

# The marks of a segment, as bits while they are computed; `FLAG_NAMES` are what everybody else sees.
ZERO_WINDOW_PROBE = 1 << 0
ZERO_WINDOW = 1 << 1
LOST_SEGMENT = 1 << 2
KEEP_ALIVE = 1 << 3
WINDOW_UPDATE = 1 << 4
WINDOW_FULL = 1 << 5
KEEP_ALIVE_ACK = 1 << 6
ZERO_WINDOW_PROBE_ACK = 1 << 7
DUPLICATE_ACK = 1 << 8
ACK_LOST_SEGMENT = 1 << 9
SPURIOUS_RETRANSMISSION = 1 << 10
FAST_RETRANSMISSION = 1 << 11
OUT_OF_ORDER = 1 << 12
RETRANSMISSION = 1 << 13
REUSED_PORT = 1 << 14

FLAG_NAMES: Mapping[int, str] = {
    RETRANSMISSION: "retransmission",
    FAST_RETRANSMISSION: "fast_retransmission",
    SPURIOUS_RETRANSMISSION: "spurious_retransmission",
    OUT_OF_ORDER: "out_of_order",
    DUPLICATE_ACK: "duplicate_ack",
    LOST_SEGMENT: "lost_segment",
    ACK_LOST_SEGMENT: "ack_lost_segment",
    KEEP_ALIVE: "keep_alive",
    KEEP_ALIVE_ACK: "keep_alive_ack",
    ZERO_WINDOW: "zero_window",
    ZERO_WINDOW_PROBE: "zero_window_probe",
    ZERO_WINDOW_PROBE_ACK: "zero_window_probe_ack",
    WINDOW_FULL: "window_full",
    WINDOW_UPDATE: "window_update",
    REUSED_PORT: "reused_port",
}

# What a conversation has shown: the bits of `completeness`. 31 is whole, 37 refused, 47 reset after data.
SYN_SEEN, SYN_ACK_SEEN, ACK_SEEN, DATA_SEEN, FIN_SEEN, RST_SEEN = 1, 2, 4, 8, 16, 32


class SegmentFacts(NamedTuple):
    """One segment, seen with all that came before it in its capture.

    `seq` and `ack` are relative: the SYN is 0, the first byte 1; `ack` is 0 where the segment has none.
    `flags` are names of `FLAG_NAMES`. They judge by numbers and times alone, so on links with microseconds of
    round-trip a retransmission may be called out_of_order. `sent_again` does not guess: all that the segment
    carries (bytes, SYN, FIN) was in this capture before. In the sender's own capture that is a retransmission.
    `duplicates` counts a duplicate_ack among those of the same acknowledgement, from 1; 0 for any other segment.
    `rtt_ns` is the time since the segment that this one acknowledges, `acknowledges` that one's number.
    `bytes_in_flight` are the sender's unacknowledged bytes, with this segment; None where it has no payload.
    """

    packet: Packet
    sender: Endpoint
    conversation: int  # from 0, in order of first segment; as tshark's tcp.stream
    seq: int
    ack: int
    flags: frozenset[str]
    duplicates: int
    acknowledges: int | None
    rtt_ns: int | None
    bytes_in_flight: int | None
    sent_again: bool


class Sides(NamedTuple):
    """One number of each side."""

    client: int
    server: int


@dataclass(frozen=True)
class Analysis:
    """A conversation, segment by segment and as a whole. What Conversation tells already is asked of it."""

    conversation: Conversation
    segments: tuple[SegmentFacts, ...]
    completeness: int  # SYN_SEEN | SYN_ACK_SEEN | ...
    handshake_ns: int | None  # from the last SYN to the first ACK behind it

    @property
    def history(self) -> str:
        return self.conversation.history

    @property
    def conn_state(self) -> str:
        return self.conversation.conn_state

    @property
    def first_closer(self) -> Endpoint | None:
        return self.conversation.first_fin

    @property
    def closing(self) -> tuple[Packet, ...]:
        """The segments of the close: 3, or 4 (RFC 9293 3.6)."""
        return self.conversation.closing

    @property
    def duration_ns(self) -> int:
        packets = self.conversation.packets
        return packets[-1].time_ns - packets[0].time_ns if packets else 0

    @cached_property
    def bytes(self) -> Sides:
        """The payload that each side sent, every byte once, as far as it was captured."""
        return Sides(*(len(self.conversation.stream(end).data) for end in self._ends))

    @cached_property
    def bytes_on_wire(self) -> Sides:
        """The frames of each side, with their headers and all that was sent again."""
        segments = self.conversation.segments
        return Sides(*(sum(packet.length for packet in segments(end)) for end in self._ends))

    @cached_property
    def retransmissions(self) -> tuple[SegmentFacts, ...]:
        """Those that were sent again. All of a sender's only where this is its own host's capture."""
        return tuple(facts for facts in self.segments if facts.sent_again)

    def facts(self, number: int) -> SegmentFacts | None:
        """Give the facts of a packet of the capture; None for one that is not of this conversation."""
        return self._by_number.get(number)

    @cached_property
    def _by_number(self) -> dict[int, SegmentFacts]:
        return {facts.packet.number: facts for facts in self.segments}

    @property
    def _ends(self) -> tuple[Endpoint, Endpoint]:
        return self.conversation.client, self.conversation.server

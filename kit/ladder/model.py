"""The ladder of a run as frozen values: what every host and program did, in one causal order.

An event stands behind everything that caused it, whatever the clocks say: `cause` names, by their place
in `Ladder.events`, the events that must stand before it. `time_ns` is what was measured. `at_ns` is where
the event stands on a time line that never runs backwards: where the two differ, the measured time
contradicts a cause (strace takes a call's times before and after its own work on the line).

Who draws it needs no knowledge of evidence: bars, arrows, crosses, shades and marks are all here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.evidence.model import StreamName
    from kit.packets.model import Endpoint

# Calls that only ask or set something of a socket: a picture can do without them.
MINOR_CALLS = frozenset({"getsockname", "getpeername", "getsockopt", "setsockopt"})

Fate = Literal["arrived", "lost", "unknown"]
MarkKind = Literal[
    "start", "cell", "stdin", "gate", "freeze", "thaw", "signal", "snapshot", "unplug", "plug", "release"
]


@dataclass(frozen=True, slots=True)
class Interval:
    began_ns: int
    ended_ns: int


@dataclass(frozen=True, slots=True)
class Strand:
    """A program beside its host's lane. While it is frozen, its host's kernel goes on."""

    program: str
    frozen: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """A host: one vertical line. `unplugged`: no packet reached it or left it."""

    host: str
    address: str
    strands: tuple[Strand, ...] = ()
    unplugged: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation as all hosts together saw it, numbered from 1 in order of first event.

    A program is None where no call tells which one it is (calls not traced, or nobody listened).
    """

    number: int
    protocol: Literal["tcp", "udp"]
    client: Endpoint
    server: Endpoint
    client_lane: str
    server_lane: str
    client_program: str | None = None
    server_program: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    time_ns: int
    at_ns: int
    cause: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PacketRef:
    """A packet as Wireshark numbers it in this host's capture."""

    host: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(_Placed):
    """A packet leaves. Where it came to, if it did, is the `Arrived` with this `number`.

    On a loopback `from_lane` is `to_lane`; the programs tell the two ends apart where calls name them.
    `fate` is `unknown` where the other capture is not whole or there is none. `label` is for people:
    `SYN`, `SYN-ACK`, `ACK`, `PSH-ACK 1:10(9)`, `UDP 9`; `seq` and `ack` are relative, None for UDP.
    """

    number: int  # from 1, in this order
    from_lane: str
    to_lane: str
    label: str
    protocol: Literal["tcp", "udp", "icmp", "icmp6"]
    dialogue: int  # the number of the conversation
    source: Endpoint
    target: Endpoint
    fate: Fate
    from_program: str | None = None
    to_program: str | None = None
    flags: str = ""  # tcpdump's letters
    seq: int | None = None
    ack: int | None = None
    length: int = 0  # of the payload, in bytes
    window: int | None = None
    payload: bytes = b""
    sent_packet: PacketRef | None = None  # None: only the receiver's capture has it
    received_packet: PacketRef | None = None
    sent_ns: int
    arrived_ns: int | None = None
    facts: frozenset[str] = (
        frozenset()
    )  # the analyser's names: retransmission, duplicate_ack, zero_window, ...; and the link's: dropped_by_link, ...
    rtt_ns: int | None = None  # of the segment that this one acknowledges


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(_Placed):
    """The packet of `segment` (a Segment's number) reached its host. A loopback has it, too."""

    segment: int
    lane: str
    program: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBegan(_Placed):
    """A program entered a call. `label` is for people: `connect(server:8001)`; `data` is what it sends.

    `blocked`: between entry and return something else happened or time went by: worth a bar.
    `returned` is the place of its CallReturned in `Ladder.events`, None where it never returned.
    """

    call: int  # the evidence's number
    kind: str
    program: str
    lane: str
    label: str
    blocked: bool
    returned: int | None = None
    dialogue: int | None = None
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReturned(_Placed):
    """A call came back. `label` says with what: `= 7`, `= ECONNREFUSED`; `data` is what it received."""

    call: int
    kind: str
    program: str
    lane: str
    label: str
    blocked: bool
    began: int  # the place of its CallBegan
    failed: bool = False
    data: bytes = b""
    dialogue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(_Placed):
    """A socket is in another state of RFC 9293 3.3.2. `confirmed`: a socket table of the kernel showed it."""

    lane: str
    local: Endpoint
    remote: Endpoint | None  # None: a listener
    state: str
    dialogue: int | None = None
    program: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged(_Placed):
    """So many connections wait for accept on a listening port, as the kernel's socket table said."""

    lane: str
    port: int
    length: int
    backlog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesWaiting(_Placed):
    """So many received bytes of a TCP connection wait to be read (Recv-Q), as the socket table said."""

    lane: str
    local: Endpoint
    remote: Endpoint
    size: int
    dialogue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(_Placed):
    program: str
    lane: str
    stream: StreamName
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(_Placed):
    """A program ended. Exactly one of `code` and `signal` is set."""

    program: str
    lane: str
    code: int | None = None
    signal: str | None = None
    killed_by_kit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(_Placed):
    """A step of the timeline, where it began; a gate where it opened, or was given up (`missed`)."""

    step: int
    text: str
    kind: MarkKind
    programs: tuple[str, ...] = ()
    missed: bool = False
    reason: str = ""


Event = (
    Segment
    | Arrived
    | CallBegan
    | CallReturned
    | StateChanged
    | QueueChanged
    | BytesWaiting
    | Said
    | Ended
    | Mark
)


@dataclass(frozen=True, slots=True)
class Ladder:
    """All events of a run in one causal order. `left_out` counts what is no part of the picture, by protocol."""

    lanes: tuple[Lane, ...]
    events: tuple[Event, ...]
    dialogues: tuple[Dialogue, ...] = ()
    began_ns: int = 0
    ended_ns: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()  # contradictions in the evidence that the order could not follow

    def segment(self, number: int) -> Segment:
        return next(one for one in self.events if isinstance(one, Segment) and one.number == number)

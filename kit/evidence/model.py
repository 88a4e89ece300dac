"""What was observed in one run, as frozen values. No opinion lives here.

Times are integer nanoseconds of CLOCK_REALTIME: packets, calls, outputs and steps share it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from kit.evidence import strace_text
from kit.packets.conversation import conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet

Protocol = Literal["tcp", "udp"]
StreamName = Literal["stdout", "stderr"]
STREAMS: tuple[StreamName, ...] = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Socket:
    """A row of a host's socket table.

    `state` is Linux's name with hyphens as RFC 9293 writes it (`LISTEN`, `SYN-SENT`, `ESTABLISHED`,
    `TIME-WAIT`, ...; a bound UDP socket is `UNCONN`, a connected one `ESTABLISHED`).
    On a LISTEN socket `recv_queue` counts connections that wait for accept and `send_queue` is the
    backlog; elsewhere both are bytes (of kernel memory for UDP).
    """

    protocol: Protocol
    local: Endpoint
    remote: Endpoint
    state: str
    recv_queue: int
    send_queue: int


@dataclass(frozen=True, slots=True)
class SocketTable:
    host: str
    time_ns: int
    sockets: tuple[Socket, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The socket tables of all hosts at a named step."""

    name: str
    tables: Mapping[str, SocketTable]

    @property
    def time_ns(self) -> int:
        return min(table.time_ns for table in self.tables.values())


@dataclass(frozen=True, slots=True)
class Call:
    """A system call on a socket, as strace saw it.

    `local`/`remote` are the connection that the descriptor named (when the call returned, where the
    entry did not know it yet); for `accept` they are the accepted connection's. `peer` is the address
    in the arguments (connect, sendto) or the one filled in (accept, recvfrom). `data` is what was
    sent or received as far as strace showed it, `data_complete` whether that is all of it.
    `return_ns` None: the call had not returned when the evidence ended. `result` None: no return, or `?`.
    """

    number: int  # from 1, in order of entry, over all programs
    program: str
    pid: int
    name: str  # the kernel's name: recvfrom, accept4, sendto, ...
    enter_ns: int
    return_ns: int | None = None
    descriptor: int | None = None
    protocol: Protocol | None = None
    local: Endpoint | None = None
    remote: Endpoint | None = None
    peer: Endpoint | None = None
    arguments: str = ""
    data: bytes = b""
    data_complete: bool = True
    result: int | None = None
    error: str | None = None  # ECONNREFUSED, EAGAIN, ...
    awaits: tuple[str, ...] = ()  # of epoll_wait: the kinds of calls that were to come after it

    @property
    def kind(self) -> str:
        """The family of the call, whatever the language used: accept, recv, send, connect, close, ..."""
        return CALL_KINDS.get(self.name, self.name)

    @property
    def option(self) -> strace_text.Option | None:
        """What setsockopt set, or getsockopt gave."""
        return strace_text.option(self.arguments) if self.name in ("setsockopt", "getsockopt") else None

    @property
    def asked(self) -> int | None:
        """How many bytes it was given to send, or had room to receive; None where the arguments do not say."""
        size = _SIZES.get(self.name)
        return None if size is None else size(self.arguments)


# How much a call may move is in its arguments (man 2 send, recv, read, write, readv)
_SIZES: Mapping[str, Callable[[str], int | None]] = {
    **dict.fromkeys(("sendto", "recvfrom", "read", "write"), strace_text.buffer_size),
    **dict.fromkeys(("sendmsg", "recvmsg", "readv", "writev"), strace_text.iovecs_size),
}

# The names that people type for the kernel's variants of a call (man 2 socketcall, read, write).
CALL_KINDS: Mapping[str, str] = {
    "accept4": "accept",
    "recvfrom": "recv",
    "recvmsg": "recv",
    "recvmmsg": "recv",
    "read": "recv",
    "readv": "recv",
    "sendto": "send",
    "sendmsg": "send",
    "sendmmsg": "send",
    "write": "send",
    "writev": "send",
    "sendfile": "send",
    "ppoll": "poll",
    "pselect6": "select",
    "epoll_pwait": "epoll_wait",
}


@dataclass(frozen=True, slots=True)
class Output:
    """One line of a program's output with its newline, or what came before the end or the cap."""

    program: str
    stream: StreamName
    time_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Exit:
    """How a program ended. Exactly one of `code` and `signal` is set. `killed_by_kit`: at the run's end."""

    program: str
    time_ns: int
    code: int | None = None
    signal: str | None = None
    killed_by_kit: bool = False


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step of the timeline as it happened. `missed`: its gate did not open; later steps are `unreached`."""

    number: int  # from 1
    text: str  # as the author wrote it, on one line
    outcome: Literal["done", "missed", "unreached"]
    began_ns: int | None = None
    ended_ns: int | None = None
    program: str | None = None  # whom the step names, where it names one
    reason: str = ""  # why a gate was missed: what was waited for, what was last seen


@dataclass(frozen=True, slots=True)
class Capture:
    """The packets at one host. `dropped` None: the kernel's count could not be had."""

    host: str
    packets: tuple[Packet, ...]
    dropped: int | None = 0
    truncated: bool = False  # the file ends inside a record, or the limit was hit

    @property
    def whole(self) -> bool:
        """Whether absence can be concluded from it."""
        return self.dropped == 0 and not self.truncated


@dataclass(frozen=True, slots=True)
class HostFact:
    name: str
    address: str
    names: tuple[str, ...] = ()  # other names that mean this host: localhost
    address6: str = ""  # its IPv6 address, where the exercise has such


@dataclass(frozen=True, slots=True)
class ProgramFact:
    name: str
    host: str
    submitted: bool  # whether the submission supplied (a part of) it


@dataclass(frozen=True, slots=True)
class LimitHit:
    """A limit of the plan that was met. `who` is a program, or the host whose link it is about."""

    who: str
    limit: str  # its name in the exercise's `limits`
    text: str

    def __str__(self) -> str:
        """Say it as a person reads it: `client: processes: at most 64 at once`."""
        return f"{self.who}: {self.text}"


@dataclass(frozen=True, slots=True)
class LinkAct:
    """What the exercise's link did to a packet. `packet` counts the IPv4 packets from the one host to the other, from 1."""

    from_host: str
    to_host: str
    what: str  # one of kit.exercise.plan.LINK_ACTS
    packet: int
    rule: int  # its place in the exercise's `link`, from 1; 0: of no rule
    time_ns: int


@dataclass(frozen=True)
class Evidence:
    """All that was observed. Checks see only this."""

    exercise: str
    hosts: Mapping[str, HostFact]
    programs: Mapping[str, ProgramFact]
    captures: Mapping[str, Capture]
    calls: tuple[Call, ...] = ()
    outputs: tuple[Output, ...] = ()
    exits: tuple[Exit, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    started: frozenset[str] = frozenset()  # programs that the timeline has started
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    tables: tuple[SocketTable, ...] = ()  # each change of a table that was watched
    began_ns: int = 0
    ended_ns: int = 0
    calls_traced: bool = True  # False: no strace on this machine
    faults: tuple[str, ...] = ()  # trouble of the machine; any makes the run inconclusive
    limits_hit: tuple[LimitHit, ...] = ()
    unheld: Mapping[str, str] = field(default_factory=dict)  # host -> why what it sends was not limited
    used: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict
    )  # program -> limit -> the most it used
    link_acts: tuple[LinkAct, ...] = ()
    # host -> name -> value, as its kernel had them; `sysctl_set` are those that the exercise asked for
    sysctl: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sysctl_set: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def conversations(self) -> Mapping[str, tuple[Conversation, ...]]:
        """Conversations as seen at each host, in order of their first packet."""
        return {host: conversations(capture.packets) for host, capture in self.captures.items()}

    def host_of(self, address: str) -> str | None:
        """Give the host that has this address; None for addresses of no host (loopback, too)."""
        return self._host_of.get(address)

    @cached_property
    def _host_of(self) -> dict[str, str]:
        known = ((host, address) for host in self.hosts.values() for address in (host.address6, host.address))
        return {address: host.name for host, address in known if address}

    @cached_property
    def _calls_of(self) -> dict[tuple[str, str | None], tuple[Call, ...]]:
        """What `calls_of` has answered: checks ask the same for each of thousands of calls."""
        return {}

    def calls_of(self, program: str, kind: str | None = None) -> tuple[Call, ...]:
        """Give a program's calls, of one family or kernel's name where `kind` says which."""
        asked = (program, kind)
        if asked not in self._calls_of:
            self._calls_of[asked] = tuple(
                call
                for call in self.calls
                if call.program == program and kind in (None, call.kind, call.name)
            )
        return self._calls_of[asked]

    def output_of(self, program: str, stream: str = "stdout") -> bytes:
        return b"".join(
            line.data for line in self.outputs if line.program == program and line.stream == stream
        )

    def exit_of(self, program: str) -> Exit | None:
        """Give how the program ended the last time, or None if it never did."""
        return next((end for end in reversed(self.exits) if end.program == program), None)

    @property
    def missed_step(self) -> StepRecord | None:
        return next((step for step in self.steps if step.outcome == "missed"), None)

"""What is known of a running lab: messages go in, facts come out. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kit.evidence import rows
from kit.evidence.model import Exit, SocketTable
from kit.lab.packets import PacketCounts, asked_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.backends.base import Arrived
    from kit.evidence.model import Call
    from kit.evidence.strace import Tracer
    from kit.exercise.plan import Plan

# A socket in one of these expects a packet or is about to send one (RFC 9293 3.3.2).
TRANSIENT_STATES = frozenset({"SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "CLOSING", "LAST-ACK"})


@dataclass
class ProgramState:
    tracer: Tracer
    # pieces and when each was read from strace, parsed when somebody asks about calls
    unread_trace: list[tuple[int, bytes]] = field(default_factory=list)
    ready: bool = False
    traced: bool = False
    running: bool = False
    frozen: bool = False
    starts: int = 0
    output: dict[str, bytearray] = field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()}
    )
    cells_begun: int = 0
    cells_ended: int = 0
    exits: list[Exit] = field(default_factory=list)
    used: Mapping[str, float] | None = None  # of its limits, as it told last
    collected: Mapping[str, bytes] | None = None  # files that it made

    @property
    def exited(self) -> bool:
        return self.starts > 0 and not self.running

    @property
    def blocked_in(self) -> frozenset[str]:
        """The kinds of calls that were entered and have not returned."""
        self._read_trace()
        return frozenset(self.tracer.blocked().values()) if self.running else frozenset()

    @property
    def awaits(self) -> frozenset[str]:
        """The same, and the kinds of calls that an event loop waits to make."""
        self._read_trace()
        return self.tracer.awaited() if self.running else frozenset()

    def calls(self) -> tuple[Call, ...]:
        self._read_trace()
        return self.tracer.calls()

    def _read_trace(self) -> None:
        for read_ns, piece in self.unread_trace:
            self.tracer.feed(piece, read_ns)
        self.unread_trace.clear()


@dataclass
class HostState:
    ready: bool = False
    capturing: str = ""
    unheld: str = ""  # why what it sends could not be limited
    mac: str = ""  # its interface's hardware address
    sysctl: Mapping[str, str] = field(default_factory=dict)  # what its kernel is set to
    netem: dict[str, dict[str, Any]] = field(default_factory=dict)  # to which host -> what became of it
    packets: PacketCounts = field(default_factory=lambda: PacketCounts({}))
    under_way: int = 0  # packets that the link delays, as its last table told
    table: SocketTable | None = None  # the newest
    answers: dict[int, Any] = field(default_factory=dict)  # request id -> its answer
    captured: Mapping[str, Any] | None = None


class LabState:
    """All hosts and programs of a plan, as the messages so far tell."""

    def __init__(self, plan: Plan, tracers: Mapping[str, Tracer]) -> None:
        self.plan = plan
        self.hosts = {name: HostState(packets=asked_of(plan, name)) for name in plan.hosts}
        self.programs = {name: ProgramState(tracers[name]) for name in plan.programs}
        self.faults: list[str] = []

    def host_of(self, place: str) -> str:
        """Give the host that a program or a host's own name means."""
        return self.plan.programs[place].host if place in self.plan.programs else place

    def table_of(self, place: str) -> SocketTable | None:
        return self.hosts[self.host_of(place)].table

    @property
    def ready(self) -> bool:
        everyone: Iterable[HostState | ProgramState] = (*self.hosts.values(), *self.programs.values())
        return all(one.ready for one in everyone)

    @property
    def idle(self) -> bool:
        """Nothing runs that could still do something: all have ended, were never started, or are frozen."""
        return not any(program.running and not program.frozen for program in self.programs.values())

    @property
    def ended(self) -> bool:
        """No program runs, not even one that is frozen and may have left its kernel something to send."""
        return not any(program.running for program in self.programs.values())

    def take(self, message: Arrived) -> None:
        """Note one message of a helper; those that say nothing about state pass by."""
        kind, name = message.source
        if message.head is None:
            return
        handler = (_OF_HOST if kind == "host" else _OF_PROGRAM).get(message.head["event"])
        if handler is not None:
            one = self.hosts[name] if kind == "host" else self.programs[name]
            handler(one, name, message.head, message.body)


def _host_ready(host: HostState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    host.ready = True
    host.capturing = head["capturing"]
    host.unheld = head.get("unheld", "")
    host.mac = head.get("mac", "")
    host.sysctl = head.get("sysctl", {})


def _sockets(host: HostState, name: str, head: Mapping[str, Any], _body: bytes) -> None:
    host.table = rows.table_of({"host": name, **head})
    host.under_way = head.get("under_way", 0)
    if "id" in head:
        host.answers[head["id"]] = host.table


def _netem(host: HostState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    about = {key: value for key, value in head.items() if key not in ("event", "to")}
    host.netem.setdefault(head["to"], {}).update(about)


def _packets(host: HostState, _name: str, _head: Mapping[str, Any], body: bytes) -> None:
    host.packets.take(body)


def _done(host: HostState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    host.answers[head["id"]] = True


def _captured(host: HostState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    host.captured = head


def _program_ready(program: ProgramState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    program.ready = True
    program.traced = head["traced"]


def _started(program: ProgramState, _name: str, _head: Mapping[str, Any], _body: bytes) -> None:
    program.running = True
    program.starts += 1
    program.cells_begun = program.cells_ended = 0
    for stream in program.output.values():
        stream.clear()


def _output(program: ProgramState, _name: str, head: Mapping[str, Any], body: bytes) -> None:
    program.output[head["stream"]] += body


def _trace(program: ProgramState, _name: str, head: Mapping[str, Any], body: bytes) -> None:
    program.unread_trace.append((head["time_ns"], body))


def _cell(program: ProgramState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    if head["what"] == "began":
        program.cells_begun = head["number"]
    else:
        program.cells_ended = head["number"]


def _exited(program: ProgramState, name: str, head: Mapping[str, Any], _body: bytes) -> None:
    program.starts += not program.running  # it could not even be started
    program.running = False
    program.exits.append(Exit(name, head["time_ns"], head.get("code"), head.get("signal")))


def _used(program: ProgramState, _name: str, head: Mapping[str, Any], _body: bytes) -> None:
    program.used = head["used"]


def _collected(program: ProgramState, _name: str, head: Mapping[str, Any], body: bytes) -> None:
    start, found = 0, {}
    for file, size in head["files"]:
        found[file] = body[start : start + size]
        start += size
    program.collected = found


_OF_HOST: dict[str, Any] = {
    "ready": _host_ready,
    "packets": _packets,
    "sockets": _sockets,
    "done": _done,
    "captured": _captured,
    "netem": _netem,
}
_OF_PROGRAM: dict[str, Any] = {
    "ready": _program_ready,
    "started": _started,
    "output": _output,
    "trace": _trace,
    "cell": _cell,
    "exited": _exited,
    "used": _used,
    "collected": _collected,
}

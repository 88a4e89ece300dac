"""One conversation with a running lab: takes messages in, keeps state and evidence up to date, waits."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from queue import Empty
from typing import TYPE_CHECKING, Any

from kit import interrupts
from kit.backends.base import Arrived
from kit.errors import BackendError
from kit.evidence.model import Exit, LimitHit, LinkAct
from kit.evidence.strace import Tracer
from kit.lab import heads
from kit.lab.state import TRANSIENT_STATES, LabState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from queue import SimpleQueue

    from kit.backends.base import Lab
    from kit.evidence.model import SocketTable
    from kit.evidence.store import Recorder


# What wakes a session that waits, so that it looks whether a signal has asked for the end.
WOKEN = Arrived(("kit", "signal"), {"event": "woken"})


class Session:
    def __init__(self, lab: Lab, inbox: SimpleQueue[Arrived], recorder: Recorder) -> None:
        self.lab = lab
        self.plan = lab.plan
        self.state = LabState(lab.plan, {name: Tracer(name) for name in lab.plan.programs})
        self._inbox = inbox
        self._recorder = recorder
        self._requests = count(1)
        self._watched: set[str] = set()

    # Waiting

    def wait(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Take messages until the condition holds (True) or the deadline, of time.monotonic, has passed."""
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            try:
                self._take(self._inbox.get(timeout=left))
            except Empty:
                return condition()
        return True

    def catch_up(self) -> None:
        """Take what has arrived already, so that a step begins with what is known by now."""
        for _ in range(self._inbox.qsize()):  # no more than that: a flood has no end
            self._take(self._inbox.get())

    def wait_news(self, deadline: float) -> bool:
        """Take one message, or give False at the deadline, however many are waiting."""
        left = deadline - time.monotonic()
        try:
            if left > 0:
                self._take(self._inbox.get(timeout=left))
        except Empty:
            return False
        return left > 0

    def _take(self, message: Arrived) -> None:
        interrupts.check()
        kind, name = message.source
        if message.head is None:
            said = message.body.decode(errors="replace").strip().rpartition("\n")[2]
            helper = "the tap of host" if kind == "host" else "the runner of program"
            raise BackendError(f"{helper} {name} ended in the middle of the run: {said or 'it said nothing'}")
        head = heads.known(message.source, message.head)
        self.state.take(replace(message, head=head))
        record = _RECORDS.get(head["event"])
        if record is not None:
            record(self, name, head, message.body)

    # Asking

    def tell_program(self, program: str, do: str, body: bytes = b"", **fields: Any) -> None:
        self.lab.send(("program", program), {"do": do, **fields}, body)

    def tell_host(self, host: str, do: str, **fields: Any) -> None:
        self.lab.send(("host", host), {"do": do, **fields})

    def ask_hosts(
        self, hosts: Iterable[str], do: str, deadline: float, **fields: Any
    ) -> dict[str, Any] | None:
        """Ask every host and give the answers by host, or None where one is missing at the deadline."""
        asked = {host: next(self._requests) for host in hosts}
        for host, number in asked.items():
            self.tell_host(host, do, id=number, **fields)
        answers = {host: self.state.hosts[host].answers for host in asked}
        if not self.wait(lambda: all(asked[host] in answers[host] for host in asked), deadline):
            return None
        return {host: answers[host].pop(asked[host]) for host in asked}

    def watch(self, hosts: set[str], *, listeners: bool = False) -> None:
        """Have the socket tables of exactly these hosts told at every change; `listeners`: those matter most."""
        for host in hosts - self._watched:
            self.state.hosts[host].table = None  # what was known before may be old
            self.tell_host(host, "watch", on=True, listeners=listeners)
        for host in self._watched - hosts:
            self.tell_host(host, "watch", on=False, listeners=False)
        self._watched = set(hosts)

    def quiet(self, deadline: float) -> bool:
        """Whether no socket of any host is in a state that a packet under way would change, and the link delays none."""
        if (
            self.plan.link
        ):  # a tap that answers has put on what had left by then: the next answers tell what came of it
            self.ask_hosts(self.plan.hosts, "snapshot", deadline)
        tables: dict[str, SocketTable] | None = self.ask_hosts(self.plan.hosts, "snapshot", deadline)
        if tables is None or any(host.under_way for host in self.state.hosts.values()):
            return False
        return not any(
            socket.state in TRANSIENT_STATES for table in tables.values() for socket in table.sockets
        )

    # Recording

    def _packets(self, host: str, _head: dict[str, Any], body: bytes) -> None:
        self._recorder.packets(host, body)

    def _sockets(self, host: str, head: dict[str, Any], _body: bytes) -> None:
        if "id" not in head:  # an answer to a question is recorded by who asked
            self._recorder.sockets(host, head["time_ns"], head["rows"])

    def _captured(self, host: str, head: dict[str, Any], _body: bytes) -> None:
        self._recorder.captured(host, head)

    def _output(self, program: str, head: dict[str, Any], body: bytes) -> None:
        self._recorder.output(program, head["stream"], head["time_ns"], body)

    def _trace(self, program: str, _head: dict[str, Any], body: bytes) -> None:
        self._recorder.trace(program, body)

    def _exited(self, program: str, head: dict[str, Any], _body: bytes) -> None:
        self._recorder.exit(Exit(program, head["time_ns"], head.get("code"), head.get("signal")))

    def _limit(self, name: str, head: dict[str, Any], _body: bytes) -> None:
        self.met_limit(name, head["limit"])

    def met_limit(self, name: str, limit: str) -> None:
        self._recorder.limit(LimitHit(name, limit, f"{limit}: {self.plan.limits.words(limit)}"))

    def _link(self, host: str, head: dict[str, Any], _body: bytes) -> None:
        self._recorder.link(
            LinkAct(host, head["to"], head["what"], head["packet"], head["rule"], head["time_ns"])
        )

    def _used(self, program: str, head: dict[str, Any], _body: bytes) -> None:
        self._recorder.used(program, head["used"])

    def _fault(self, name: str, head: dict[str, Any], _body: bytes) -> None:
        self._recorder.fault(f"{name}: {head['text']}")

    def _note(self, name: str, head: dict[str, Any], _body: bytes) -> None:
        fields = {key: value for key, value in head.items() if key not in ("event", "mac", "sysctl")}
        self._recorder.note(head["event"], name=name, **fields)


_RECORDS: dict[str, Callable[[Session, str, dict[str, Any], bytes], None]] = {
    "packets": Session._packets,  # noqa: SLF001  # the table belongs to the class
    "sockets": Session._sockets,  # noqa: SLF001
    "captured": Session._captured,  # noqa: SLF001
    "output": Session._output,  # noqa: SLF001
    "trace": Session._trace,  # noqa: SLF001
    "exited": Session._exited,  # noqa: SLF001
    "limit": Session._limit,  # noqa: SLF001
    "link": Session._link,  # noqa: SLF001
    "used": Session._used,  # noqa: SLF001
    "fault": Session._fault,  # noqa: SLF001
    "started": Session._note,  # noqa: SLF001
    "cell": Session._note,  # noqa: SLF001
    "refused": Session._note,  # noqa: SLF001
    "ready": Session._note,  # noqa: SLF001
}

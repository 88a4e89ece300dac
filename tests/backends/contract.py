"""What the contract's tests need: small plans, and a reader of what a lab says. For every backend the same."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from kit.errors import BackendError
from kit.exercise.plan import HostPlan, Limits, Plan, ProgramPlan
from kit.lab import link
from kit.packets.decode import decode
from kit.packets.pcap import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.backends.base import Arrived, Backend, Lab
    from kit.packets.model import Packet

WITHIN_S = 30.0  # far above anything seen: a limit that is hit is a defect, not a slow machine

SERVER = b"""\
import socket, sys
server = socket.create_server(("", 8001))
print("listening")
connection, address = server.accept()
print("accepted", address[0])
while data := connection.recv(100):
    connection.sendall(data.upper())
connection.close()
"""
CLIENT = b"""\
import socket
connection = socket.create_connection(("server", 8001))
connection.sendall(b"hello")
print("sent")
print(connection.recv(100).decode())
connection.close()
"""


def cleaned(backend: Backend) -> list[str]:
    """Clean, and give what was removed.

    What an engine has not let go of for longer than this session makes `clean` fail (test_docker.py), and no other test.
    """
    try:
        return backend.clean()
    except BackendError as error:
        reasons = error.message.split("; ")
        removed = [reason.removeprefix("removed: ") for reason in reasons if reason.startswith("removed: ")]
        if len(removed) + error.message.count("the engine holds on to it") != len(reasons):
            raise
        return removed


def plan(programs: dict[str, bytes | tuple[str, ...]], hosts: dict[str, str] | None = None) -> Plan:
    """Give a plan with a host for each program (or the one that `hosts` names): a script's text, or a command."""
    at = {name: (hosts or {}).get(name, name) for name in programs}
    return Plan(
        exercise="contract",
        exercise_digest="",
        submission="",
        seed=None,
        params={},
        hosts={
            host: HostPlan(host, number) for number, host in enumerate(dict.fromkeys(at.values()), start=2)
        },
        programs={name: program(name, at[name], given) for name, given in programs.items()},
        steps=(),
        limits=Limits(),
    )


def program(name: str, host: str, given: bytes | tuple[str, ...]) -> ProgramPlan:
    if isinstance(given, tuple):
        return ProgramPlan(name, host, given, {})
    return ProgramPlan(name, host, ("python3", f"{name}.py"), {f"{name}.py": given}, script=f"{name}.py")


@dataclass
class Heard:
    """All that has arrived from a lab, and waits for what has not yet."""

    inbox: SimpleQueue[Arrived] = field(default_factory=SimpleQueue)
    messages: list[Arrived] = field(default_factory=list)

    def until(self, condition: Callable[[], Any]) -> None:
        """Take messages until the condition holds. A helper that ended meanwhile is in the failure's text."""
        deadline = time.monotonic() + WITHIN_S
        while not condition():
            try:
                self.messages.append(self.inbox.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                raise AssertionError(f"not within {WITHIN_S} s; heard: {self.messages}") from None

    def events(self, source: tuple[str, str], event: str) -> list[Arrived]:
        return [
            said
            for said in self.messages
            if said.source == source and (said.head or {}).get("event") == event
        ]

    def one(self, source: tuple[str, str], event: str) -> Arrived:
        self.until(lambda: self.events(source, event))
        return self.events(source, event)[0]

    def end(self, source: tuple[str, str]) -> bytes:
        """Wait for the end of a helper's stream; give what the helper said of its trouble."""
        self.until(lambda: any(said.source == source and said.head is None for said in self.messages))
        return next(said.body for said in self.messages if said.source == source and said.head is None)

    def output(self, name: str, stream: str = "stdout") -> str:
        said = self.events(("program", name), "output")
        return b"".join(each.body for each in said if each.head and each.head["stream"] == stream).decode()

    def prints(self, name: str, text: str) -> None:
        self.until(lambda: text in self.output(name))

    def printed_ns(self, name: str, text: str) -> int:
        """Give the time of the output that has the text."""
        self.prints(name, text)
        said = self.events(("program", name), "output")
        return next(int(each.head["time_ns"]) for each in said if each.head and text.encode() in each.body)

    def packets(self, host: str) -> list[Packet]:
        reader = Reader()
        frames = [
            frame for said in self.events(("host", host), "packets") for frame in reader.feed(said.body)
        ]
        return [decode(frame, number) for number, frame in enumerate(frames, start=1)]


@contextmanager
def running(backend: Backend, chosen: Plan) -> Iterator[tuple[Lab, Heard]]:
    """Give a lab whose helpers are all ready."""
    heard = Heard()
    with backend.up(chosen, heard.inbox) as lab:
        for host in chosen.hosts:
            heard.one(("host", host), "ready")
        for name in chosen.programs:
            heard.one(("program", name), "ready")
        yield lab, heard


def tell_link(lab: Lab, heard: Heard) -> None:
    """Have the taps do what the plan says of its link."""
    macs = {host: str((heard.one(("host", host), "ready").head or {})["mac"]) for host in lab.plan.hosts}
    for number, (host, directions) in enumerate(link.orders(lab.plan, macs).items(), 1000):
        ask(lab, heard, host, "link", number, directions=directions)


def ask(lab: Lab, heard: Heard, host: str, do: str, number: int, **fields: Any) -> None:
    """Ask a tap to do something and wait until it has."""
    lab.send(("host", host), {"do": do, "id": number, **fields})
    heard.until(
        lambda: any((said.head or {}).get("id") == number for said in heard.events(("host", host), "done"))
    )


def start(lab: Lab, *names: str) -> None:
    for name in names:
        lab.send(("program", name), {"do": "start"})


def capture(lab: Lab, heard: Heard, host: str) -> list[Packet]:
    """End a host's capture and give all of it."""
    lab.send(("host", host), {"do": "finish", "id": 1})
    heard.one(("host", host), "captured")
    return heard.packets(host)


def own_resources() -> tuple[set[str], int]:
    """Give what a lab must give back to this process: its threads and descriptors."""
    threads = {thread.name for thread in threading.enumerate() if thread.is_alive()}
    return threads, len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # Path.iterdir holds a descriptor of its own

"""A plan of literals, and a reader of the inbox that waits for what a test names."""

from __future__ import annotations

import os
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from kit.backends import _netns_leftovers as leftovers
from kit.exercise.plan import HostPlan, Limits, Plan, ProgramPlan
from kit.lab import link

if TYPE_CHECKING:
    from kit.backends.base import Arrived, Lab

LIMIT_S = 20.0


def plan_of(programs: dict[str, str], *, hosts: int = 0, limits: Limits | None = None) -> Plan:
    """Give a plan with each program on a host of its own name, and further hosts without one."""
    names = [*programs, *(f"idle{number}" for number in range(hosts))]
    return Plan(
        exercise="test",
        exercise_digest="0",
        submission="test",
        seed=None,
        params={},
        hosts={name: HostPlan(name, number) for number, name in enumerate(names, 2)},
        programs={
            name: ProgramPlan(
                name, name, ("python3", "main.py"), {"main.py": text.encode()}, script="main.py"
            )
            for name, text in programs.items()
        },
        steps=(),
        limits=limits or Limits(),
    )


class Desk:
    """What arrived, kept by source and kind of event."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Arrived] = SimpleQueue()
        self.arrived: list[Arrived] = []

    def wait(self, source: tuple[str, str], event: str, **fields: Any) -> Arrived:
        """Give the first message of this kind that was not waited for yet."""
        deadline = monotonic() + LIMIT_S
        while True:
            for place, message in enumerate(self.arrived):
                head = message.head or {"event": "end"}
                wanted = {"event": event, **fields}
                if message.source == source and wanted.items() <= head.items():
                    return self.arrived.pop(place)
            self.arrived.append(self.inbox.get(timeout=max(0.01, deadline - monotonic())))

    def ready(self, lab: Lab) -> None:
        """Wait for every helper, and have the link do what the plan says."""
        ready = {host: self.wait(("host", host), "ready").head or {} for host in lab.plan.hosts}
        for program in lab.plan.programs:
            self.wait(("program", program), "ready")
        macs = {host: str(head["mac"]) for host, head in ready.items()}
        for host, directions in link.orders(lab.plan, macs).items():
            lab.send(("host", host), {"do": "link", "id": 1, "directions": directions})
            self.wait(("host", host), "done")

    def start(self, lab: Lab, program: str) -> None:
        lab.send(("program", program), {"do": "start"})
        self.wait(("program", program), "started")

    def exited(self, program: str) -> dict[str, Any]:
        head = self.wait(("program", program), "exited").head
        assert head is not None
        return {key: head[key] for key in ("code", "signal") if key in head}

    def output(self, program: str, stream: str = "stdout") -> str:
        """Give what the program has written so far and nobody has read."""
        mine = [
            message
            for message in self.arrived
            if message.source == ("program", program)
            and message.head is not None
            and message.head["event"] == "output"
            and message.head["stream"] == stream
        ]
        self.arrived = [message for message in self.arrived if message not in mine]
        return b"".join(message.body for message in mine).decode()

    def line(self, program: str, text: str) -> None:
        """Wait until the program has written this text."""
        said = ""
        while text not in said:
            said += self.wait(("program", program), "output", stream="stdout").body.decode()


def helpers_of(token: str) -> set[int]:
    """Give the living helpers of the kit with this token."""
    marked = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"{leftovers.VARIABLE}={token}".encode() in environment:
                marked.add(int(entry.name))
    return marked


def traces(token: str) -> dict[str, set[str]]:
    """Give everything of this machine that a kit with this token could leave behind."""
    temporary = {str(path) for path in Path(os.environ.get("TMPDIR", "/tmp")).glob(f"*{token}*")}  # noqa: S108
    cgroups = {path for path, folders, _ in os.walk("/sys/fs/cgroup") for path in folders if token in path}
    mounts = {line for line in Path("/proc/self/mounts").read_text().splitlines() if token in line}
    processes = {str(pid) for pid in helpers_of(token)}
    return {"folders": temporary, "cgroups": cgroups, "mounts": mounts, "processes": processes}


NOTHING: dict[str, set[str]] = {"folders": set(), "cgroups": set(), "mounts": set(), "processes": set()}


def network_namespaces(token: str) -> set[str]:
    """Give the network namespaces that this kit's helpers are in. They are anonymous: no mount holds them."""
    return {str(Path(f"/proc/{pid}/ns/net").readlink()) for pid in helpers_of(token)}

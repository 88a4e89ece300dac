"""A backend without a machine: it plays scripted messages, for unit tests of what drives a lab.

A script maps what a helper is told to what it answers: `{("program", "server", "start"): [started, ...]}`.
A demand that the script does not name gets the answer of a helper that works and has nothing to tell.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from kit.backends.base import Arrived, Promise, Requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from queue import SimpleQueue

    from kit.exercise.plan import Plan

    Script = Mapping[tuple[str, str, str], Sequence[tuple[dict[str, Any], bytes]]]


class FakeLab:
    """A lab in which everything works and nothing happens, but for the script."""

    def __init__(self, plan: Plan, inbox: SimpleQueue[Arrived], script: Script) -> None:
        self.plan = plan
        self.told: list[tuple[tuple[str, str], dict[str, Any], bytes]] = []
        self.frozen: list[tuple[str, str]] = []
        self.out_of_memory: set[str] = set()
        self._inbox = inbox
        self._script = {key: list(answers) for key, answers in script.items()}

    def send(self, source: tuple[str, str], head: dict[str, Any], body: bytes = b"") -> None:
        self.told.append((source, head, body))
        key = (*source, head["do"])
        answers = self._script.get(key)
        if answers is None:
            answers = [(answer, b"") for answer in _USUAL.get(head["do"], _nothing)(head)]
        for answer, content in answers:
            self.play(source, {**({"id": head["id"]} if "id" in head else {}), **answer}, content)

    def play(self, source: tuple[str, str], head: dict[str, Any] | None, body: bytes = b"") -> None:
        self._inbox.put(Arrived(source, head, body))

    def freeze(self, program: str) -> None:
        self.frozen.append(("freeze", program))

    def thaw(self, program: str) -> None:
        self.frozen.append(("thaw", program))

    def ran_out_of_memory(self, program: str) -> bool:
        return program in self.out_of_memory


def _nothing(_head: dict[str, Any]) -> list[dict[str, Any]]:
    return []


_USUAL: dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]] = {
    "start": lambda _: [{"event": "started", "time_ns": 1}],
    "snapshot": lambda _: [{"event": "sockets", "time_ns": 3, "rows": []}],
    "collect": lambda _: [{"event": "collected", "files": []}],
    "limits": lambda _: [{"event": "used", "used": {}}],
    "fence": lambda _: [{"event": "done"}],
    "unplug": lambda _: [{"event": "done"}],
    "plug": lambda _: [{"event": "done"}],
    "link": lambda _: [{"event": "done"}],
    "release": lambda _: [{"event": "done"}],
    "finish": lambda _: [{"event": "captured", "packets": 0, "dropped": 0, "truncated": False}],
}


class FakeBackend:
    name = "fake"

    def __init__(self, script: Script | None = None) -> None:
        """Take what the helpers answer; every answer is a message's head and body."""
        self._script = script or {}
        self.out_of_memory: set[str] = set()  # programs, as a lab says
        self.labs: list[FakeLab] = []

    def requirements(self) -> list[Requirement]:
        return []

    def promises(self) -> list[Promise]:
        return []

    def options(self) -> list[Requirement]:
        return []

    def versions(self) -> dict[str, str]:
        return {}

    def warm(self) -> None:
        pass

    def keep(self) -> AbstractContextManager[None]:
        return nullcontext()

    @contextmanager
    def up(self, plan: Plan, inbox: SimpleQueue[Arrived]) -> Iterator[FakeLab]:
        lab = FakeLab(plan, inbox, self._script)
        lab.out_of_memory = self.out_of_memory
        self.labs.append(lab)
        for host in plan.hosts:
            lab.play(("host", host), {"event": "ready", "capturing": "nothing"})
        for program in plan.programs:
            lab.play(("program", program), {"event": "ready", "traced": True, "why": ""})
        yield lab

    def clean(self) -> list[str]:
        return []

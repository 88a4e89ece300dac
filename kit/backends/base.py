"""The two small protocols that a backend fulfils. tests/backends/contract.py holds every backend to them.

A backend makes places and streams; what is said over the streams is the lab's business (see
`kit.tap.wire`, `kit.tap.host`, `kit.tap.program`), and is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from queue import SimpleQueue

    from kit.exercise.plan import Plan


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message from a helper. `source` is ("host", name) or ("program", name). `head` None: the stream
    ended; then `body` is what the helper wrote on its stderr (its own trouble, never a program's)."""

    source: tuple[str, str]
    head: dict[str, Any] | None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a backend needs of the machine. `remedy` is the command that mends it."""

    name: str
    present: bool
    detail: str
    remedy: str = ""
    needed: bool = True  # False: a run works without it, with less evidence


def netem(lack: str) -> Requirement:
    """Tell whether the hosts' kernel has netem, which rules of a link can ask for; `lack` is what it says instead."""
    detail = (
        "losses and delays of a link by chance"
        if not lack
        else f"{lack.rstrip('.')}; rules `netem` of a link need it"
    )
    return Requirement("netem", not lack, detail, "sudo modprobe sch_netem", needed=False)


# What shows whether a kernel has netem, where it may be tried
TRY_NETEM = ("tc", "qdisc", "add", "dev", "lo", "root", "netem", "limit", "1")

AS_A_WHOLE = "memory and processes of a program as a whole"  # a promise's name, the same on every backend


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that a program is kept from (SECURITY.md). `lack` says why it is not on this machine, "" where it is."""

    name: str
    lack: str = ""
    remedy: str = ""


class Lab(Protocol):
    """Hosts with their taps, and a runner beside each program; all are connected when `up` returns."""

    plan: Plan  # on the subnet that the backend chose

    def send(self, source: tuple[str, str], head: dict[str, Any], body: bytes = b"") -> None:
        """Send a message to a helper. A helper that is gone is not an error here: its stream's end tells."""

    def freeze(self, program: str) -> None:
        """Stop every process of the program; its host's kernel goes on. Returns when all are stopped."""

    def thaw(self, program: str) -> None: ...

    def ran_out_of_memory(self, program: str) -> bool:
        """Whether it is known from outside that the program met its memory's end: its runner may not get to tell."""


class Backend(Protocol):
    name: str

    def requirements(self) -> list[Requirement]:
        """Tell what the backend needs of this machine and whether it is there. Never raises."""

    def promises(self) -> list[Promise]:
        """Tell which promises about a program that nobody trusts are kept on this machine, where a run is possible.

        Raises BackendError where the machine cannot be asked.
        """

    def options(self) -> list[Requirement]:
        """Tell what few exercises ask for and not every kernel has. `kit doctor` asks, where a run is possible: it may take a
        second. Never raises.
        """

    def versions(self) -> dict[str, str]:
        """Name the versions that shape evidence: engine, kernel, image, python, strace, tcpdump."""

    def warm(self) -> None:
        """Begin in the background what needs no plan; the next `up` takes it. Doing nothing is right, too."""

    def keep(self) -> AbstractContextManager[None]:
        """While it is open, what one run brought up may serve the next, as far as nothing of the one can be seen by the
        other; on exit all of it is removed. For who has many runs to do, one after the other; doing nothing is right, too.
        """

    def up(self, plan: Plan, inbox: SimpleQueue[Arrived]) -> AbstractContextManager[Lab]:
        """Bring hosts and runners up; on exit, whatever happened, nothing of them is left but for what `keep` keeps.

        Messages of all helpers go into `inbox`, from any thread. Raises BackendError, with its remedy.
        """

    def clean(self) -> list[str]:
        """Remove what dead kits of this user left behind, and only that; name what was removed."""

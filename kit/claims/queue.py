"""How many connections waited with each argument of listen: read off the sockets of the measuring run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.evidence.model import Evidence

SNAPSHOT, SERVER, FIRST_PORT = "full", "server", 8000  # of exercises/claims/queue


@dataclass(frozen=True, slots=True)
class Held:
    """`backlog` is listen's argument, `taken` what the kernel made of it, `queued` how many connections waited."""

    backlog: int
    taken: int
    queued: int


def held(evidence: Evidence) -> tuple[Held, ...]:
    """Give a value for each listening socket (ss(8): Send-Q is the backlog, Recv-Q the queue); none without the snapshot."""
    snapshot = evidence.snapshots.get(SNAPSHOT)
    table = snapshot.tables.get(SERVER) if snapshot is not None else None
    found = [
        Held(socket.local.port - FIRST_PORT, socket.send_queue, socket.recv_queue)
        for socket in (table.sockets if table is not None else ())
        if socket.state == "LISTEN"
    ]
    return tuple(sorted(found, key=lambda each: each.backlog))


def limit(values: tuple[Held, ...]) -> int | None:
    """Give where the system cut the argument (net.core.somaxconn); None where it did not."""
    return next((each.taken for each in values if each.taken < each.backlog), None)

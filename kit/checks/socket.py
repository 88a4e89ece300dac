"""Which sockets did a host have when the snapshot was taken: in what state, with what in their queues?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kit.checks._peers import host_at, host_of_place
from kit.checks._premise import table_at
from kit.checks._words import count, socket_cite, socket_words
from kit.exercise.model import Port
from kit.exercise.references import HostRef, PlaceRef, SnapshotRef, Strict
from kit.verdict import Answer, fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence, Socket, SocketTable

State = Literal[
    "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
    "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT", "CLOSED", "UNCONN",
]  # fmt: skip  # RFC 9293 3.3.2, and ss(8)'s name for an unconnected UDP socket


class Params(Strict):
    """Sockets with `port` on either end. `count` of them, or at least one, must be as the rest says."""

    host: HostRef
    at: SnapshotRef
    port: Port
    remote: PlaceRef | None = None
    protocol: Literal["tcp", "udp"] = "tcp"
    state: State | None = None
    recv_queue: Annotated[int, Field(ge=0)] | None = None
    send_queue: Annotated[int, Field(ge=0)] | None = None
    count: Annotated[int, Field(ge=0)] | None = None


def check(evidence: Evidence, params: Params) -> Answer:
    expected = _expected(params)
    table = table_at(evidence, params.at, params.host, expected)
    if isinstance(table, Answer):
        return table
    candidates = [row for row in table.sockets if _on_port(evidence, params, table, row)]
    right = [row for row in candidates if _fits(params, row)]
    enough = len(right) >= 1 if params.count is None else len(right) == params.count
    shown = ", ".join(socket_words(row) for row in candidates)
    observed = shown or f"no {params.protocol} socket with port {params.port} on {params.host}"
    answer = passed if enough else fail
    return answer(expected=expected, observed=observed, cites=[socket_cite(table, row) for row in candidates])


def _expected(params: Params) -> str:
    number = "at least 1 socket" if params.count is None else count(params.count, "socket")
    words = [f"{number} of {params.host} with {params.protocol} port {params.port}"]
    words += [] if params.remote is None else [f"connected to {params.remote}"]
    asked = {"state": params.state, "Recv-Q": params.recv_queue, "Send-Q": params.send_queue}
    words += [f"{what} {value}" for what, value in asked.items() if value is not None]
    return ", ".join(words)


def _on_port(evidence: Evidence, params: Params, table: SocketTable, row: Socket) -> bool:
    if row.protocol != params.protocol or params.port not in (row.local.port, row.remote.port):
        return False
    if params.remote is None:
        return True
    there = host_of_place(evidence, params.remote)
    return row.remote.port != 0 and host_at(evidence, table.host, row.remote) == there


def _fits(params: Params, row: Socket) -> bool:
    return (
        params.state in (None, row.state)
        and params.recv_queue in (None, row.recv_queue)
        and params.send_queue in (None, row.send_queue)
    )

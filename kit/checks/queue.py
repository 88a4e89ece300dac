"""How many connections waited for accept when the snapshot was taken?

Linux shows it in the row of the LISTEN socket: Recv-Q is the queue, Send-Q the backlog (ss(8)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._peers import is_loopback, listens_elsewhere
from kit.checks._premise import table_at
from kit.checks._words import count, socket_cite
from kit.exercise.model import Port
from kit.exercise.references import HostRef, SnapshotRef, Strict
from kit.verdict import Answer, fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence, Socket


class Params(Strict):
    host: HostRef
    at: SnapshotRef
    port: Port
    length: Annotated[int, Field(ge=0)]
    backlog: Annotated[int, Field(ge=0)] | None = None  # the argument of listen, as the kernel capped it


def check(evidence: Evidence, params: Params) -> Answer:
    expected = (
        f"{count(params.length, 'connection')} in the accept queue of port {params.port} on {params.host}"
    )
    if params.backlog is not None:
        expected += f", with backlog {params.backlog}"
    table = table_at(evidence, params.at, params.host, expected)
    if isinstance(table, Answer):
        return table
    listening = [row for row in table.sockets if row.state == "LISTEN" and row.local.port == params.port]
    if not listening:
        why = listens_elsewhere(evidence, params.host, params.port)
        return fail(
            expected=expected,
            observed=f"no LISTEN socket on port {params.port} of {params.host}{why}",
            cites=[socket_cite(table, row) for row in table.sockets if row.state == "LISTEN"],
        )
    length = sum(row.recv_queue for row in listening)  # several share a port under SO_REUSEPORT
    right = length == params.length and _backlog_fits(params, listening)
    observed = f"{count(length, 'connection')} in the queue{_more(params, listening)}"
    answer = passed if right else fail
    return answer(expected=expected, observed=observed, cites=[socket_cite(table, row) for row in listening])


def _backlog_fits(params: Params, listening: list[Socket]) -> bool:
    return params.backlog is None or all(row.send_queue == params.backlog for row in listening)


def _more(params: Params, listening: list[Socket]) -> str:
    said = ""
    if params.backlog is not None:
        said += f", backlog {' and '.join(str(row.send_queue) for row in listening)}"
    if all(is_loopback(row.local.address) for row in listening):
        said += f"; it listens on {listening[0].local} only, which no other host can reach"
    return said

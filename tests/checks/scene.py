"""Literal evidence for the tests of checks: three hosts, a program of the same name on each.

    server 198.18.0.2:8001 · client1 198.18.0.3:40001 · client2 198.18.0.4:40002

are the places `s`, `c` and `d` of traces. Times of calls are in milliseconds, as those of traces are by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.checks import load
from kit.evidence.model import (
    Call,
    Capture,
    Evidence,
    Exit,
    HostFact,
    Output,
    ProgramFact,
    Snapshot,
    Socket,
    SocketTable,
    StepRecord,
)
from kit.packets.model import Endpoint
from tests.packets.build import ISN, PLACES, trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.verdict import Answer

MS = 1_000_000
S, C, D = PLACES["s"], PLACES["c"], PLACES["d"]
ANY = Endpoint("0.0.0.0", 8001)
NOBODY = Endpoint("0.0.0.0", 0)
LOCAL = {"s": Endpoint("127.0.0.1", 8001), "c": Endpoint("127.0.0.1", 40001)}

HOSTS = {
    "server": HostFact("server", S.address),
    "client1": HostFact("client1", C.address),
    "client2": HostFact("client2", D.address),
}
PROGRAMS = {name: ProgramFact(name, name, submitted=name == "server") for name in HOSTS}
ONE_HOST = {name: ProgramFact(name, "server", submitted=name == "server") for name in HOSTS}

HANDSHAKE = """
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
"""
CLOSE = """
    s > c F. 1 ack 1
    c > s F. 1 ack 2
    s > c . 2 ack 2
"""


def evidence(
    packets: str | Mapping[str, str] = "",
    *,
    places: Mapping[str, Endpoint] = PLACES,
    isn: Mapping[str, int] = ISN,
    dropped: int | None = 0,
    **rest: Any,
) -> Evidence:
    """Give evidence; one trace is seen alike at every host, unless there is one a host."""
    traces = dict.fromkeys(HOSTS, packets) if isinstance(packets, str) else packets
    captures = {
        host: Capture(host, trace(text, places, isn), dropped=dropped) for host, text in traces.items()
    }
    values: dict[str, Any] = {"hosts": HOSTS, "programs": PROGRAMS, "captures": captures}
    calls = [call for program in rest.pop("calls", ()) for call in program]
    calls.sort(key=lambda call: call.enter_ns)
    numbered = tuple(numbered_call(number, call) for number, call in enumerate(calls, 1))
    return Evidence(exercise="e", **(values | {"calls": numbered} | rest))


def numbered_call(number: int, call: Call) -> Call:
    return Call(**{name: getattr(call, name) for name in Call.__slots__} | {"number": number})


def call(program: str, name: str, enter_ms: float, return_ms: float | None = None, **rest: Any) -> Call:
    """Give a call on a TCP socket; one that returned has result 0 unless said otherwise."""
    data = rest.get("data", b"")
    values = {"protocol": "tcp", "result": None if return_ms is None else len(data)} | rest
    return Call(
        number=0,
        program=program,
        pid=1,
        name=name,
        enter_ns=round(enter_ms * MS),
        return_ns=None if return_ms is None else round(return_ms * MS),
        **values,
    )


def accepted(peer: Endpoint, at_ms: float, program: str = "server") -> Call:
    return call(program, "accept4", at_ms - 1, at_ms, result=4, local=S, remote=peer, peer=peer)


def connected(program: str, local: Endpoint, at_ms: float, server: Endpoint = S) -> Call:
    return call(program, "connect", at_ms - 1, at_ms, local=local, remote=server, peer=server)


def printed(program: str, *lines: str, stream: str = "stdout") -> tuple[Output, ...]:
    return tuple(Output(program, stream, 5 * MS, line.encode()) for line in lines)  # type: ignore[arg-type]


def ended(program: str, code: int | None = 0, **rest: Any) -> Exit:
    return Exit(program, 90 * MS, code=code, **rest)


def snapshot(
    *rows: Socket, host: str = "server", at_ms: float = 50, name: str = "then"
) -> dict[str, Snapshot]:
    return {name: Snapshot(name, {host: SocketTable(host, round(at_ms * MS), rows)})}


def listen(local: Endpoint = ANY, queue: int = 0, backlog: int = 5) -> Socket:
    return Socket("tcp", local, NOBODY, "LISTEN", queue, backlog)


def missed(program: str | None = "server", at_ms: float = 60) -> tuple[StepRecord, ...]:
    """A timeline that ended at its second step, the third never reached."""
    return (
        StepRecord(1, "start: server", "done", 0, 1 * MS, "server"),
        StepRecord(
            2, "wait: {exited: server}", "missed", 1 * MS, round(at_ms * MS), program, "server still runs"
        ),
        StepRecord(3, "snapshot: then", "unreached"),
    )


def ask(name: str, seen: Evidence, **params: Any) -> Answer:
    """Put a check's question as an exercise writes it; `from_` and `is_` stand for the keywords."""
    module = load(name)
    keys = {key.removesuffix("_"): value for key, value in params.items()}
    return module.check(seen, module.Params.model_validate(keys))


def places(answer: Answer) -> list[str]:
    """Give where an answer points: `server packet 3 at 0.003 s`."""
    return [cite.place(0) for cite in answer.cites]


def texts(answer: Answer) -> Iterable[str]:
    return [cite.text for cite in answer.cites]

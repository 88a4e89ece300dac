"""Literal ladders for the tests of the report: a server, a client, one connection.

    server 198.18.0.2:8001 · client 198.18.0.3:40001

An event's time is its place in milliseconds, unless said otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.evidence.model import Call, Capture, Evidence, HostFact, ProgramFact, Snapshot, Socket, SocketTable
from kit.ladder.model import (
    Arrived,
    CallBegan,
    CallReturned,
    Ended,
    Interval,
    Ladder,
    Lane,
    Mark,
    PacketRef,
    QueueChanged,
    Said,
    Segment,
    StateChanged,
    Strand,
)
from kit.packets.model import Endpoint
from kit.report.run import Run, Statement
from kit.verdict import Cite, Finding, Verdict, fail, passed
from tests.packets.build import trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kit.ladder.model import Event

MS = 1_000_000
S, C = Endpoint("198.18.0.2", 8001), Endpoint("198.18.0.3", 40001)
LANES = (
    Lane("client", C.address, (Strand("client"),)),
    Lane("server", S.address, (Strand("server"),)),
)
ENDS = {"c": ("client", C), "s": ("server", S)}


def at(ms: float, cause: Sequence[int] = ()) -> dict[str, Any]:
    return {"time_ns": round(ms * MS), "at_ns": round(ms * MS), "cause": tuple(cause)}


def segment(number: int, ms: float, way: str, label: str = "SYN", **rest: Any) -> Segment:
    """Give a segment; `way` is `cs` or `sc`."""
    (source_lane, source), (target_lane, target) = ENDS[way[0]], ENDS[way[1]]
    values: dict[str, Any] = {
        "from_lane": source_lane, "to_lane": target_lane, "source": source, "target": target,
        "from_program": source_lane, "to_program": target_lane, "protocol": "tcp", "dialogue": 1,
        "fate": "arrived", "sent_ns": round(ms * MS), "arrived_ns": round(ms * MS) + 9_000,
        "sent_packet": PacketRef(host=source_lane, number=number),
        "received_packet": PacketRef(host=target_lane, number=number), "flags": "S",
    }  # fmt: skip
    cause = rest.pop("cause", ())
    return Segment(number=number, label=label, **at(ms, cause), **(values | rest))


def arrived(number: int, ms: float, lane: str, cause: Sequence[int] = ()) -> Arrived:
    return Arrived(segment=number, lane=lane, program=lane, **at(ms, cause))


def began(call: int, ms: float, program: str, kind: str = "accept", **rest: Any) -> CallBegan:
    values: dict[str, Any] = {"lane": program, "label": f"{kind}()", "blocked": False}
    cause = rest.pop("cause", ())
    return CallBegan(call=call, kind=kind, program=program, **at(ms, cause), **(values | rest))


def returned(call: int, ms: float, program: str, kind: str = "accept", **rest: Any) -> CallReturned:
    values: dict[str, Any] = {"lane": program, "label": "= ok", "blocked": False}
    cause = rest.pop("cause", ())
    return CallReturned(call=call, kind=kind, program=program, **at(ms, cause), **(values | rest))


def said(text: str, ms: float, program: str = "server", cause: Sequence[int] = ()) -> Said:
    return Said(program=program, lane=program, stream="stdout", data=text.encode(), **at(ms, cause))


def mark(step: int, text: str, ms: float, **rest: Any) -> Mark:
    return Mark(step=step, text=text, **at(ms), **({"kind": "start"} | rest))


def state(lane: str, name: str, ms: float, **rest: Any) -> StateChanged:
    local, remote = (S, C) if lane == "server" else (C, S)
    values: dict[str, Any] = {"program": lane, "local": local, "remote": remote}
    return StateChanged(lane=lane, state=name, **at(ms), **(values | rest))


def ladder(*events: Event, lanes: Sequence[Lane] = LANES, **rest: Any) -> Ladder:
    return Ladder(tuple(lanes), tuple(events), ended_ns=events[-1].at_ns if events else 0, **rest)


# A whole small run: the server blocks in accept, the client connects, both end. 14 events.
EVENTS: tuple[Event, ...] = (
    mark(1, "server", 0),
    began(1, 1, "server", blocked=True, returned=8),
    state("server", "LISTEN", 1, remote=None),
    QueueChanged(lane="server", port=8001, length=0, backlog=5, **at(1)),
    began(2, 300, "client", "connect", blocked=True, returned=7, cause=[0]),
    segment(1, 301, "cs", cause=[4]),
    arrived(1, 301, "server", [5]),
    returned(2, 302, "client", "connect", began=4, blocked=True, cause=[6]),
    returned(1, 303, "server", began=1, label="= client", blocked=True, cause=[6]),
    said("hello\n", 304),
    segment(2, 305, "sc", "PSH-ACK 1:3(2)", flags="P.", length=2, payload=b"hi"),
    arrived(2, 305, "client", [10]),
    Ended(program="server", lane="server", code=0, **at(306)),
    Ended(program="client", lane="client", signal="TERM", **at(307)),
)
FROZEN = (LANES[0], Lane("server", S.address, (Strand("server", (Interval(100 * MS, 302 * MS),)),)))
PACKETS = trace("""
    0.301 c > s S 0
    0.305 s > c P. 1 ack 1 "hi"
""")


def small_ladder() -> Ladder:
    return ladder(*EVENTS, lanes=FROZEN)


def evidence(packets: Iterable[Any] = PACKETS, **rest: Any) -> Evidence:
    values: dict[str, Any] = {
        "hosts": {"client": HostFact("client", C.address), "server": HostFact("server", S.address)},
        "programs": {name: ProgramFact(name, name, submitted=name == "server") for name in ("client", "server")},
        "captures": {name: Capture(name, tuple(packets)) for name in ("client", "server")},
        "calls": (
            Call(1, "server", 7, "accept4", 1 * MS, 303 * MS, 3, "tcp", S, C, C, "3, ..., SOCK_CLOEXEC", result=4),
            Call(2, "client", 8, "connect", 300 * MS, 302 * MS, 3, "tcp", C, S, S, "3, ...", result=0),
        ),
        "snapshots": {
            "then": Snapshot("then", {"server": SocketTable("server", 2 * MS, (Socket("tcp", S, C, "LISTEN", 1, 5),))})
        },
    }  # fmt: skip
    return Evidence(exercise="e", **(values | rest))


FINDINGS = (
    Finding(
        "handshake", "handshake",
        passed(expected="one", observed="one handshake", cites=[Cite("SYN", "client", packet=1, time_ns=301 * MS)]),
    ),
    Finding(
        "accepted", "accept_order",
        fail(expected="client", observed="nobody", cites=[Cite("accept4", "server", "server", call=1)]),
        why={"en": "accept takes the oldest", "zh": "取出最早的"}, hint={"en": "look again"},
    ),
    Finding("secret", "order", fail(expected="hidden expectation", observed="hidden observation"), hidden=True),
)  # fmt: skip


def run(events: Ladder | None = None, **rest: Any) -> Run:
    """Give a run; keyword arguments replace fields of it."""
    values: dict[str, Any] = {
        "facts": {"exercise": {"name": "e", "digest": "d" * 64}, "params": {}, "seed": None, "kit": "0.1.0",
                  "submission": "alice", "backend": "netns", "versions": {"kernel": "6.18"}},
        "evidence": evidence(),
        "ladder": small_ladder() if events is None else events,
        "verdict": Verdict("e", "alice", "netns", None, FINDINGS),
        "title": "A title",
        "statement": Statement("# Task\n\nWrite `server.py`.", same=True),
    }  # fmt: skip
    return Run(**(values | rest))

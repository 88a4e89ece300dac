"""A small run directory, as a run leaves it behind: one datagram from client1 to server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.evidence import store
from kit.evidence.model import Call, Exit, StepRecord
from kit.packets.model import Endpoint
from kit.tap.capture import FILE_HEADER, Captured
from tests.packets.frames import ethernet, ipv4, udp

if TYPE_CHECKING:
    from pathlib import Path

MS = 1_000_000
CLIENT, SERVER = Endpoint("0.0.0.0", 40001), Endpoint("198.18.0.2", 9000)
FACTS: dict[str, Any] = {
    "exercise": {"name": "one-datagram", "digest": "0"},
    "hosts": {
        "client1": {"address": "198.18.0.3", "names": []},
        "server": {"address": "198.18.0.2", "names": []},
    },
    "programs": {
        "client1": {"host": "client1", "submitted": False},
        "server": {"host": "server", "submitted": True},
    },
    "began_ns": 0,
}
FRAME = ethernet(ipv4(udp(b"hello"), 17))


def sent(at_ms: float) -> Call:
    return Call(
        1,
        "client1",
        7,
        "sendto",
        round(at_ms * MS),
        round((at_ms + 0.1) * MS),
        3,
        "udp",
        CLIENT,
        None,
        SERVER,
        "3, ...",
        b"hello",
        result=5,
    )


def begin(recorder: store.Recorder) -> None:
    """Record what a run has learnt half-way."""
    recorder.step(StepRecord(1, "start: client1", "done", 1 * MS, 2 * MS, "client1"))
    for host, at_ns in (("client1", 10 * MS), ("server", 10 * MS + 2000)):
        recorder.packets(host, FILE_HEADER + Captured(at_ns, FRAME, len(FRAME)).record())


def finish(recorder: store.Recorder) -> None:
    recorder.output("client1", "stdout", 12 * MS, b"done\n")
    recorder.exit(Exit("client1", 13 * MS, code=0))
    recorder.calls((sent(9.9),))
    for host in FACTS["hosts"]:
        recorder.captured(host, {"packets": 1, "dropped": 0, "truncated": False})
    recorder.facts["ended_ns"] = 20 * MS


def store_run(folder: Path) -> Path:
    with store.Recorder(folder, FACTS) as recorder:
        begin(recorder)
        finish(recorder)
    return folder

"""A gate that waits for packets counts them in the capture as it arrives, also those from before."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends.base import Arrived
from kit.errors import BackendError
from kit.evidence.strace import Tracer
from kit.lab import gates
from kit.lab.packets import PacketCounts
from kit.lab.state import LabState
from kit.tap.capture import FILE_HEADER, Captured
from tests.lab import scene
from tests.lab.test_run import ENDED, HOST, SERVER, STARTED, evidence
from tests.tap.frames import ACK, SYN, tcp, udp

if TYPE_CHECKING:
    from pathlib import Path

SYNS = ["all", [["some", "tcp.flags.syn", "==", 1], ["some", "ip.src", "==", "client"]]]
ARP = bytes(12) + b"\x08\x06" + bytes(28)


def pcap(*frames: bytes) -> bytes:
    return b"".join(Captured(1, frame, len(frame)).record() for frame in frames)


def asked(text: str | None, tree: list[Any] | None, count: int) -> dict[str, Any]:
    return {"packets": "server", "filter": text, "tree": tree, "count": count}


def state(arguments: dict[str, Any], *pieces: bytes) -> LabState:
    plan = scene.plan([scene.step(1, "wait", **arguments)])
    state = LabState(plan, {name: Tracer(name) for name in plan.programs})
    for piece in pieces:
        state.take(Arrived(HOST, {"event": "packets"}, piece))
    return state


def test_only_packets_that_fit_are_counted_and_a_hosts_name_is_its_address() -> None:
    frames = pcap(tcp(SYN), tcp(ACK), udp(b"x"), ARP).replace(
        b"\xc6\x12\x00\x02\xc6\x12\x00\x03", b"\xc6\x12\x00\x03\xc6\x12\x00\x02"
    )
    arguments = asked("tcp.flags.syn == 1 and ip.src == client", SYNS, 1)
    assert gates.look(state(arguments, FILE_HEADER, frames), arguments) == (
        True,
        "1 such packets were captured at server",
    )
    assert not gates.look(state(arguments, FILE_HEADER, pcap(tcp(SYN))), arguments).open  # the server's own


def test_without_a_filter_every_frame_counts_however_the_bytes_come() -> None:
    data = FILE_HEADER + pcap(tcp(SYN), ARP, udp(b"x"))
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    arguments = asked(None, None, 3)
    assert gates.look(state(arguments, *pieces), arguments).open
    assert not gates.look(state(arguments, *pieces[:-1]), arguments).open


def test_each_filter_has_its_own_count_and_a_host_that_no_gate_asks_about_none() -> None:
    counts = PacketCounts({"tcp": ["has", "tcp"], "": None})
    counts.take(FILE_HEADER + pcap(tcp(SYN)))
    assert (counts.count("tcp"), counts.count(None)) == (1, 1)
    counts.take(pcap(udp(b"x"), tcp(ACK)))
    assert (counts.count("tcp"), counts.count(None)) == (2, 3)
    arguments = asked(None, None, 1)
    assert not state(arguments).hosts["client"].packets._trees  # nothing is kept for it


def test_what_is_no_capture_is_trouble_of_the_machine() -> None:
    counts = PacketCounts({"": None})
    counts.take(struct.pack("=6I", *range(6)))
    with pytest.raises(BackendError, match="a tap sent what is no capture"):
        counts.count(None)


def test_an_ended_or_frozen_program_leaves_its_kernel_to_send() -> None:
    arguments = asked(None, None, 1)
    waiting = state(arguments)
    waiting.take(Arrived(SERVER, *STARTED))
    waiting.programs["server"].frozen = True
    assert waiting.idle
    assert not gates.idle(waiting, arguments)
    waiting.take(Arrived(SERVER, *ENDED))
    assert gates.hopeless(waiting, arguments) is None
    assert gates.idle(waiting, arguments)


@pytest.mark.parametrize("answers", ["", "late"])
def test_before_it_gives_up_a_gate_has_all_that_was_captured(tmp_path: Path, answers: str) -> None:
    late = [({"event": "packets"}, FILE_HEADER + pcap(udp(b"x"))), ({"event": "done"}, b"")]
    script = {
        (*SERVER, "start"): [STARTED, ENDED],
        (*HOST, "watch"): [],
        (*HOST, "fence"): late if answers else late[1:],
    }
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", packets="server", filter=None, tree=None, count=1),
    ]
    seen, _ = evidence(tmp_path / "run", steps, script)
    assert seen.steps[1].outcome == ("done" if answers else "missed")
    if not answers:
        assert seen.steps[1].reason == (
            "no program is left running that could bring it about; 0 such packets were captured at server"
        )

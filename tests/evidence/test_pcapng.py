"""A run as one pcapng: what tshark, capinfos and tcpdump read of it is what happened."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.errors import EvidenceError
from kit.evidence.pcapng import export
from kit.evidence.store import load

if TYPE_CHECKING:
    from collections.abc import Sequence

STORED = Path(__file__).parent / "stored" / "tcp-vs-udp"
PACKAGES = {"tshark": "tshark", "capinfos": "tshark", "tcpdump": "tcpdump"}


def read_by(tool: str, file: Path, *arguments: str) -> tuple[list[str], str]:
    """Let somebody else's program read a file: its lines, and what it warned of."""
    program = shutil.which(tool)
    if program is None:
        pytest.skip(f"{tool} is not installed: apt-get install {PACKAGES[tool]}")
    done = subprocess.run([program, *arguments, str(file)], capture_output=True, text=True, check=True)
    warned = [
        line for line in done.stderr.splitlines() if not line.startswith(("Running as user", "reading from"))
    ]
    return done.stdout.splitlines(), "\n".join(warned)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("whole"), STORED)


def written(folder: Path, run: Path, hosts: Sequence[str] = ()) -> Path:
    path = folder / "run.pcapng"
    path.write_bytes(export(run, hosts))
    return path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the stored run that a test may break."""
    return Path(shutil.copytree(STORED, tmp_path / "run"))


def fields(file: Path, *names: str) -> list[list[str]]:
    wanted = [argument for name in names for argument in ("-e", name)]
    lines, warned = read_by("tshark", file, "-n", "-T", "fields", *wanted, "-r")
    assert warned == ""
    return [line.split("\t") for line in lines]


def test_tshark_sees_every_packet_of_every_host_at_its_nanosecond(whole: Path) -> None:
    seen = load(STORED)
    rows = fields(whole, "frame.interface_name", "frame.time_epoch", "frame.len")
    times = [int(time.replace(".", "")) for _, time, _ in rows]
    assert times == sorted(times)
    for host, capture in seen.captures.items():
        own = [(int(time.replace(".", "")), int(size)) for name, time, size in rows if name == host]
        assert own == [(packet.time_ns, packet.length) for packet in capture.packets]


def test_addresses_have_the_names_of_their_hosts(whole: Path) -> None:
    lines, warned = read_by(
        "tshark", whole, "-N", "n", "-Y", "ip.src_host == sender && tcp.flags.syn == 1", "-r"
    )
    assert warned == ""
    assert len(lines) == 2  # left the sender, came to the receiver
    assert all("sender" in line and "receiver" in line for line in lines)


def test_steps_and_calls_are_comments_of_the_packets_that_they_caused(whole: Path) -> None:
    rows = fields(whole, "frame.interface_name", "tcp.flags.str", "frame.comment")
    told = [(host, flags.strip("·"), comment) for host, flags, comment in rows if comment]
    connect = next(row for row in told if "sender connect" in row[2])
    assert connect[:2] == ("sender", "S")
    assert connect[2] == "call 9: sender connect 198.18.0.3:8000 = 0"
    assert next(row for row in told if "tcp-receiver close 198.18.0.2" in row[2])[1].endswith("F")
    first = told[0]
    assert first[2] == "step 1: start: sender, tcp-receiver, udp-receiver"
    everything = "\n".join(comment for _, _, comment in told)
    seen = load(STORED)
    for number in range(1, len(seen.steps) + 1):
        assert everything.count(f"step {number}: ") == 1
    for call in seen.calls:
        assert everything.count(f"call {call.number}: {call.program} {call.name}") == 1


def test_capinfos_reports_hosts_names_comments_and_drops(whole: Path) -> None:
    lines, warned = read_by("capinfos", whole)
    assert warned == ""
    report = [line.strip() for line in lines]
    for line in (
        "Name = sender",
        "Name = receiver",
        "Description = 198.18.0.3, runs tcp-receiver, udp-receiver",
        "Capture hardware:    2 virtual hosts on netns",
        "Capture oper-sys:    Linux 6.18.0",
        "Capture application: wirekit 0.1.0",
        "Capture comment:     tcp-vs-udp, reference",
        "Number of resolved IPv4 addresses in file: 2",
        "Number of packets:   48",
        "Strict time order:   True",
        "Time precision = nanoseconds (9)",
    ):
        assert line in report


def test_tcpdump_reads_as_many_packets_as_were_captured(whole: Path) -> None:
    lines, warned = read_by("tcpdump", whole, "-n", "-t", "-r")
    assert warned == ""
    assert len(lines) == sum(len(capture.packets) for capture in load(STORED).captures.values())


def test_one_host_alone_is_analysed_as_its_own_capture(tmp_path: Path) -> None:
    file = written(tmp_path, STORED, ["receiver"])
    analysis = ("tcp.analysis.retransmission", "tcp.analysis.duplicate_ack", "tcp.seq", "tcp.len")
    rows = fields(file, *analysis)
    assert rows == fields(STORED / "receiver.pcap", *analysis)
    assert [row[1] for row in rows].count("1") < 2
    rows = fields(file, "frame.interface_name", "frame.comment")
    assert {name for name, _ in rows} == {"receiver"}
    comments = "\n".join(comment for _, comment in rows)
    assert "tcp-receiver accept4" in comments
    assert "sender connect" not in comments
    assert "step 14: " in comments


def test_a_run_without_packets_tells_its_story_in_the_files_own_comment(copy: Path) -> None:
    for file in copy.glob("*.pcap"):
        file.unlink()
    lines, warned = read_by("capinfos", written(copy, copy))
    assert warned == ""
    assert any("step 1: start: sender" in line for line in lines)
    assert any("Number of packets:   0" in line for line in lines)


def test_a_gate_that_was_missed_and_a_call_that_never_returned_are_said(copy: Path) -> None:
    events = copy / "events.jsonl"
    step = {
        "event": "step",
        "number": 15,
        "text": "wait: listening sender",
        "outcome": "missed",
        "began_ns": 1,
        "ended_ns": 2,
        "program": None,
        "reason": "nothing listened",
    }
    unreached = {**step, "number": 16, "outcome": "unreached", "began_ns": None, "ended_ns": None}
    events.write_text(events.read_text() + json.dumps(step) + "\n" + json.dumps(unreached) + "\n")
    calls = copy / "calls.jsonl"
    first, *rest = calls.read_text().splitlines()
    blocked = {**json.loads(first), "return_ns": None, "result": None}
    calls.write_text("\n".join([json.dumps(blocked), *rest]) + "\n")
    comments = "\n".join(row[0] for row in fields(written(copy, copy), "frame.comment"))
    assert "step 15: wait: listening sender, missed: nothing listened" in comments
    assert "step 16" not in comments
    assert "call 1: udp-receiver socket = not returned" in comments


def test_a_capture_that_is_none_is_named(copy: Path) -> None:
    (copy / "sender.pcap").write_bytes(b"no capture")
    with pytest.raises(EvidenceError, match=r"sender\.pcap: cannot be read: byte 0: not a pcap file"):
        export(copy)

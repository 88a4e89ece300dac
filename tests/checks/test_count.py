"""How many packets fit a filter; what Wireshark's own tshark counts is what this counts."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from kit.checks._filter import parse
from kit.checks._views import views
from kit.checks.count import Params, check
from kit.evidence.model import Capture
from kit.evidence.store import load
from kit.packets.model import TcpOptions
from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, ask, evidence, missed, places, texts
from tests.packets.build import trace

if TYPE_CHECKING:
    from kit.packets.model import Packet

STORED = Path(__file__).parent.parent / "evidence" / "stored"  # a run of each exercise that is named

SYNS = "tcp.flags.syn == 1 and tcp.len == 0 and ip.src == client1"
TRAFFIC = (
    HANDSHAKE
    + """
    c > s P. 1:6(5) ack 1 win 100
    s > c . 1 ack 6 win 0
    c > s udp "four"
    s > c icmp 3/3
    d > s S 0
    s > d R. 0 ack 1
"""
)


def counted(filter_: str) -> int:
    answer = check(evidence(TRAFFIC), Params(host="server", filter=filter_, min=0))
    return int(answer.observed.split()[0])


def test_a_count_that_is_as_asked_passes_and_cites_the_packets() -> None:
    answer = ask("count", evidence(TRAFFIC), host="server", filter=SYNS, equals=1)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == f"1 packet at server that fit `{SYNS}`"
    assert answer.observed == "1 of the 9 packets that server saw"
    assert places(answer) == ["server packet 1 at 0.001 s"]
    assert texts(answer) == ["SYN 198.18.0.3:40001 > 198.18.0.2:8001"]


@pytest.mark.parametrize(
    ("filter_", "number"),
    [
        ("tcp", 7),
        ("udp", 1),
        ("icmp", 1),
        ("arp", 0),
        ("ip", 9),
        ("ip.src == server", 4),
        ("ip.dst == 198.18.0.2", 5),
        ("ip.addr == client2", 2),
        ("ip.addr != client2", 7),
        ("ip.src in {client1, 198.18.0.4}", 5),
        ("tcp.port == 8001", 7),
        ("tcp.port != 8001", 0),
        ("tcp.srcport == 40002 or tcp.dstport == 40002", 2),
        ("tcp.port in {1..9, 40002}", 2),
        ("udp.port == 8001", 1),
        ("udp.srcport == 40001 and udp.dstport == 8001", 1),
        ("tcp.len > 0", 1),
        ("tcp.len >= 5 and tcp.len <= 0x5", 1),
        ("tcp.len < 5", 6),
        ("udp.length == 12", 1),
        ("frame.len > 0", 9),
        ("tcp.seq == 1", 4),
        ("tcp.ack == 6", 1),
        ("tcp.flags.ack == 0", 2),
        ("tcp.flags.reset == 1", 1),
        ("tcp.flags.push == 1", 1),
        ("tcp.flags.fin == 1", 0),
        ("tcp.flags.urg == 1", 0),
        ("tcp.window_size == 0", 1),
        ("tcp.window_size_value == 0", 1),
        ("icmp.type == 3 and icmp.code == 3", 1),
        ("not tcp", 2),
        ("not tcp or tcp.len > 0 and ip.src == server", 2),
        ("(not tcp or tcp.len > 0) and ip.src == server", 1),
    ],
)
def test_each_field_and_operator_counts_what_it_says(filter_: str, number: int) -> None:
    assert counted(filter_) == number


def test_a_mark_of_the_analyser_stands_for_the_segments_that_have_it() -> None:
    seen = evidence(HANDSHAKE + "c > s P. 1:6(5) ack 1\n1 c > s P. 1:6(5) ack 1\ns > c . 1 ack 6 win 0\n")
    for mark in ("retransmission", "zero_window"):
        answer = ask("count", seen, host="server", filter=f"tcp.analysis.{mark}", equals=1)
        assert answer.outcome is Outcome.PASS


def test_too_few_fail_only_in_a_whole_capture_and_too_many_in_any() -> None:
    seen, lossy = evidence(TRAFFIC), evidence(TRAFFIC, dropped=1)
    assert ask("count", seen, host="server", filter=SYNS, min=2).outcome is Outcome.FAIL
    assert ask("count", lossy, host="server", filter=SYNS, min=2).outcome is Outcome.INCONCLUSIVE
    assert ask("count", lossy, host="server", filter=SYNS, max=1).outcome is Outcome.INCONCLUSIVE
    assert ask("count", lossy, host="server", filter=SYNS, equals=0).outcome is Outcome.FAIL
    assert ask("count", lossy, host="server", filter=SYNS, min=1).outcome is Outcome.PASS


def test_a_range_is_said_in_words() -> None:
    answer = ask("count", evidence(TRAFFIC), host="server", filter="tcp", min=2, max=3)
    assert (answer.outcome, answer.expected) == (Outcome.FAIL, "2 to 3 packets at server that fit `tcp`")


def test_a_host_that_was_never_reached_is_skipped() -> None:
    seen = evidence("", steps=missed("server"))
    assert ask("count", seen, host="client1", filter="tcp", min=1).outcome is Outcome.SKIPPED


def test_a_window_is_in_bytes_where_both_ends_said_their_scale_and_never_in_a_syn() -> None:
    packets = trace(
        """
        c > s S 0 win 500
        s > c S. 0 ack 1 win 500
        c > s . 1 ack 1 win 500
        s > c . 1 ack 1 win 500
    """
    )
    both = (scaled(packets[0], 7), scaled(packets[1], 5), *packets[2:])
    for shown, windows in ((both, [500, 500, 64000, 16000]), ((both[0], *packets[1:]), [500] * 4)):
        seen = evidence(captures={"server": Capture("server", shown)})
        assert [view.window for view in views(seen, "server")] == windows


def scaled(packet: Packet, shift: int) -> Packet:
    assert packet.tcp is not None
    return replace(packet, tcp=replace(packet.tcp, options=TcpOptions(window_scale=shift)))


PARITY = [
    "tcp.flags.syn == 1",
    "tcp.flags.syn == 1 and tcp.flags.ack == 0 or udp",
    "not tcp.len > 0 and tcp",
    "tcp.port in {1..8000} and not tcp.flags.fin == 1",
    "tcp.srcport != 8000",
    "ip.addr != 198.18.0.2",
    "ip.src == 198.18.0.2 and ip.dst in {198.18.0.3}",
    "tcp.seq == 1 and tcp.ack <= 1",
    "tcp.window_size > 64000",
    "tcp.window_size < 64000",
    "tcp.window_size_value < 64000",
    "tcp.window_size_value in {500..510}",
    "udp.length == 17",
    "udp.port == 8000 and frame.len >= 0x33",
    "arp",
    "ip",
    "tcp.flags.push == 1 and tcp.len < 10",
    "tcp.flags.reset == 0 and tcp.flags.urg == 0",
    "tcp.analysis.window_update or tcp.analysis.duplicate_ack or tcp.analysis.reused_ports",
]


def test_tshark_shows_as_many_packets_for_the_same_filters() -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed: apt-get install tshark")
    seen = load(STORED / "tcp-vs-udp")
    for filter_ in PARITY:
        command = [tshark, "-r", str(STORED / "tcp-vs-udp" / "sender.pcap"), "-Y", filter_]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        fit = [view for view in views(seen, "sender") if parse(filter_).fits(view)]
        assert (filter_, len(fit)) == (filter_, len(shown))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"equals": 1, "min": 1},
        {"min": 2, "max": 1},
        {"equals": -1},
        {"filter": "tcp.prt == 1", "equals": 1},
        {"filter": 5, "equals": 1},
    ],
)
def test_params_that_mean_nothing_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate({"host": "server", "filter": "tcp"} | more)

"""The tap in a network namespace of its own: it captures from the first packet to the last."""

from __future__ import annotations

import ctypes
import os
import socket
import statistics
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from kit.packets import pcap
from kit.packets.decode import decode
from kit.tap import host
from tests.tap.helper import Helper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.packets.model import Packet

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]
CONFIGURE: dict[str, Any] = {
    "do": "configure",
    "interface": "lo",
    "address": None,
    "hosts_file": None,
    "loopback": False,
    "sysctl": {},
    "relay": False,
    "address6": None,
    "capture_bytes": 1 << 20,
    "link_bytes_per_s": 2_000_000,
    "link_packets_per_s": 5_000,
}
CLONE_NEWNET = 0x40000000


class InHost:
    """While the `with` lasts, the network namespace of this thread is the tap's."""

    def __init__(self, tap: Helper) -> None:
        self._tap = tap
        self._libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self) -> None:
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/proc/{self._tap.process.pid}/ns/net", os.O_RDONLY)
        self._enter(there)
        os.close(there)

    def __exit__(self, *_: object) -> None:
        self._enter(self._home)
        os.close(self._home)

    def _enter(self, fd: int) -> None:
        assert self._libc.setns(fd, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


# A namespace with a socket table of its own (Linux 6.1), as the backend gives its hosts
SMALL = 'echo 4096 2>/dev/null >/proc/sys/net/ipv4/tcp_child_ehash_entries; exec unshare --net -- "$@"'


@pytest.fixture
def tap() -> Iterator[Helper]:
    with Helper("host", ["unshare", "--net", "sh", "-c", SMALL, "sh"]) as helper:
        helper.until("here")
        yield helper


def exchange(tap: Helper) -> None:
    """Connect, say something, close: over the host's loopback."""
    with InHost(tap), socket.create_server(("127.0.0.1", 8001)) as server:
        client = socket.create_connection(("127.0.0.1", 8001))
        accepted, _ = server.accept()
        client.sendall(b"hello")
        assert accepted.recv(9) == b"hello"
        client.close()
        assert accepted.recv(9) == b""
        accepted.close()


def captured(tap: Helper) -> list[Packet]:
    tap.tell({"do": "finish", "id": 1})
    counts = tap.until("captured").head
    assert (counts["dropped"], counts["truncated"]) == (0, False)
    frames = pcap.read(tap.bodies("packets")).frames
    assert counts["packets"] == len(frames)
    return [decode(frame, number) for number, frame in enumerate(frames, 1)]


@pytest.mark.parametrize("capturing", ["tcpdump", "AF_PACKET"])
def test_the_capture_has_the_first_syn_and_the_last_ack_and_no_fence(capturing: str, tmp_path: Path) -> None:
    environment = None
    if capturing == "AF_PACKET":  # a machine on which tcpdump cannot run
        (tmp_path / "tcpdump").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (tmp_path / "tcpdump").chmod(0o755)
        environment = {"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
    with Helper("host", ["unshare", "--net"], environment) as tap:
        tap.until("here")
        tap.tell(CONFIGURE)
        assert tap.until("ready").head["capturing"] == capturing
        exchange(tap)
        packets = captured(tap)
    flags = [packet.tcp.flags.letters for packet in packets if packet.tcp is not None]
    assert flags[:3] == ["S", "S.", "."]
    assert flags[-1] == "."
    assert flags.count("F.") == 2
    assert {packet.protocol for packet in packets} == {"tcp"}


def test_a_hundred_captures_in_a_row_have_the_first_syn_and_the_last_ack() -> None:
    for _ in range(100):
        with Helper("host", ["unshare", "--net"]) as tap:
            tap.until("here")
            tap.tell(CONFIGURE)
            tap.until("ready")
            exchange(tap)
            flags = [packet.tcp.flags.letters for packet in captured(tap) if packet.tcp is not None]
        assert (flags[:3], flags[-1], flags.count("F.")) == (["S", "S.", "."], ".", 2)


@pytest.mark.parametrize("listeners", [False, True])
def test_a_listener_is_told_within_two_milliseconds_of_a_change(tap: Helper, *, listeners: bool) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    tap.tell({"do": "watch", "on": True, "listeners": listeners})
    tap.until("sockets")
    delays_ms = []
    for port in range(8001, 8041):
        with InHost(tap), socket.create_server(("127.0.0.1", port)):
            changed_ns = time.time_ns()
            told = tap.until(
                lambda message, port=port: any(  # type: ignore[misc]
                    row[2] == port and row[5] == "LISTEN" for row in message.head.get("rows", ())
                )
            )
        delays_ms.append((told.head["time_ns"] - changed_ns) / 1e6)
    # the best quarter: on a busy machine the rest also tells how long this test and the tap waited for a processor
    assert statistics.quantiles(delays_ms, n=4)[0] < 2.0, sorted(delays_ms)


def test_who_asks_for_listeners_is_told_of_bytes_that_wait_elsewhere_too(tap: Helper) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    tap.tell({"do": "watch", "on": True, "listeners": True})
    with InHost(tap), socket.create_server(("127.0.0.1", 8001)) as listener:
        client = socket.create_connection(("127.0.0.1", 8001))
        server = listener.accept()[0]
        for size in (7, 14):
            client.sendall(b"1234567")
            tap.until(
                lambda message, size=size: any(  # type: ignore[misc]
                    row[2] == 8001 and row[6] == size for row in message.head.get("rows", ())
                )
            )
        client.close()
        server.close()


def test_the_accept_queue_and_the_backlog_are_in_the_table(tap: Helper) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    with InHost(tap), socket.create_server(("127.0.0.1", 8001), backlog=3):
        waiting = [socket.create_connection(("127.0.0.1", 8001)) for _ in range(2)]
        waiting[0].sendall(b"1234567")
        tap.tell({"do": "snapshot", "id": 7})
        told = tap.until("sockets").head
        for one in waiting:
            one.close()
    assert told["id"] == 7
    rows = [row for row in told["rows"] if row[2] == 8001]
    assert ["tcp", "127.0.0.1", 8001, "0.0.0.0", 0, "LISTEN", 2, 3] in rows
    assert sorted(row[6] for row in rows if row[5] == "ESTABLISHED") == [0, 7]


@pytest.mark.parametrize(
    ("family", "kind", "address", "row"),
    [
        (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", ["udp", "127.0.0.1", 53, "0.0.0.0", 0, "UNCONN"]),
        (socket.AF_INET6, socket.SOCK_DGRAM, "::", ["udp", "::", 53, "::", 0, "UNCONN"]),
        (socket.AF_INET6, socket.SOCK_STREAM, "::", ["tcp", "::", 53, "::", 0, "LISTEN"]),
    ],
)
def test_udp_and_ipv6_sockets_are_in_the_table(
    tap: Helper, family: int, kind: int, address: str, row: list[Any]
) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    with InHost(tap), socket.socket(family, kind) as one:
        one.bind((address, 53))
        if kind == socket.SOCK_STREAM:
            one.listen()
        tap.tell({"do": "snapshot", "id": 1})
        rows = tap.until("sockets").head["rows"]
    assert row in [found[:6] for found in rows]


def test_a_full_capture_is_cut_and_says_so(tap: Helper) -> None:
    tap.tell({**CONFIGURE, "capture_bytes": 300})
    tap.until("ready")
    exchange(tap)
    tap.tell({"do": "finish", "id": 1})
    counts = tap.until("captured").head
    assert counts["truncated"]
    assert 0 < counts["packets"] < 5
    assert len(pcap.read(tap.bodies("packets")).frames) == counts["packets"]


def test_a_fence_is_answered_when_all_that_was_captured_before_is_told(tap: Helper) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    for number in (5, 6):
        before = len(pcap.read(tap.bodies("packets")).frames)
        with InHost(tap), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(50):
                sender.sendto(b"x", ("127.0.0.1", 9))
        tap.tell({"do": "fence", "id": number})
        assert tap.until("done").head["id"] == number
        assert len(pcap.read(tap.bodies("packets")).frames) >= before + 50
    tap.tell({"do": "finish", "id": 1})
    tap.until("captured")


def test_a_table_that_grows_by_the_hundred_is_told_less_often_and_its_last_state_all_the_same(
    tap: Helper,
) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    tap.tell({"do": "watch", "on": True, "listeners": False})
    with InHost(tap), ExitStack() as opened:
        for _ in range(400):  # told at each change they would be 80,000 rows
            opened.enter_context(socket.create_server(("127.0.0.1", 0)))
            time.sleep(0.001)  # so that the tap sees them grow
        tap.until(lambda message: len(message.head.get("rows", ())) == 400)
    told = sum(len(message.head["rows"]) for message in tap.seen if message.head["event"] == "sockets")
    assert told < host.TOLD_ROWS_AT_ONCE + 10 * host.TOLD_ROWS_PER_S


@pytest.mark.parametrize(("size", "count", "told"), [(1000, 400, True), (1, 900, True), (1, 100, False)])
def test_what_leaves_above_the_links_limit_has_to_wait_and_is_told(
    tap: Helper, *, size: int, count: int, told: bool
) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    exchange(tap)
    assert not tap.process.poll()
    with InHost(tap), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        for _ in range(count):  # 262 kB may leave at once, and a packet counts as 400 bytes at least
            flood.sendto(b"x" * size, ("127.0.0.1", 9))
    tap.tell({"do": "finish", "id": 1})
    assert not tap.until("captured").head["truncated"]  # also where the burst took a fence with it
    limits = [message.head["limit"] for message in tap.seen if message.head["event"] == "limit"]
    assert limits == ["link_bytes_per_s"] * told


def test_the_tap_ends_with_its_stream(tap: Helper) -> None:
    tap.tell(CONFIGURE)
    tap.until("ready")
    assert tap.process.stdin is not None
    tap.process.stdin.close()
    assert tap.process.wait(timeout=20) == 0
    tap.process.stdin = None  # nothing more to flush

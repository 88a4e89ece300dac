"""What a host sends is seen once where it left, and goes on as the rules have it: a veth pair in a namespace."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

import pytest

from kit.packets import pcap
from tests.tap.helper import Helper
from tests.tap.test_host import CONFIGURE, InHost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]
PEER = bytes.fromhex("0242c6120003")
OWN = bytes.fromhex("0242c6120002")
MAKE = f"""\
link add near address {OWN.hex(":")} type veth peer name far
link set far up
"""
REFUSES_NEIGHBOURS = """\
#!/bin/sh
said=$(cat)
case "$said" in neighbour*) echo not here >&2; exit 1;; esac
echo "$said" | PATH=/usr/sbin:/usr/bin:/sbin:/bin exec ip "$@"
"""


@pytest.fixture
def tap() -> Iterator[Helper]:
    with Helper("host", ["unshare", "--net"]) as helper:
        yield helper


def ready(tap: Helper) -> None:
    tap.until("here")
    within = ["nsenter", f"--net=/proc/{tap.process.pid}/ns/net", "ip", "-batch", "-"]
    subprocess.run(within, input=MAKE, check=True, text=True)
    tap.tell({**CONFIGURE, "interface": "near", "address": "198.18.0.2/28"})
    assert tap.until("ready").head["mac"] == OWN.hex(":")


def tell_link(
    tap: Helper, *rules: dict[str, Any], bytes_per_s: int | None = None, netem: dict[str, Any] | None = None
) -> None:
    numbered = [
        [number, {"counts": "packet", "first": 1, "last": 1, "filter": None, **rule}]
        for number, rule in enumerate(rules, 1)
    ]
    direction: dict[str, Any] = {
        "to": "server",
        "address": "198.18.0.3",
        "mac": PEER.hex(":"),
        "bytes_per_s": bytes_per_s,
    }
    direction["netem"] = netem
    tap.tell({"do": "link", "id": 1, "directions": [{**direction, "rules": numbered}]})
    tap.until("done")


class FarEnd:
    """What comes out at the other end of the link, and is for the peer."""

    def __init__(self, tap: Helper) -> None:
        with InHost(tap):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
            self._socket.bind(("far", 0x0800))
            self._socket.settimeout(10)
            self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sender.connect(("198.18.0.3", 9000))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.sender.close()

    def send(self, words: str) -> None:
        for word in words:
            self.sender.send(word.encode())

    def hears(self, count: int) -> str:
        found = b""
        while len(found) < count:
            frame = self._socket.recv(2000)
            if frame[:6] == PEER:
                found += frame[42:43]
        return found.decode()


def captured(tap: Helper) -> list[bytes]:
    tap.tell({"do": "finish", "id": 2})
    tap.until("captured")
    frames = [frame.data for frame in pcap.read(tap.bodies("packets")).frames]
    return [frame for frame in frames if frame[12:14] == b"\x08\x00"]


def test_what_left_is_captured_once_with_the_address_that_it_goes_to(tmp_path: Path) -> None:
    (tmp_path / "tcpdump").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tmp_path / "tcpdump").chmod(0o755)
    for path in ("", f"{tmp_path}:"):  # with tcpdump, and where it cannot run
        environment = {"PATH": f"{path}/usr/sbin:/usr/bin:/sbin:/bin"}
        with Helper("host", ["unshare", "--net"], environment) as tap:
            ready(tap)
            tell_link(tap, {"do": "drop"}, {"do": "duplicate", "first": 2, "last": 2})
            with FarEnd(tap) as far:
                far.send("abc")
                assert far.hears(3) == "bbc"
            left = captured(tap)
        assert [frame[42:43] for frame in left] == [b"a", b"b", b"c"]
        assert {frame[:12] for frame in left} == {PEER + OWN}
        acts = [message.head for message in tap.seen if message.head["event"] == "link"]
        assert [(act["what"], act["packet"], act["rule"], act["to"]) for act in acts] == [
            ("dropped", 1, 1, "server"),
            ("duplicated", 2, 2, "server"),
        ]
        assert not [message for message in tap.seen if message.head["event"] == "fault"]


def test_a_delayed_packet_goes_on_by_itself_and_is_told_as_under_way(tap: Helper) -> None:
    ready(tap)
    tell_link(tap, {"do": "delay", "ms": 500})
    with FarEnd(tap) as far:
        far.send("ab")
        assert far.hears(1) == "b"
        tap.tell({"do": "snapshot", "id": 3})
        assert tap.until("sockets").head["under_way"] == 1
        assert far.hears(1) == "a"
        tap.tell({"do": "snapshot", "id": 4})
        assert tap.until("sockets").head["under_way"] == 0


def test_at_a_rate_packets_go_on_one_after_the_other(tap: Helper) -> None:
    ready(tap)
    tell_link(tap, bytes_per_s=430)  # a frame of 43 bytes takes 100 ms
    with FarEnd(tap) as far:
        began = time.monotonic()
        far.send("abc")
        assert far.hears(3) == "abc"
        assert time.monotonic() - began >= 0.3


def test_what_left_before_a_release_is_released_too(tap: Helper) -> None:
    ready(tap)
    tell_link(tap, {"do": "hold", "first": 2, "last": None, "until": "later"})
    with FarEnd(tap) as far:
        far.send("abcde")
        tap.tell({"do": "release", "id": 3, "until": "later"})
        tap.until(lambda message: message.head == {"event": "done", "id": 3})
        far.send("f")
        assert far.hears(6) == "abcdef"


def test_without_rules_a_release_is_answered_and_does_nothing(tap: Helper) -> None:
    ready(tap)
    tap.tell({"do": "release", "id": 3, "until": "later"})
    assert tap.until("done").head["id"] == 3


def test_after_a_plug_the_rules_hold_on(tap: Helper) -> None:
    ready(tap)
    tell_link(tap, {"do": "drop", "first": 2, "last": 2})
    for number, do in enumerate(("unplug", "plug"), 3):
        tap.tell({"do": do, "id": number})
        tap.until("done")
    with FarEnd(tap) as far:
        far.send("abc")
        assert far.hears(2) == "ac"


def test_a_neighbour_that_the_kernel_does_not_take_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "ip").write_text(REFUSES_NEIGHBOURS, encoding="utf-8")
    (tmp_path / "ip").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
    with Helper("host", ["unshare", "--net"], environment) as tap:
        ready(tap)
        tell_link(tap, {"do": "drop"})
        faults = [message.head["text"] for message in tap.seen if message.head["event"] == "fault"]
    assert faults == ["ip: not here"]

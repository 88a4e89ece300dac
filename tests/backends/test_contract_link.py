"""What a link does to packets, the same on every backend: seen by the programs, in both captures, and told."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.exercise.plan import LinkRule, StepPlan
from kit.packets.model import Flags
from tests.backends.contract import ask, capture, plan, running, start, tell_link
from tests.backends.test_contract import BACKENDS

if TYPE_CHECKING:
    from kit.backends.base import Backend
    from kit.exercise.plan import Plan
    from kit.packets.model import Packet
    from tests.backends.contract import Heard

RECEIVER = b"""\
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("", 9000))
print("bound")
while (data := receiver.recv(100)) != b"end":
    print(data.decode())
"""
SENDER = b"""\
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(("receiver", 9000))
for word in "123456":
    sender.send(word.encode())
print("sent")
sys.stdin.readline()
sender.send(b"end")
"""
SERVER = b"""\
import socket
with socket.create_server(("", 8001)) as listener:
    print("listening")
    connection, _ = listener.accept()
    while data := connection.recv(100):
        print(data.decode())
"""
CLIENT = b"""\
import socket
with socket.create_connection(("server", 8001)) as connection:
    connection.sendall(b"hello")
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)
"""


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


def datagrams(*rules: LinkRule) -> Plan:
    """Give a plan in which six datagrams are sent at once, and `end` when the sender's input says so."""
    chosen = plan({"receiver": RECEIVER, "sender": SENDER})
    has_input = StepPlan(1, "stdin", {"program": "sender"}, "", 1.0)
    return replace(chosen, link=rules, steps=(has_input,))


def rule(number: int, do: str, first: int, **fields: Any) -> LinkRule:
    fields = {"counts": "datagram", "last": first, **fields}
    return LinkRule(number, "sender", "receiver", do, first=first, **fields)


def words(packets: list[Packet]) -> list[str]:
    return [packet.payload.decode("latin-1") for packet in packets if packet.udp is not None]


def acts(heard: Heard, host: str) -> list[tuple[Any, ...]]:
    told = [said.head or {} for said in heard.events(("host", host), "link")]
    return [(act["what"], act["packet"], act["rule"], act["to"]) for act in told]


def test_packets_are_dropped_late_twice_overtaken_and_corrupted_and_both_captures_show_it(
    backend: Backend,
) -> None:
    rules = [rule(1, "drop", 1), rule(2, "delay", 2, ms=100), rule(3, "duplicate", 3)]
    rules += [rule(4, "reorder", 4), rule(5, "corrupt", 6)]
    with running(backend, datagrams(*rules)) as (lab, heard):
        tell_link(lab, heard)
        start(lab, "receiver")
        heard.prints("receiver", "bound")
        start(lab, "sender")
        heard.prints("receiver", "2")
        lab.send(("program", "sender"), {"do": "stdin", "close": True}, b"\n")
        heard.one(("program", "receiver"), "exited")
        sent, came = capture(lab, heard, "sender"), capture(lab, heard, "receiver")
    assert heard.output("receiver").split() == ["bound", "3", "3", "5", "4", "2"]
    assert words(sent) == [*"123456", "end"]
    assert words(came) == ["3", "3", "5", "4", "\xc9", "2", "end"]  # 6 with each bit the other way
    to = "receiver"
    assert acts(heard, "sender") == [
        ("dropped", 1, 1, to),
        ("delayed", 2, 2, to),
        ("duplicated", 3, 3, to),
        ("reordered", 4, 4, to),
        ("corrupted", 6, 5, to),
    ]
    times_ns = [packet.time_ns for packet in sent if packet.udp is not None]
    late_ns = [packet.time_ns for packet in came if packet.payload == b"2"]
    assert late_ns[0] - times_ns[1] >= 100_000_000


def test_what_is_held_goes_on_in_its_order_when_it_is_released(backend: Backend) -> None:
    with running(backend, datagrams(rule(1, "hold", 3, last=None, until="later"))) as (lab, heard):
        tell_link(lab, heard)
        start(lab, "receiver")
        heard.prints("receiver", "bound")
        start(lab, "sender")
        heard.until(lambda: len(acts(heard, "sender")) == 4)
        heard.prints("receiver", "2")
        ask(lab, heard, "sender", "release", 1, until="later")
        lab.send(("program", "sender"), {"do": "stdin", "close": True}, b"\n")
        heard.one(("program", "receiver"), "exited")
        came = capture(lab, heard, "receiver")
    assert heard.output("receiver").split() == ["bound", *"123456"]
    assert words(came) == [*"123456", "end"]
    assert [what for what, *_ in acts(heard, "sender")] == ["held"] * 4 + ["released"] * 4


def test_a_lost_syn_is_sent_again_and_only_its_sender_has_both(backend: Backend) -> None:
    syn = ("some", "tcp.flags.syn", "==", 1)
    lost = LinkRule(1, "client", "server", "drop", filter=("all", (syn, ("some", "ip.dst", "==", "server"))))
    chosen = replace(plan({"server": SERVER, "client": CLIENT}), link=(lost,))
    with running(backend, chosen) as (lab, heard):
        tell_link(lab, heard)
        start(lab, "server")
        heard.prints("server", "listening")
        start(lab, "client")
        heard.prints("server", "hello")
        heard.one(("program", "client"), "exited")
        captures = {host: capture(lab, heard, host) for host in ("client", "server")}
    syns = {
        host: sum(packet.tcp is not None and packet.tcp.flags == Flags.SYN for packet in packets)
        for host, packets in captures.items()
    }
    assert syns == {"client": 2, "server": 1}
    assert acts(heard, "client") == [("dropped", 1, 1, "server")]


def test_a_link_with_rules_can_be_unplugged_and_plugged_in_again(backend: Backend) -> None:
    with running(backend, datagrams(rule(1, "drop", 6))) as (lab, heard):
        tell_link(lab, heard)
        start(lab, "receiver")
        heard.prints("receiver", "bound")
        for number, do in enumerate(("unplug", "plug"), 1):
            ask(lab, heard, "sender", do, number)
        start(lab, "sender")
        heard.until(lambda: acts(heard, "sender"))
        lab.send(("program", "sender"), {"do": "stdin", "close": True}, b"\n")
        heard.one(("program", "receiver"), "exited")
        sent, came = capture(lab, heard, "sender"), capture(lab, heard, "receiver")
    assert (words(sent), words(came)) == ([*"123456", "end"], [*"12345", "end"])

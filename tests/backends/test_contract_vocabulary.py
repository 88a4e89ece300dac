"""What exercises ask of hosts and evidence beside packets and the link, the same on every backend."""

from __future__ import annotations

import errno
import importlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.errors import BackendError
from kit.evidence.store import Recorder, load
from kit.exercise.link import tree_of
from kit.lab.run import run, run_facts
from kit.ladder.build import build
from kit.verdict import Outcome
from tests.backends.contract import plan
from tests.backends.evidence import evidence_of, exited, printed, started
from tests.backends.test_contract import BACKENDS
from tests.checks.scene import ask

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


READS = b"""\
for name in ("core/somaxconn", "ipv4/tcp_abort_on_overflow"):
    print(open(f"/proc/sys/net/{name}").read().strip())
"""


def test_a_setting_is_its_hosts_alone_and_in_the_evidence(backend: Backend, tmp_path: Path) -> None:
    asked = {"server": {"net.core.somaxconn": "4", "net.ipv4.tcp_abort_on_overflow": "1"}}
    chosen = replace(plan({"client": READS, "server": READS}), sysctl=asked)
    seen = evidence_of(backend, chosen, tmp_path, started("client", "server"), exited("client", "server"))
    assert seen.output_of("server") == b"4\n1\n"
    assert seen.output_of("client") != b"4\n1\n"
    assert seen.sysctl_set == asked
    assert asked["server"].items() <= seen.sysctl["server"].items()
    assert seen.sysctl["client"]["net.core.somaxconn"] == seen.output_of("client").split()[0].decode()
    assert {"net.ipv4.tcp_syn_retries", "net.ipv4.tcp_keepalive_time"} <= seen.sysctl["client"].keys()


def test_a_setting_that_this_kernel_lacks_is_the_machines_fault(backend: Backend, tmp_path: Path) -> None:
    chosen = replace(plan({"server": READS}), sysctl={"server": {"net.ipv4.tcp_no_such": "1"}})
    with Recorder(tmp_path, run_facts(chosen, backend)) as recorder, suppress(BackendError):
        run(chosen, backend, recorder, lambda _: None)  # docker does not begin, netns goes on
    fault, *_ = load(tmp_path).faults
    assert "sysctl: net.ipv4.tcp_no_such cannot be" in fault
    assert fault.lower().endswith("no such file or directory")


SINK = b"""\
import socket
sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sink.bind(("", 9000))
print("bound")
sink.recv(10)
"""
SENDS = b"""\
import socket, time
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(3):
    sender.sendto(b"x", ("sink", 9000))
print("sent")
time.sleep(60)
"""


def captured(host: str, text: str, count: int) -> tuple[str, dict[str, Any]]:
    return "wait", {"packets": host, "filter": text, "tree": tree_of(text), "count": count}


def test_a_gate_waits_for_packets_that_a_host_sent_or_received_before_it_or_since(
    backend: Backend, tmp_path: Path
) -> None:
    chosen = plan({"sink": SINK, "source": SENDS})
    asked = [started("sink"), printed("sink", "bound"), ("freeze", {"programs": ["sink"]}), started("source")]
    asked += [captured(host, "udp and ip.src == source and udp.dstport == 9000", 3) for host in chosen.hosts]
    asked += [printed("source", "sent"), captured("sink", "udp", 3), captured("source", "ip.dst == sink", 2)]
    evidence_of(backend, chosen, tmp_path, *asked)


HEARS = b"""\
import socket
hears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
hears.bind(("", 9000))
joined = socket.inet_aton("239.1.2.3") + socket.inet_aton("0.0.0.0")
hears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
print("bound")
for _ in range(3):
    data, (address, _) = hears.recvfrom(100)
    print(data.decode(), address == socket.gethostbyname("speaker"))
"""
SPEAKS = b"""\
import socket, sys
speaks = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
speaks.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
own = int.from_bytes(socket.inet_aton(socket.gethostbyname("speaker")), "big")
subnet = socket.inet_ntoa((own | 15).to_bytes(4, "big"))
for word, target in (("group", "239.1.2.3"), ("subnet", subnet), ("everybody", "255.255.255.255")):
    speaks.sendto(word.encode(), (target, 9000))
    print("sent", word)
"""


def test_a_group_and_both_broadcasts_reach_every_host_without_a_word_of_interfaces(
    backend: Backend, tmp_path: Path
) -> None:
    listeners = ("first", "second")
    chosen = plan({**dict.fromkeys(listeners, HEARS), "speaker": SPEAKS})
    bound = [printed(name, "bound") for name in listeners]
    seen = evidence_of(
        backend, chosen, tmp_path, started(*listeners), *bound, started("speaker"), exited(*listeners)
    )
    for name in listeners:
        said = [b"bound", b"everybody True", b"group True", b"subnet True"]
        assert sorted(seen.output_of(name).splitlines()) == said
    for name in chosen.hosts:  # as it was sent, once, and nothing that taps carry
        packets = seen.captures[name].packets
        assert sorted(packet.payload for packet in packets if packet.udp) == [
            b"everybody",
            b"group",
            b"subnet",
        ]
        assert not [packet for packet in packets if packet.protocol == "other"]


BOTH = b"""\
import socket
server = socket.create_server(("", 8001), family=socket.AF_INET6, dualstack_ipv6=True)
echo = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
echo.bind(("", 9000))
print("listening")
for _ in range(3):
    connection, address = server.accept()
    with connection:
        print(address[0], connection.recv(100).decode())
data, address = echo.recvfrom(100)
print(address[0], data.decode())
echo.sendto(data, address)
"""
DIALS = b"""\
import socket, sys
name, word = sys.argv[1:]
with socket.create_connection((name, 8001)) as connection:
    connection.sendall(word.encode())
    connection.recv(1)
"""
ASKS = b"""\
import socket
asks = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
asks.connect(("server", 9000))
asks.send(b"datagram")
print(asks.recv(100).decode())
try:
    print(socket.create_connection(("2001:db8::1", 80), timeout=5))
except OSError as error:
    print(error.errno)
for name in ("accept_ra", "accept_dad"):
    print(open(f"/proc/sys/net/ipv6/conf/eth0/{name}").read().strip())
other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
other.connect(("server", 9001))
other.send(b"nobody")
try:
    other.recv(100)
except ConnectionRefusedError:
    print("refused")
"""


def test_over_ipv6_all_is_as_over_ipv4_and_both_meet_in_one_socket(backend: Backend, tmp_path: Path) -> None:
    dials = dict.fromkeys(("six", "four", "any"), DIALS)
    chosen = replace(plan({"server": BOTH, **dials, "asks": ASKS}), ipv6=True)
    names = {"six": "server.ipv6", "four": "server.ipv4", "any": "server"}
    programs = {
        name: replace(one, command=(*one.command, names[name], name)) if name in names else one
        for name, one in chosen.programs.items()
    }
    chosen = replace(chosen, programs=programs)
    asked = [started("server"), printed("server", "listening"), ("snapshot", {"name": "listening"})]
    for name in names:
        asked += [started(name), exited(name)]
    asked += [started("asks"), exited("server", "asks"), ("snapshot", {"name": "end"})]
    seen = evidence_of(backend, chosen, tmp_path, *asked)
    own = {name: fact.address6 for name, fact in seen.hosts.items()}
    assert own == {name: f"fd00::{number}" for number, name in enumerate(chosen.hosts, 2)}
    mapped = f"::ffff:{seen.hosts['four'].address}"
    assert seen.output_of("server").decode().split("\n") == [
        "listening",
        f"{own['six']} six",
        f"{mapped} four",
        f"{own['any']} any",
        f"{own['asks']} datagram",
        "",
    ]
    assert seen.output_of("asks").decode() == f"datagram\n{errno.ENETUNREACH}\n0\n0\nrefused\n"
    for check, params in (
        ("handshake", {"from": "six", "to": "server", "port": 8001}),
        ("handshake", {"from": "four", "to": "server", "port": 8001}),
        ("accept_order", {"program": "server", "order": ["six", "four", "any"]}),
        ("stream", {"from": "six", "to": "server", "equals": "six"}),
        ("close", {"from": "any", "to": "server"}),
        ("datagrams", {"from": "asks", "to": "server", "port": 9000, "received": ["datagram"]}),
        ("socket", {"host": "server", "at": "listening", "port": 8001, "state": "LISTEN"}),
        ("call", {"program": "any", "call": "connect", "port": 8001, "returns": 0}),
        ("count", {"host": "server", "filter": "ipv6.src == six and tcp.flags.syn == 1", "equals": 1}),
        ("count", {"host": "server", "filter": "ip.src == four and tcp.flags.syn == 1", "equals": 1}),
        ("count", {"host": "asks", "filter": "icmpv6.type == 1 and icmpv6.code == 4", "equals": 1}),
        ("count", {"host": "six", "filter": "ip and tcp", "equals": 0}),
    ):
        answer = ask(check, seen, **params)
        assert answer.outcome is Outcome.PASS, f"{check}: {answer}"
    ladder = build(seen)
    assert not ladder.dropped
    assert [(one.client_program, one.server_program) for one in ladder.dialogues][:3] == [
        (name, "server") for name in names
    ]
    strangers = {
        packet.source.address
        for capture in seen.captures.values()
        for packet in capture.packets
        if packet.source is not None
    } - {address for host in seen.hosts.values() for address in (host.address, host.address6)}
    assert strangers <= {"::"}  # listeners' reports, before an address was there


REFUSED = b"""\
import socket, struct
client = socket.socket()
client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
try:
    client.connect(("server", 8001))
except ConnectionRefusedError:
    print("refused")
client.close()
"""


def test_a_call_is_found_by_its_error_its_option_and_its_port(backend: Backend, tmp_path: Path) -> None:
    chosen = plan({"client": REFUSED, "server": b"print()"})
    seen = evidence_of(backend, chosen, tmp_path, started("client", "server"), exited("client", "server"))
    asked = {"program": "client", "count": 1}
    for one in (
        {"call": "connect", "error": "ECONNREFUSED", "port": 8001},
        {"call": "setsockopt", "option": "SO_REUSEADDR", "value": "1", "port": 8001},
        {"call": "setsockopt", "option": "SO_LINGER", "value": "l_linger=0"},
        {"call": "socket", "returns": {"min": 3}},
    ):
        answer = ask("call", seen, **asked, **one)
        assert answer.outcome is Outcome.PASS, answer
    assert ask("call", seen, program="client", call="send", count=0).outcome is Outcome.PASS


SERVES = b"""\
import socket
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind(("", 9000))
server = socket.create_server(("", 8001))
print("listening")
with server.accept()[0] as connection:
    connection.sendall(connection.recv(100))
for _ in range(2):
    data, address = echo.recvfrom(100)
    echo.sendto(data, address)
"""
BINDS = b"""\
import socket
for kind, port, words in ((socket.SOCK_STREAM, 8001, [b"tcp"]), (socket.SOCK_DGRAM, 9000, [b"one", b"two"])):
    with socket.socket(socket.AF_INET, kind) as client:
        client.bind(("", 7000))
        client.connect(("server", port))
        for word in words:
            client.send(word)
            print(client.recv(100).decode())
"""


def test_calls_of_what_was_bound_and_then_connected_have_their_peer(backend: Backend, tmp_path: Path) -> None:
    chosen = plan({"client": BINDS, "server": SERVES})
    asked = [started("server"), printed("server", "listening"), started("client"), exited("client", "server")]
    seen = evidence_of(backend, chosen, tmp_path, *asked)
    assert seen.output_of("client") == b"tcp\none\ntwo\n"
    words = ["one", "two"]
    for check, params in (
        ("datagrams", {"from": "client", "to": "server", "port": 9000, "sent": words, "received": words}),
        ("datagrams", {"from": "server", "to": "client", "port": 7000, "sent": words, "received": words}),
        ("received", {"program": "client", "from": "server", "port": 9000, "calls": words}),
        ("stream", {"from": "client", "to": "server", "port": 8001, "equals": "tcp"}),
        ("stream", {"from": "server", "to": "client", "port": 8001, "equals": "tcp"}),
    ):
        answer = ask(check, seen, **params)
        assert answer.outcome is Outcome.PASS, f"{check}: {answer}"
    for call in seen.calls_of("client"):
        if call.kind in ("send", "recv"):
            assert (call.local is None, call.remote and call.remote.address) == (
                False,
                seen.hosts["server"].address,
            )

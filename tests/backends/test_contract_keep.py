"""What one run leaves is not there in the next, on a lab that serves both: held by every backend, whatever it keeps."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.packets.model import Flags
from tests.backends.contract import Heard, ask, capture, cleaned, own_resources, plan, running, start
from tests.backends.test_contract import BACKENDS

if TYPE_CHECKING:
    from kit.backends.base import Backend, Lab
    from kit.exercise.plan import Plan


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


# Handed in: takes a connection, floods its client, and leaves everything that a program can leave anywhere.
HOSTILE = b"""\
import ctypes, os, socket, sys, time
for folder in ("/work", "/tmp", "/dev/shm"):
    os.makedirs(folder + "/left-by-run-one/deep", exist_ok=True)
    open(folder + "/left-by-run-one/deep/secret", "w").write("left-by-run-one")
libc = ctypes.CDLL(None)
print("shm", libc.shmget(4711, 4096, 0o1666) >= 0, "sem", libc.semget(4711, 1, 0o1666) >= 0)
server = socket.create_server(("", 8001))
print("listening")
connection, (client, _) = server.accept()
connection.sendall(b"left-by-run-one")
flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(300):
    flood.sendto(b"left-by-run-one", (client, 9000))
try:
    socket.create_connection((client, 9001), timeout=10)
except OSError as error:
    print("refused", error)
half_open = [socket.socket() for _ in range(8)]
for one in half_open:
    one.setblocking(False)
    one.connect_ex((client, 9002))
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
print("left")
time.sleep(600)
"""
# The exercise's own: leaves a connection in TIME-WAIT on its fixed port, one that stays open, files and a daemon.
CARELESS = b"""\
import os, socket, time
os.makedirs("/tmp/own-left/deep"); open("/tmp/own-left/deep/file", "w").write("x")
os.symlink("/etc", "/work/link"); open("/dev/shm/own-left", "w").write("x")
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagrams.bind(("", 9000))
full = socket.create_server(("", 9002), backlog=0)
connection = socket.create_connection(("server", 8001), source_address=("", 40000))
print(connection.recv(100).decode())
passing = socket.create_server(("", 40001)); there = socket.create_connection(passing.getsockname(), source_address=("", 40002))
here, _ = passing.accept(); there.close(); here.close(); passing.close()
if os.fork() == 0:
    os.setsid(); time.sleep(600)
print("left")
"""
# Both look for all of it in the second run, and say what they find.
LOOKS = b"""\
import os, socket
def listed(folder): return sorted(os.path.relpath(os.path.join(at, one), folder) for at, folders, files in os.walk(folder) for one in folders + files)
print("files", [name for folder in ("/work", "/tmp", "/dev/shm") for name in listed(folder) if name != os.path.basename(__file__)])
print("ipc", [line for name in ("shm", "sem", "msg") for line in open(f"/proc/sysvipc/{name}").read().splitlines()[1:]])
def command(one): return open(f"/proc/{one}/cmdline").read()
print("processes", [one for one in os.listdir("/proc") if one.isdigit() and int(one) != os.getpid() and command(one) == command("self")])
rows = [line.split() for name in ("tcp", "udp", "tcp6", "udp6") if os.path.exists(f"/proc/net/{name}") for line in open(f"/proc/net/{name}").read().splitlines()[1:]]
print("sockets", [row[1:4] for row in rows if not row[1].startswith("0B00007F")])  # but for an engine's own on 127.0.0.11
print("neighbours", open("/proc/net/arp").read().splitlines()[1:])
"""
COUNTS = b"""\
lines = [line.split() for line in open("/proc/net/snmp").read().splitlines() if line.startswith(("Tcp:", "Udp:"))]
values = {f"{names[0]}{name}": value for names, numbers in zip(lines[::2], lines[1::2]) for name, value in zip(names[1:], numbers[1:])}
print("counters", [values[name] for name in ("Tcp:ActiveOpens", "Tcp:PassiveOpens", "Udp:OutDatagrams")])
"""
CLEAN = ["files []", "ipc []", "processes []", "sockets []", "neighbours []"]
SERVES = b"""\
server = socket.create_server(("", 8001))
print("listening")
connection, address = server.accept()
connection.sendall(connection.recv(100).upper())
print("from", address[1])
"""
ASKS = b"""\
taken = [socket.create_server(("", port)) for port in (9001, 9002, 40001)]
connection = socket.create_connection(("server", 8001), source_address=("", 40000))
connection.sendall(b"hello")
print(connection.recv(100).decode())
"""


def handed_in(server: bytes, client: bytes) -> Plan:
    """Give a plan whose server is a submission's, and whose client is the exercise's own."""
    made = plan({"server": server, "client": client})
    return replace(
        made, programs={**made.programs, "server": replace(made.programs["server"], submitted=True)}
    )


def play(lab: Lab, heard: Heard, ends: str) -> None:
    """Start the server, then the client; wait until the client says what ends its part."""
    start(lab, "server")
    heard.prints("server", "listening")
    start(lab, "client")
    heard.prints("client", ends)


def test_a_submission_that_leaves_everything_leaves_nothing_to_the_next(backend: Backend) -> None:
    with backend.keep():
        with running(backend, handed_in(HOSTILE, CARELESS)) as (lab, heard):
            play(lab, heard, "left\n")
            heard.prints("server", "left\n")
            for host in lab.plan.hosts:
                capture(lab, heard, host)
        with running(backend, handed_in(LOOKS + COUNTS + SERVES, LOOKS + ASKS)) as (lab, heard):
            play(lab, heard, "HELLO")
            for name in lab.plan.programs:
                heard.one(("program", name), "exited")
                assert heard.output(name).splitlines()[: len(CLEAN)] == CLEAN, heard.output(name, "stderr")
            assert "counters ['0', '0', '0']" in heard.output("server")
            assert "from 40000" in heard.output("server")
            for host in lab.plan.hosts:
                packets = capture(lab, heard, host)
                assert packets[0].tcp is None, "the address is asked for again"
                segments = [packet.tcp for packet in packets if packet.tcp is not None]
                assert segments[0].flags == Flags.SYN
                ends = [
                    end
                    for packet in packets
                    if packet.tcp is not None
                    for end in (packet.source, packet.target)
                ]
                assert {end.port for end in ends if end is not None} <= {8001, 40000}
                assert not any(packet.udp for packet in packets)
            said = b"".join(message.body for message in heard.messages)
            assert b"run-one" not in said


def test_each_of_many_runs_is_as_the_first(backend: Backend) -> None:
    """The sequence of segments at both hosts, the socket tables before, the output."""
    seen = set()
    with backend.keep():
        for _ in range(5):
            with running(backend, handed_in(b"import socket\n" + SERVES, b"import socket\n" + ASKS)) as (
                lab,
                heard,
            ):
                for number, host in enumerate(lab.plan.hosts, 100):
                    lab.send(("host", host), {"do": "snapshot", "id": number})
                    assert (heard.one(("host", host), "sockets").head or {})["rows"] == []
                    ask(lab, heard, host, "fence", number + 100)
                play(lab, heard, "HELLO")
                for name in lab.plan.programs:
                    heard.one(("program", name), "exited")
                opening = [
                    tuple(
                        packet.tcp.flags if packet.tcp else None for packet in capture(lab, heard, host)[:8]
                    )
                    for host in lab.plan.hosts
                ]
                seen.add((tuple(opening[0][:5]), heard.output("client"), heard.output("server")))
    assert len(seen) == 1, seen


def test_at_the_end_nothing_is_left_of_it_here_or_there(backend: Backend) -> None:
    before = own_resources()
    with (
        backend.keep(),
        running(backend, handed_in(b"import socket\n" + SERVES, b"import socket\n" + ASKS)) as (
            lab,
            heard,
        ),
    ):
        play(lab, heard, "HELLO")
        for host in lab.plan.hosts:
            capture(lab, heard, host)
    assert own_resources() == before
    assert cleaned(backend) == []

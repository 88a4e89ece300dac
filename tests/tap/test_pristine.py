"""A network stack of its own forgets connections that no process has any more, and what is left is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]
ROOT = Path(__file__).parents[2]
LEAVES = """
import socket, subprocess
from kit.tap import pristine
from kit.tap.sockets import SocketTable
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
engines_own = socket.create_server(("127.0.0.1", 5000))
engines = frozenset(tuple(row[:5]) for row in SocketTable().read())
server = socket.create_server(("127.0.0.1", 5001))
waits = socket.create_connection(("127.0.0.1", 5001)); there, _ = server.accept(); waits.close(); there.close()
orphan = socket.create_connection(("127.0.0.1", 5001)); held, _ = server.accept(); orphan.close()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagrams.bind(("127.0.0.1", 5002))
"""


def said(code: str) -> list[str]:
    """Run it in a new network namespace; give the lines that it prints."""
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", LEAVES + code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.stdout.splitlines()


def test_connections_that_no_process_has_go_and_the_engines_own_sockets_stay() -> None:
    lines = said("""
server.close(); held.close(); datagrams.close()
print(pristine.left(engines) != "")
print(pristine.forget("lo", engines) or "clean")
print([row[2] for row in SocketTable().read()])
""")
    assert lines == ["True", "clean", "[5000]"]


def test_a_datagram_socket_that_a_process_still_has_is_ended_too() -> None:
    lines = said("""
pristine.forget("lo", engines)
try:
    datagrams.recv(10)
except OSError as error:
    print(error.strerror)
""")
    assert lines == ["Software caused connection abort"]


def test_what_is_still_there_is_said() -> None:
    assert said("""
pristine.destroy = lambda one: None
print(pristine.forget("lo", engines))
""")[0].endswith("sockets")

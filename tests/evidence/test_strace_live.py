"""strace itself, as the runner starts it, says what kit.evidence.strace reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.evidence.strace import Tracer, number_calls
from kit.tap.trace import STRACE

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = r"""
import socket, threading
listener = socket.create_server(("127.0.0.1", 0))
def client():
    with socket.create_connection(listener.getsockname()) as mine:
        mine.sendall("你好\n\"\\".encode() + b"\x001")
        mine.shutdown(socket.SHUT_WR)
        mine.recv(10)
thread = threading.Thread(target=client)
thread.start()
connection, _ = listener.accept()
while connection.recv(1024):
    pass
connection.close()
thread.join()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: apt-get install strace")
def test_the_calls_of_a_real_program_are_joined_by_their_connection(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    subprocess.run([*STRACE, "-o", str(trace), sys.executable, "-c", PROGRAM], check=True, timeout=60)
    tracer = Tracer("both")
    tracer.feed(trace.read_bytes())
    assert (tracer.unparsed, tracer.blocked()) == (0, {})
    calls = number_calls([tracer.calls()])
    assert [call.number for call in calls] == list(range(1, len(calls) + 1))
    (connect,) = (call for call in calls if call.kind == "connect")
    (accept,) = (call for call in calls if call.kind == "accept")
    assert (connect.local, connect.remote) == (accept.remote, accept.local)
    (send,) = (call for call in calls if call.kind == "send" and call.protocol == "tcp")
    got = [call for call in calls if call.kind == "recv" and call.local == accept.local]
    assert send.data == '你好\n"\\'.encode() + b"\x001"
    assert b"".join(call.data for call in got) == send.data
    assert got[-1].result == 0
    assert all(call.return_ns is not None and call.return_ns >= call.enter_ns for call in calls)

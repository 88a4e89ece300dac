"""What exercises ask of hosts and evidence beside packets and the link, the same on every backend."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from kit.verdict import Outcome
from tests.backends.contract import plan
from tests.backends.evidence import evidence_of, exited, started
from tests.backends.test_contract import BACKENDS
from tests.checks.scene import ask

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


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

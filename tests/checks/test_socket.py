from __future__ import annotations

import pytest
from pydantic import ValidationError

from kit.checks.socket import Params
from kit.evidence.model import Socket
from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import (
    LOCAL,
    NOBODY,
    ONE_HOST,
    C,
    D,
    S,
    ask,
    evidence,
    listen,
    missed,
    places,
    snapshot,
)

ONE = Socket("tcp", S, C, "ESTABLISHED", 7, 0)
TWO = Socket("tcp", S, D, "CLOSE-WAIT", 1, 0)
UDP = Socket("udp", Endpoint("0.0.0.0", 9000), NOBODY, "UNCONN", 0, 0)
SEEN = evidence(snapshots=snapshot(listen(), ONE, TWO, UDP))
ASKED = {"host": "server", "at": "then", "port": 8001}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"count": 3},
        {"state": "ESTABLISHED", "count": 1},
        {"remote": "client1", "state": "ESTABLISHED", "recv_queue": 7, "send_queue": 0},
        {"remote": "client2", "state": "CLOSE-WAIT"},
        {"state": "TIME-WAIT", "count": 0},
        {"protocol": "udp", "port": 9000, "state": "UNCONN"},
    ],
)
def test_sockets_as_asked_pass(params: dict[str, object]) -> None:
    assert ask("socket", SEEN, **(ASKED | params)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "params",
    [
        {"count": 2},
        {"remote": "client1", "state": "CLOSE-WAIT"},
        {"remote": "client1", "recv_queue": 8},
        {"remote": "client1", "send_queue": 8},
        {"state": "LISTEN", "count": 0},
    ],
)
def test_sockets_that_differ_fail(params: dict[str, object]) -> None:
    assert ask("socket", SEEN, **(ASKED | params)).outcome is Outcome.FAIL


def test_a_failure_shows_the_sockets_that_were_there() -> None:
    answer = ask("socket", SEEN, **ASKED, remote="client1", state="TIME-WAIT", count=1)
    assert answer.expected == ("1 socket of server with tcp port 8001, connected to client1, state TIME-WAIT")
    assert answer.observed == "ESTABLISHED 198.18.0.2:8001 - 198.18.0.3:40001, Recv-Q 7, Send-Q 0"
    assert places(answer) == ["server at 0.050 s"]


def test_no_socket_at_all_is_said() -> None:
    answer = ask("socket", SEEN, **(ASKED | {"port": 7}), recv_queue=0)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "no tcp socket with port 7 on server")


def test_a_loopback_connection_is_with_a_program_on_the_same_host() -> None:
    row = Socket("tcp", LOCAL["s"], LOCAL["c"], "ESTABLISHED", 0, 0)
    seen = evidence(snapshots=snapshot(row), programs=ONE_HOST)
    assert ask("socket", seen, **ASKED, remote="client1").outcome is Outcome.PASS


def test_a_snapshot_that_was_never_reached_skips() -> None:
    assert ask("socket", evidence(steps=missed()), **ASKED).outcome is Outcome.SKIPPED


def test_a_misspelt_state_is_refused() -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(ASKED | {"state": "ESTAB"})

"""A gate is a pure question about what is known of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.backends.base import Arrived
from kit.evidence.strace import Tracer
from kit.lab import gates
from kit.lab.state import LabState
from tests.lab import scene

if TYPE_CHECKING:
    from collections.abc import Sequence

EXECUTED = b'7 1.000000001 execve("/usr/bin/python3", ["python3"], 0x7ff /* 5 vars */) = 0 <0.000300000>\n'
SERVER = ("program", "server")
STARTED: tuple[Any, Any] = ({"event": "started", "time_ns": 1}, b"")
EXITED: tuple[Any, Any] = ({"event": "exited", "time_ns": 9, "code": 0}, b"")


def state(
    *messages: tuple[dict[str, Any], bytes], rows: Sequence[list[Any]] = (), traced: bool = True
) -> LabState:
    plan = scene.plan([])
    state = LabState(plan, {name: Tracer(name) for name in plan.programs})
    state.take(Arrived(SERVER, {"event": "ready", "traced": traced, "why": ""}))
    for head, body in messages:
        state.take(Arrived(SERVER, head, body))
    head, body = scene.sockets(*rows)
    state.take(Arrived(("host", "server"), head, body))
    return state


@pytest.mark.parametrize(
    ("rows", "opens", "observed"),
    [
        ([scene.LISTENER], True, "it listens on port 8001"),
        ([], False, "nothing listens"),
        ([["tcp", "0.0.0.0", 9000, "0.0.0.0", 0, "LISTEN", 0, 5]], False, "it listens on port 9000"),
        ([["tcp", "0.0.0.0", 8001, "0.0.0.0", 0, "CLOSED", 0, 0]], False, "nothing listens"),
        ([["udp", "0.0.0.0", 9000, "0.0.0.0", 0, "UNCONN", 0, 0]], False, "nothing listens"),
    ],
)
def test_listening_needs_a_listen_socket_on_the_port(
    rows: list[list[Any]], opens: bool, observed: str
) -> None:
    assert gates.look(state(rows=rows), {"listening": "server", "port": 8001}) == (opens, observed)


@pytest.mark.parametrize(
    ("gate", "observed"),
    [
        ({"listening": "server"}, "nothing listens"),
        ({"received": "server", "bytes": 1}, "0 bytes waiting in 0 sockets"),
    ],
)
def test_a_socket_of_the_other_protocol_on_the_port_is_told(gate: dict[str, Any], observed: str) -> None:
    bound = ["udp", "0.0.0.0", 8001, "0.0.0.0", 0, "UNCONN", 0, 0]
    for rows, asked, other in (([bound], "tcp", "udp"), ([scene.LISTENER], "udp", "tcp")):
        seen = gates.look(state(rows=rows), {**gate, "port": 8001, "protocol": asked})
        hint = f"; a {other.upper()} socket has port 8001, and the gate would ask for it with `protocol: {other}`"
        assert seen == (False, observed + hint)


def test_a_bound_udp_socket_is_listening_for_udp() -> None:
    bound = ["udp", "0.0.0.0", 8001, "0.0.0.0", 0, "UNCONN", 0, 0]
    seen = gates.look(state(rows=[bound]), {"listening": "server", "port": 8001, "protocol": "udp"})
    assert seen.open


@pytest.mark.parametrize(
    ("row", "count", "opens", "observed"),
    [
        (scene.QUEUED_TWO, 2, True, "2 in the accept queue"),
        (scene.QUEUED_TWO, 3, False, "2 in the accept queue"),
        (scene.CONNECTED, 1, False, "nothing listens on port 8001"),
    ],
)
def test_queued_counts_the_accept_queue_of_the_listener(
    row: list[Any], count: int, opens: bool, observed: str
) -> None:
    seen = gates.look(state(rows=[row]), {"queued": "server", "port": 8001, "count": count})
    assert seen == (opens, observed)


def test_received_sums_the_connections_of_the_port_and_leaves_the_listener_out() -> None:
    two = state(rows=[scene.QUEUED_TWO, scene.CONNECTED, [*scene.CONNECTED[:4], 40001, "ESTABLISHED", 7, 0]])
    assert gates.look(two, {"received": "server", "port": 8001, "bytes": 14}).open
    assert gates.look(two, {"received": "server", "port": 8001, "bytes": 15}) == (
        False,
        "14 bytes waiting in 2 sockets",
    )


def test_received_and_drained_see_the_port_on_either_end_of_a_connection() -> None:
    assert gates.look(state(rows=[scene.CONNECTED]), {"received": "server", "port": 40000, "bytes": 7}).open
    assert not gates.look(state(rows=[scene.CONNECTED]), {"drained": "server", "port": 40000}).open


def test_drained_wants_nothing_left_to_receive_and_a_table_that_says_so() -> None:
    asked = {"drained": "server", "port": 8001}
    empty = [*scene.CONNECTED[:6], 0, 0]
    assert gates.look(state(rows=[scene.QUEUED_TWO, scene.CONNECTED]), asked) == (
        False,
        "7 bytes waiting in 1 sockets",
    )
    assert gates.look(state(rows=[scene.QUEUED_TWO, empty]), asked).open
    assert gates.look(state(rows=[]), asked).open
    unknown = state()
    unknown.hosts["server"].table = None
    assert not gates.look(unknown, asked).open
    assert gates.hosts_to_watch(unknown, asked) == {"server"}


@pytest.mark.parametrize(("name", "count", "opens"), [("ESTABLISHED", 1, True), ("ESTABLISHED", 2, False)])
def test_state_counts_connections_of_the_port_on_either_end(name: str, count: int, opens: bool) -> None:
    seen = gates.look(
        state(rows=[scene.CONNECTED]), {"state": "server", "port": 40000, "is": name, "count": count}
    )
    assert seen == (opens, "ESTABLISHED on port 40000")


def test_a_call_that_was_entered_and_has_not_returned_blocks() -> None:
    entered = (
        {"event": "trace", "time_ns": 2_000_000_001},
        EXECUTED + b"7 2.000000001 accept4(3<TCP:[0.0.0.0:8001]>, ",
    )
    inside = state(STARTED, entered)
    assert gates.look(inside, {"blocked": "server", "call": "accept"}) == (True, "inside accept")
    assert gates.look(inside, {"blocked": "server", "call": "recv"}) == (False, "inside accept")
    assert gates.look(state(STARTED), {"blocked": "server", "call": "recv"}) == (False, "in no call")


def test_blocked_cannot_be_seen_without_strace_and_says_so() -> None:
    seen = gates.look(state(STARTED, traced=False), {"blocked": "server", "call": "accept"})
    assert seen == (False, "calls are not traced: no strace")


def test_output_is_looked_for_since_the_last_start() -> None:
    said = ({"event": "output", "stream": "stdout", "time_ns": 2}, b"ready\nagain\n")
    asked = {"output": "server", "contains": "ready", "stream": "stdout"}
    assert gates.look(state(STARTED, said), asked) == (True, "its last line was 'again'")
    assert gates.look(state(STARTED, said, EXITED, STARTED), asked) == (False, "it wrote nothing")


def test_exited_names_who_still_runs_and_where() -> None:
    asked = {"exited": ["server"]}
    seen = gates.look(state(STARTED), asked)
    assert (seen.open, seen.observed) == (False, "server is inside its own code")
    assert gates.look(state(STARTED, EXITED), asked).open


@pytest.mark.parametrize(
    ("messages", "arguments", "why"),
    [
        ([STARTED], {"listening": "server", "port": 1}, None),
        ([STARTED, EXITED], {"listening": "server", "port": 1}, "server has ended"),
        ([STARTED, EXITED], {"exited": ["server"]}, None),
        ([], {"exited": ["server"]}, "server was never started"),
    ],
)
def test_a_gate_about_an_ended_program_is_hopeless(
    messages: list[Any], arguments: dict[str, Any], why: str | None
) -> None:
    assert gates.hopeless(state(*messages), arguments) == why


def test_only_gates_about_sockets_have_a_table_watched() -> None:
    known = state()
    assert gates.hosts_to_watch(known, {"queued": "server", "port": 1, "count": 1}) == {"server"}
    assert gates.hosts_to_watch(known, {"output": "server", "contains": "x", "stream": "stdout"}) == set()


@pytest.mark.parametrize(
    ("condition", "alone"),
    [("listening", True), ("queued", True), ("received", False), ("drained", False), ("state", False)],
)
def test_the_gates_that_listeners_alone_open_say_so(condition: str, *, alone: bool) -> None:
    assert gates.asks_listeners({condition: "server", "port": 1}) == alone

"""What a helper says is an event with its fields, or trouble of the machine."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import BackendError
from kit.lab.heads import known
from tests.lab import scene

TAP, RUNNER = ("host", "server"), ("program", "client")
ROW = scene.CONNECTED


@pytest.mark.parametrize(
    ("source", "head"),
    [
        (
            TAP,
            {"event": "ready", "capturing": "tcpdump", "unheld": "", "sysctl": {"net.core.somaxconn": "4"}},
        ),
        (TAP, {"event": "sockets", "time_ns": 3, "rows": [ROW, scene.LISTENER], "id": 4}),
        (TAP, {"event": "captured", "id": 1, "packets": 2, "dropped": None, "truncated": False}),
        (TAP, {"event": "link", "to": "b", "what": "dropped", "packet": 2, "rule": 1, "time_ns": 3}),
        (RUNNER, {"event": "exited", "time_ns": 3, "signal": "SIGKILL"}),
        (RUNNER, {"event": "exited", "time_ns": 3, "code": -1, "signal": None}),
        (RUNNER, {"event": "used", "used": {"cpu_s": 0.5, "output_bytes": 6}}),
    ],
)
def test_an_event_with_its_fields_is_taken_as_it_is(source: tuple[str, str], head: dict[str, Any]) -> None:
    assert known(source, head) == head


def test_a_field_that_no_such_event_has_is_left_out() -> None:
    head = {"event": "started", "time_ns": 3, "name": "another", "size": 5}
    assert known(RUNNER, head) == {"event": "started", "time_ns": 3}


@pytest.mark.parametrize(
    ("source", "head", "said"),
    [
        (TAP, {}, "host server said None, which is no event of a host's"),
        (TAP, {"event": ["ready"]}, r"said \['ready'\], which is no event"),
        (TAP, {"event": "started", "time_ns": 3}, "said 'started', which is no event of a host's"),
        (RUNNER, {"event": "ready"}, "program client said 'ready' with None as its 'traced'"),
        (RUNNER, {"event": "started", "time_ns": "3"}, "'3' as its 'time_ns'"),
        (RUNNER, {"event": "started", "time_ns": True}, "True as its 'time_ns'"),
        (RUNNER, {"event": "output", "stream": "stdin", "time_ns": 3}, "'stdin' as its 'stream'"),
        (RUNNER, {"event": "used", "used": {"cpu_s": float("nan")}}, "as its 'used'"),
        (RUNNER, {"event": "used", "used": {"cpu_s": "much"}}, "as its 'used'"),
        (RUNNER, {"event": "limit", "limit": "patience"}, "'patience' as its 'limit'"),
        (TAP, {"event": "fault", "text": "half a character: \ud83d"}, r"ud83d' as its 'text'"),
        (TAP, {"event": "sockets", "time_ns": 3, "rows": [ROW[:-1]]}, "as its 'rows'"),
        (TAP, {"event": "sockets", "time_ns": 3, "rows": [[*ROW[:-1], None]]}, "as its 'rows'"),
        (TAP, {"event": "sockets", "time_ns": 3, "rows": {}}, "as its 'rows'"),
        (TAP, {"event": "ready", "capturing": "x", "unheld": 5}, "5 as its 'unheld'"),
        (TAP, {"event": "ready", "capturing": "x", "sysctl": {"net.core.somaxconn": 4}}, "as its 'sysctl'"),
        (TAP, {"event": "link", "to": "b", "what": "eaten"}, "'eaten' as its 'what'"),
    ],
)
def test_what_is_no_such_event_is_trouble_of_the_machine(
    source: tuple[str, str], head: dict[str, Any], said: str
) -> None:
    with pytest.raises(BackendError, match=said):
        known(source, head)

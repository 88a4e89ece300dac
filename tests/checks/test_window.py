from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.window import Params
from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, ask, ended, evidence, missed, places

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
ROOM = HANDSHAKE + "s > c . 1 ack 1 win 10\nc > s P. 1:6(5) ack 1\ns > c . 1 ack 6 win 5\n"
FULL = HANDSHAKE + "s > c . 1 ack 1 win 5\nc > s P. 1:6(5) ack 1\n"
ZERO = FULL + "s > c . 1 ack 6 win 0\n"


@pytest.mark.parametrize(
    ("packets", "wanted"),
    [
        (ROOM, {"zero": False, "full": False}),
        (FULL, {"zero": False, "full": True}),
        (ZERO, {"zero": True, "full": True}),
        (ROOM, {"zero": False}),
        (ZERO, {"full": True, "port": 8001}),
        (ZERO, {"zero": False, "port": 9}),
    ],
)
def test_a_window_that_is_as_asked_passes(packets: str, wanted: dict[str, Any]) -> None:
    assert ask("window", evidence(packets), **ASKED, **wanted).outcome is Outcome.PASS


def test_what_was_seen_is_said_and_cited_at_the_sender() -> None:
    answer = ask("window", evidence(ZERO), **ASKED, zero=True, full=True)
    assert answer.expected == "server says that it has no room and client1 fills the window of server"
    assert answer.observed == answer.expected
    assert places(answer) == ["client1 packet 6 at 0.006 s", "client1 packet 5 at 0.005 s"]


def test_the_other_answer_fails() -> None:
    answer = ask("window", evidence(FULL), **ASKED, zero=True, full=False)
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "server says that it has no room and client1 never fills the window of server"
    assert answer.observed == "server always has room and client1 fills the window of server"


def test_the_window_of_the_other_side_is_another_question() -> None:
    seen = evidence(HANDSHAKE + "c > s . 1 ack 1 win 0\n")
    assert ask("window", seen, **ASKED, zero=False).outcome is Outcome.PASS
    assert ask("window", seen, from_="server", to="client1", zero=True).outcome is Outcome.PASS


def test_only_what_was_seen_is_certain_where_the_capture_lost_packets() -> None:
    lossy = evidence(ZERO, dropped=1)
    assert ask("window", lossy, **ASKED, zero=True, full=True).outcome is Outcome.PASS
    assert ask("window", lossy, **ASKED, full=False).outcome is Outcome.FAIL
    lossy = evidence(ROOM, dropped=1)
    assert ask("window", lossy, **ASKED, zero=True).outcome is Outcome.INCONCLUSIVE
    assert ask("window", lossy, **ASKED, full=False).outcome is Outcome.INCONCLUSIVE


def test_a_host_that_was_never_reached_is_skipped() -> None:
    seen = evidence("", steps=missed("server"), exits=(ended("server"),))
    assert ask("window", seen, **ASKED, zero=True).outcome is Outcome.SKIPPED


def test_a_question_about_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="give `zero`, `full` or both"):
        Params.model_validate(ASKED)

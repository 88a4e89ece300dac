from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.reset import Params
from kit.verdict import Outcome
from tests.checks.scene import CLOSE, HANDSHAKE, ask, evidence, places

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
BROKEN = HANDSHAKE + "s > c R. 1 ack 1"
REFUSED = "c > s S 0\n s > c R. 0 ack 1"


@pytest.mark.parametrize("more", [{}, {"by": "server"}, {"count": 1}])
def test_a_reset_connection_passes_and_cites_the_rst(more: dict[str, object]) -> None:
    answer = ask("reset", evidence(BROKEN), **ASKED, **more)
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "1 connection reset by server")
    assert [place.split(" ", 1)[1] for place in places(answer)] == ["packet 4 at 0.004 s"]


def test_the_rst_of_the_other_side_fails() -> None:
    answer = ask("reset", evidence(BROKEN), **ASKED, by="client1")
    assert answer.outcome is Outcome.FAIL
    assert answer.expected == "at least 1 connection from client1 to server reset by client1"
    assert answer.observed == "no connection reset; the RST came from server"


@pytest.mark.parametrize(
    ("packets", "instead"),
    [
        (HANDSHAKE + CLOSE, "closed by FIN and ACK of both sides"),
        (HANDSHAKE, "neither reset nor closed"),
        ("", "no connection was opened"),
        (REFUSED, "no connection was opened; it tried 198.18.0.2:8001"),
    ],
)
def test_no_reset_fails_and_says_what_happened_instead(packets: str, instead: str) -> None:
    answer = ask("reset", evidence(packets), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, f"no connection reset; {instead}")
    assert ask("reset", evidence(packets, dropped=1), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_none_wanted_and_one_there_fails_also_a_refusal() -> None:
    assert ask("reset", evidence(BROKEN, dropped=1), **ASKED, count=0).outcome is Outcome.FAIL
    assert ask("reset", evidence(REFUSED), **ASKED, count=0).outcome is Outcome.FAIL


def test_none_wanted_and_none_there_needs_whole_captures() -> None:
    assert ask("reset", evidence(HANDSHAKE + CLOSE), **ASKED, count=0).outcome is Outcome.PASS
    assert (
        ask("reset", evidence(HANDSHAKE + CLOSE, dropped=1), **ASKED, count=0).outcome is Outcome.INCONCLUSIVE
    )


def test_one_of_two_resets_fails() -> None:
    answer = ask("reset", evidence(BROKEN), **ASKED, count=2)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "1 connection reset by server")


@pytest.mark.parametrize("more", [{"by": "client2"}, {"by": "client1", "to": "client1"}])
def test_a_by_that_cannot_be_told_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="`by`"):
        Params.model_validate(ASKED | more)

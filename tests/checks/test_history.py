from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.history import Params
from kit.verdict import Outcome
from tests.checks.scene import CLOSE, HANDSHAKE, ask, evidence, places

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
CLOSED = HANDSHAKE + CLOSE


@pytest.mark.parametrize("more", [{"is": "ShAfFa"}, {"state": "SF"}, {"is": "ShAfFa", "state": "SF"}])
def test_the_letters_that_were_asked_pass(more: dict[str, str]) -> None:
    answer = ask("history", evidence(CLOSED), **ASKED, **more)
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "ShAfFa SF")
    assert places(answer) == ["client1 packet 1 at 0.001 s", "client1 packet 6 at 0.006 s"]


@pytest.mark.parametrize("more", [{"is": "ShADadFf"}, {"state": "RSTO"}, {"is": "ShAfFa", "state": "S1"}])
def test_other_letters_fail_and_show_those_that_were_there(more: dict[str, str]) -> None:
    answer = ask("history", evidence(CLOSED), **ASKED, **more)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "ShAfFa SF")
    assert answer.expected == f"every connection from client1 to server goes {' '.join(more.values())}"


def test_a_capture_that_lost_packets_is_inconclusive_either_way() -> None:
    seen = evidence(CLOSED, dropped=1)
    assert ask("history", seen, **ASKED, state="SF").outcome is Outcome.INCONCLUSIVE
    assert ask("history", seen, **ASKED, state="S1").outcome is Outcome.INCONCLUSIVE


def test_no_connection_fails() -> None:
    answer = ask("history", evidence(), **ASKED, state="SF")
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "no connection")


@pytest.mark.parametrize("more", [{}, {"is": "xyz"}, {"state": "OPEN"}])
def test_params_without_letters_of_zeek_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(ASKED | more)

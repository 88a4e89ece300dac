from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.verdict import Outcome
from tests.checks.scene import HANDSHAKE, S, ask, call, evidence, places

if TYPE_CHECKING:
    from kit.evidence.model import Call

ASKED: dict[str, Any] = {"from": "client1", "to": "server", "port": 8001}
REFUSED = "c > s S 0\n s > c R. 0 ack 1"


def connect(error: str | None) -> Call:
    return call("client1", "connect", 0.5, 3, peer=S, result=0 if error is None else -1, error=error)


@pytest.mark.parametrize("error", ["ECONNREFUSED", "EINPROGRESS"])
def test_syn_answered_by_rst_passes_and_cites_packets_and_call(error: str) -> None:
    answer = ask("refused", evidence(REFUSED, calls=[[connect(error)]]), **ASKED)
    assert answer.outcome is Outcome.PASS
    assert answer.observed == f"the SYN was answered by RST; connect returned {error}"
    assert places(answer) == [
        "client1 packet 1 at 0.001 s",
        "client1 packet 2 at 0.002 s",
        "client1 call 1 at 0.003 s",
    ]


def test_without_traced_calls_the_packets_decide() -> None:
    answer = ask("refused", evidence(REFUSED, calls_traced=False), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "the SYN was answered by RST")


def test_a_connect_that_says_something_else_fails() -> None:
    answer = ask("refused", evidence(REFUSED, calls=[[connect("ETIMEDOUT")]]), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.endswith("but client1's connect to 198.18.0.2:8001: ETIMEDOUT")


def test_a_connection_that_was_let_in_fails() -> None:
    answer = ask("refused", evidence(HANDSHAKE), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "server answered the SYN by SYN-ACK: something listens on port 8001"
    assert places(answer) == ["client1 packet 2 at 0.002 s"]


def test_a_syn_without_an_answer_fails_where_the_capture_is_whole() -> None:
    answer = ask("refused", evidence("c > s S 0"), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "the SYN to 198.18.0.2:8001 was not answered")
    assert ask("refused", evidence("c > s S 0", dropped=1), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_no_syn_fails_and_says_where_it_went() -> None:
    answer = ask("refused", evidence(), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "client1 sent no SYN to server")

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kit.checks.close import Params
from kit.evidence.model import Capture
from kit.verdict import Outcome
from tests.checks.scene import CLOSE, HANDSHAKE, HOSTS, ask, ended, evidence, missed, places
from tests.packets.build import trace

ASKED: dict[str, Any] = {"from": "client1", "to": "server"}
IN_FOUR = """
    s > c F. 1 ack 1
    c > s . 1 ack 2
    c > s F. 1 ack 2
    s > c . 2 ack 2
"""
CROSSED = """
    s > c F. 1 ack 1
    c > s F. 1 ack 1
    s > c . 2 ack 2
    c > s . 2 ack 2
"""


def test_a_close_in_three_segments_passes_and_cites_them() -> None:
    answer = ask("close", evidence(HANDSHAKE + CLOSE), **ASKED, first="server", segments=3)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == (
        "every connection from client1 to server is closed by FIN and ACK of both sides, server first, in 3 segments"
    )
    assert answer.observed == "closed in 3 segments, server first"
    assert places(answer) == [f"client1 packet {n} at 0.00{n} s" for n in (4, 5, 6)]


def test_a_close_in_four_segments_passes_where_either_was_asked() -> None:
    seen = evidence(HANDSHAKE + IN_FOUR)
    assert ask("close", seen, **ASKED, segments=[3, 4]).outcome is Outcome.PASS
    answer = ask("close", seen, **ASKED, segments=3)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "the close took 4 segments")


def test_the_wrong_side_first_fails() -> None:
    answer = ask("close", evidence(HANDSHAKE + CLOSE), **ASKED, first="client1")
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "server sent the first FIN")


def test_reset_instead_of_fin_fails_and_cites_the_packet() -> None:
    answer = ask("close", evidence(HANDSHAKE + "s > c R. 1 ack 1"), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "server sent RST")
    assert places(answer)[0] == "client1 packet 4 at 0.004 s"


def test_a_reset_when_all_is_over_costs_nobody_a_mark() -> None:
    answer = ask("close", evidence(HANDSHAKE + CLOSE + "s > c . 2 ack 2\nc > s R 2"), **ASKED, first="server")
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "closed in 3 segments, server first")


def test_a_reset_fails_though_the_capture_lost_packets() -> None:
    assert ask("close", evidence(HANDSHAKE + "s > c R. 1 ack 1", dropped=2), **ASKED).outcome is Outcome.FAIL


def test_a_side_that_never_closes_is_named() -> None:
    half = HANDSHAKE + "s > c F. 1 ack 1\n c > s . 1 ack 2"
    answer = ask("close", evidence(half), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "client1 sent no FIN")
    assert ask("close", evidence(half, dropped=1), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_a_connection_left_open_names_both() -> None:
    assert ask("close", evidence(HANDSHAKE), **ASKED).observed == "client1 and server sent no FIN"


def test_a_fin_that_was_not_acknowledged_fails() -> None:
    answer = ask("close", evidence(HANDSHAKE + "s > c F. 1 ack 1\n c > s F. 1 ack 2"), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "not every FIN was acknowledged")


def test_no_connection_fails_and_a_refused_attempt_is_none() -> None:
    answer = ask("close", evidence("c > s S 0\n s > c R. 0 ack 1"), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "no connection from client1 to server was opened; it tried 198.18.0.2:8001"


def crossed() -> Any:
    """Each host sent its FIN before the other's came; the server's clock says that it was the first."""
    at_client = (
        HANDSHAKE
        + """
        0.012 c > s F. 1 ack 1
        0.013 s > c F. 1 ack 1
        s > c . 2 ack 2
        c > s . 2 ack 2
    """
    )
    at_server = (
        HANDSHAKE
        + """
        0.011 s > c F. 1 ack 1
        0.014 c > s F. 1 ack 1
        s > c . 2 ack 2
        c > s . 2 ack 2
    """
    )
    return evidence({"client1": at_client, "server": at_server})


def test_fins_that_cross_are_said_and_the_senders_own_clocks_decide_who_was_first() -> None:
    answer = ask("close", crossed(), **ASKED, first="server")
    assert answer.outcome is Outcome.PASS
    assert answer.observed == "closed in 4 segments, server first, both FINs on their way at once"
    answer = ask("close", crossed(), **ASKED, first="client1")
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "server sent the first FIN, while the other's was on its way",
    )


def test_fins_that_were_to_cross_and_did_not_fail_and_the_other_way_round() -> None:
    assert ask("close", crossed(), **ASKED, crossed=True).outcome is Outcome.PASS
    answer = ask("close", crossed(), **ASKED, crossed=False)
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "server sent the first FIN, both FINs on their way at once",
    )
    answer = ask("close", evidence(HANDSHAKE + CLOSE), **ASKED, crossed=True)
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "server sent the first FIN, the second FIN behind the first",
    )
    assert answer.expected.endswith("both sides, both FINs on their way at once")
    assert ask("close", evidence(HANDSHAKE + CLOSE), **ASKED, crossed=False).outcome is Outcome.PASS


def test_a_fin_that_the_senders_capture_misses_has_the_time_of_its_arrival() -> None:
    captures = {
        "client1": Capture("client1", trace(HANDSHAKE + CROSSED)),
        "server": Capture("server", trace(HANDSHAKE), dropped=4),
    }
    assert ask("close", evidence(captures=captures), **ASKED, first="server").outcome is not Outcome.PASS


def test_what_the_kernel_closed_after_a_missed_gate_is_not_the_programs_doing() -> None:
    late = HANDSHAKE + CLOSE.replace("s > c F. 1", "0.070 s > c F. 1", 1)
    answer = ask("close", evidence(late, steps=missed(at_ms=60), exits=(ended("client1"),)), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "client1 and server sent no FIN")
    assert ask("close", evidence(late), **ASKED).outcome is Outcome.PASS


@pytest.mark.parametrize("more", [{"first": "server", "to": "client1"}, {"segments": 5}, {"segments": []}])
def test_impossible_params_are_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(ASKED | more)
    assert set(HOSTS) == {"server", "client1", "client2"}

from __future__ import annotations

import pytest

from kit.checks import load, names
from kit.evidence.model import Capture
from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import (
    CLOSE,
    HANDSHAKE,
    HOSTS,
    LOCAL,
    ONE_HOST,
    C,
    S,
    ask,
    call,
    connected,
    ended,
    evidence,
    listen,
    missed,
    places,
    snapshot,
)

ASKED = {"from": "client1", "to": "server"}
REFUSED = """
    c > s S 0
    s > c R. 0 ack 1
"""


def test_every_check_has_params_and_a_question() -> None:
    assert {"handshake", "call", "queue"} <= set(names())
    for name in names():
        assert load(name).Params.model_fields, name


def test_three_segments_seen_at_both_ends_pass_and_are_cited() -> None:
    answer = ask("handshake", evidence(HANDSHAKE + CLOSE), **ASKED)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == "1 complete handshake (SYN, SYN-ACK, ACK) from client1 to server"
    assert answer.observed == "1 complete handshake"
    assert places(answer) == [f"client1 packet {n} at 0.00{n} s" for n in (1, 2, 3)]
    assert answer.cites[1].text == "SYN-ACK 198.18.0.2:8001 > 198.18.0.3:40001"


def test_the_other_direction_and_other_ports_do_not_count() -> None:
    seen = evidence(HANDSHAKE)
    assert ask("handshake", seen, **{"from": "server", "to": "client1"}).outcome is Outcome.FAIL
    assert ask("handshake", seen, **ASKED, port=8001).outcome is Outcome.PASS
    answer = ask("handshake", seen, **ASKED, port=8002)
    assert answer.observed.startswith(
        "no complete handshake; client1 sent no SYN to server; it tried 198.18.0.2:8001"
    )


def test_a_second_handshake_fails_though_the_capture_lost_packets() -> None:
    twice = HANDSHAKE + HANDSHAKE.replace("0", "90", 1).replace(
        "ack 1\n    c > s . 1", "ack 91\n    c > s . 91", 1
    )
    answer = ask("handshake", evidence(twice, dropped=1), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "2 complete handshakes")
    assert ask("handshake", evidence(twice), **ASKED, count=2).outcome is Outcome.PASS


def test_a_refused_syn_fails_and_names_the_loopback_listener() -> None:
    seen = evidence(REFUSED, snapshots=snapshot(listen(LOCAL["s"])))
    answer = ask("handshake", seen, **ASKED, port=8001)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == (
        "no complete handshake; the SYN to 198.18.0.2:8001 was answered by RST: nobody listens there; "
        "server listens on 127.0.0.1:8001 only, which no other host can reach"
    )
    assert places(answer) == ["client1 packet 1 at 0.001 s", "client1 packet 2 at 0.002 s"]


def test_a_handshake_that_stopped_half_way_says_how_far_it_went() -> None:
    answer = ask(
        "handshake",
        evidence("c > s S 0\n s > c S. 0 ack 1", calls=[[call("server", "listen", 1, 2, local=S)]]),
        **ASKED,
    )
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "no complete handshake; only SYN, then SYN-ACK with 198.18.0.2:8001"


def test_a_client_that_never_connects_fails_and_where_it_went_is_said() -> None:
    elsewhere = Endpoint("127.0.0.1", 8001)
    seen = evidence(calls=[[connected("client1", LOCAL["c"], 5, elsewhere)]])
    answer = ask("handshake", seen, **ASKED)
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "no complete handshake; client1 sent no SYN to server; it tried 127.0.0.1:8001",
    )


def test_a_handshake_that_only_one_end_saw_fails_and_names_the_ends() -> None:
    seen = evidence({"client1": HANDSHAKE, "server": ""})
    answer = ask("handshake", seen, **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "1 complete handshake seen at client1, no complete handshake seen at server"


def test_none_in_a_capture_that_lost_packets_is_inconclusive() -> None:
    for dropped, words in ((3, "lost 3 packets"), (None, "it is not known whether")):
        answer = ask("handshake", evidence(dropped=dropped), **ASKED)
        assert answer.outcome is Outcome.INCONCLUSIVE
        assert words in answer.observed
    assert ask("handshake", evidence(HANDSHAKE, dropped=3), **ASKED).outcome is Outcome.INCONCLUSIVE


def test_a_capture_that_ends_early_is_inconclusive() -> None:
    cut = evidence(captures={host: Capture(host, (), truncated=True) for host in HOSTS})
    answer = ask("handshake", cut, **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert "the capture at client1 ends early" in answer.observed


@pytest.mark.parametrize(
    ("check", "more"),
    [
        ("handshake", {}),
        ("close", {}),
        ("reset", {}),
        ("refused", {"port": 8001}),
        ("history", {"state": "SF"}),
        ("segments", {"count": 1}),
    ],
)
def test_a_host_on_which_nothing_was_started_is_skipped(check: str, more: dict[str, object]) -> None:
    answer = ask(check, evidence(steps=missed()), **ASKED, **more)
    assert (answer.outcome, answer.observed) == (Outcome.SKIPPED, "the run ended before client1 did anything")


def test_no_capture_at_all_after_a_missed_gate_is_inconclusive() -> None:
    seen = evidence(captures={}, steps=missed(), exits=(ended("client1"),))
    answer = ask("handshake", seen, **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE


def test_a_check_that_is_none_is_an_error_of_its_name() -> None:
    with pytest.raises(KeyError, match="handshaek"):
        load("handshaek")


def test_no_capture_at_an_end_is_inconclusive() -> None:
    answer = ask("handshake", evidence({"client1": HANDSHAKE}), **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert "there is no capture at server" in answer.observed


def test_none_asked_and_none_there_passes() -> None:
    assert ask("handshake", evidence(REFUSED), **ASKED, count=0).outcome is Outcome.PASS


def test_two_programs_on_one_host_over_loopback_pass() -> None:
    seen = evidence({"server": HANDSHAKE}, places=LOCAL, programs=ONE_HOST)
    assert ask("handshake", seen, **{"from": "server", "to": "server"}, port=8001).outcome is Outcome.PASS


def test_an_address_of_no_host_is_no_host() -> None:
    strange = {"s": S, "c": Endpoint("not-an-address", 1)}
    assert ask("handshake", evidence(HANDSHAKE, places=strange), **ASKED).outcome is Outcome.FAIL
    assert C.port == 40001

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.evidence.model import Exit
from kit.verdict import Outcome
from tests.checks.scene import ANY, MS, C, S, accepted, ask, call, evidence, missed, places, snapshot

ASKED = {"program": "server", "call": "accept", "at": "then"}
THEN = snapshot()  # at 50 ms


@pytest.mark.parametrize("returned_ms", [None, 51])
def test_a_call_that_spans_the_snapshot_passes(returned_ms: float | None) -> None:
    answer = ask(
        "blocked",
        evidence(snapshots=THEN, calls=[[call("server", "accept4", 10, returned_ms, local=ANY)]]),
        **ASKED,
    )
    assert answer.outcome is Outcome.PASS
    assert answer.observed == "it was inside accept4 on 0.0.0.0:8001"
    assert len(places(answer)) == 1


def test_a_call_that_had_returned_fails_and_is_named() -> None:
    answer = ask("blocked", evidence(snapshots=THEN, calls=[[accepted(C, 40), accepted(C, 45)]]), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == "it was inside no call; the last before: accept4 from 198.18.0.3:40001 = 4"
    assert places(answer) == ["server call 2 at 0.045 s"]


def test_another_call_fails_and_is_named() -> None:
    seen = evidence(
        snapshots=THEN, calls=[[accepted(C, 40), call("server", "recvfrom", 41, local=S, remote=C)]]
    )
    answer = ask("blocked", seen, **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "it was inside recvfrom from 198.18.0.3:40001")


def test_reading_the_keyboard_is_no_receive() -> None:
    stdin = call("server", "read", 41, protocol=None)
    answer = ask("blocked", evidence(snapshots=THEN, calls=[[stdin]]), **(ASKED | {"call": "recv"}))
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "it was inside read")


def test_a_program_that_had_ended_fails_and_cites_its_exit() -> None:
    seen = evidence(snapshots=THEN, exits=(Exit("server", 40 * MS, code=1),))
    answer = ask("blocked", seen, **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "it ended with exit code 1 before")
    assert places(answer) == ["server at 0.040 s"]


def test_a_program_that_had_called_nothing_fails() -> None:
    seen = evidence(snapshots=THEN, calls=[[call("server", "accept4", 60)]])
    answer = ask("blocked", seen, **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "it had made no call on a socket yet")


def test_without_traced_calls_it_is_inconclusive() -> None:
    assert (
        ask("blocked", evidence(snapshots=THEN, calls_traced=False), **ASKED).outcome is Outcome.INCONCLUSIVE
    )


def test_a_snapshot_that_was_never_reached_skips() -> None:
    assert ask("blocked", evidence(steps=missed()), **ASKED).outcome is Outcome.SKIPPED


def test_a_wait_for_the_moment_to_make_the_call_is_the_same() -> None:
    wait = replace(call("server", "epoll_wait", 10, None, protocol=None), awaits=("accept", "recv"))
    answer = ask("blocked", evidence(snapshots=THEN, calls=[[wait]]), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "it was inside epoll_wait")
    other = ask("blocked", evidence(snapshots=THEN, calls=[[wait]]), **(ASKED | {"call": "send"}))
    assert other.outcome is Outcome.FAIL

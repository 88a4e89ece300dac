from __future__ import annotations

import pytest
from pydantic import ValidationError

from kit.checks.exit import Params
from kit.evidence.model import Exit
from kit.verdict import Outcome
from tests.checks.scene import S, ask, call, ended, evidence, missed, places, printed


def test_exit_code_0_passes_and_cites_the_exit() -> None:
    answer = ask("exit", evidence(exits=(ended("server"),)), program="server")
    assert (answer.outcome, answer.observed) == (Outcome.PASS, "it ended with exit code 0")
    assert places(answer) == ["server at 0.090 s"]


def test_another_code_fails_with_the_tracebacks_last_line() -> None:
    error = printed(
        "server", "Traceback (most recent call last):\n", "OSError: in use\n", "\n", stream="stderr"
    )
    answer = ask("exit", evidence(exits=(ended("server", 1),), outputs=error), program="server")
    assert answer.outcome is Outcome.FAIL
    assert answer.observed.startswith('server ended with exit code 1: "OSError: in use"')


def test_the_code_that_was_asked_passes() -> None:
    assert (
        ask("exit", evidence(exits=(ended("server", 3),)), program="server", code=3).outcome is Outcome.PASS
    )


@pytest.mark.parametrize("name", ["TERM", "SIGTERM"])
def test_a_signal_passes_whichever_way_it_is_written(name: str) -> None:
    seen = evidence(exits=(Exit("server", 1, signal="SIGTERM"),))
    assert ask("exit", seen, program="server", signal=name).outcome is Outcome.PASS


def test_a_code_where_a_signal_was_asked_fails() -> None:
    answer = ask("exit", evidence(exits=(ended("server"),)), program="server", signal="TERM")
    assert (answer.outcome, answer.expected) == (Outcome.FAIL, "server ends with SIGTERM")


def test_a_program_that_the_kit_had_to_end_fails_and_says_where_it_was() -> None:
    seen = evidence(
        exits=(Exit("server", 90, signal="SIGKILL", killed_by_kit=True),),
        calls=[[call("server", "accept4", 5, local=S)]],
    )
    answer = ask("exit", seen, program="server", signal="KILL")
    assert answer.outcome is Outcome.FAIL
    assert "was still running when the run ended; blocked in accept4 on 198.18.0.2:8001" in answer.observed


def test_a_program_without_an_exit_fails() -> None:
    answer = ask("exit", evidence(), program="server")
    assert (answer.outcome, answer.observed) == (
        Outcome.FAIL,
        "server was still running; it made no call on a socket",
    )


def test_a_program_that_was_never_started_is_skipped() -> None:
    assert ask("exit", evidence(steps=missed()), program="client1").outcome is Outcome.SKIPPED


def test_code_and_signal_together_are_refused() -> None:
    with pytest.raises(ValidationError, match="not both"):
        Params.model_validate({"program": "p", "code": 1, "signal": "TERM"})

"""A check of an exercise's own answers as kit's do; what it stumbles over is never a pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.checks._own import Elsewhere, OwnParams
from kit.evidence.model import Evidence, HostFact, Output, ProgramFact, StepRecord
from kit.exercise.model import CheckSpec
from kit.exercise.own_checks import read
from kit.grade import Subject, grade

if TYPE_CHECKING:
    from kit.verdict import Answer

HEAD = "from kit.author import *\n"
SEEN = Evidence(
    exercise="e",
    hosts={"server": HostFact("server", "198.18.0.2")},
    programs={"server": ProgramFact("server", "server", submitted=True)},
    captures={},
    outputs=(Output("server", "stdout", 5, b"please\n"),),
)


def own(body: str, head: str = "def polite(evidence, program: ProgramRef):") -> type[OwnParams]:
    source = f"{HEAD}{head}\n    {body}\n"
    return read(Path("checks.py"), source.encode())["polite"]


def answer(body: str, evidence: Evidence = SEEN) -> Answer:
    params = own(body).model_validate({"program": "server"})
    spec = CheckSpec(check="polite", params=params, name="polite")
    return grade(Subject("e", "s", "netns"), [spec], evidence).findings[-1].answer


def test_it_sees_the_evidence_and_its_parameters_and_cites() -> None:
    found = answer(
        "return passed(expected='please', observed=program, cites=[output_cite(line) for line in evidence.outputs])"
    )
    assert (found.outcome, found.observed) == ("pass", "server")
    assert found.cites[0].text == 'stdout "please"'


def test_a_fail_is_a_fail() -> None:
    assert answer("return fail(expected='a', observed='b')").outcome == "fail"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "return 1 / 0",
            "checks.py:3: ZeroDivisionError: division by zero; mend it, then `kit regrade` judges this run again",
        ),
        (
            "raise SystemExit(0)",
            "checks.py:3: SystemExit: 0; mend it, then `kit regrade` judges this run again",
        ),
        (
            "return quoted(5)",
            (
                "checks.py:3: AttributeError: 'int' object has no attribute 'decode'; "
                "mend it, then `kit regrade` judges this run again"
            ),
        ),
        (
            "return True",
            (
                'checks.py:2: polite gave "True", which is no answer; '
                "end it with `return passed(...)`, `fail(...)` or `inconclusive(...)`"
            ),
        ),
        (
            "pass",
            (
                'checks.py:2: polite gave "None", which is no answer; '
                "end it with `return passed(...)`, `fail(...)` or `inconclusive(...)`"
            ),
        ),
    ],
)
def test_one_that_stumbles_or_gives_no_answer_is_inconclusive_with_its_line(body: str, said: str) -> None:
    found = answer(body)
    assert (found.outcome, found.expected, found.observed) == ("inconclusive", "an answer of polite", said)


def test_it_is_skipped_where_the_run_ended_before_what_it_names_did_anything() -> None:
    ended = Evidence(
        exercise="e",
        hosts=SEEN.hosts,
        programs=SEEN.programs,
        captures={},
        steps=(StepRecord(1, "wait: exited", "missed"),),
    )
    assert answer("return 1 / 0", ended).outcome == "skipped"


def test_where_the_code_is_not_here_nobody_knows() -> None:
    found = Elsewhere.model_validate({"program": "server"}).answer(SEEN)
    assert found.outcome == "inconclusive"
    assert "is in the checks.py of an exercise that is not here" in found.observed

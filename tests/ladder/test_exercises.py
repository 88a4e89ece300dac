"""Causal order over all exercises, as they really ran: the reference, and one solution that goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kit.evidence import store
from kit.ladder.build import build
from kit.ladder.model import Arrived, CallReturned, Segment
from tests.ladder.causality import violations

EXERCISES = Path(__file__).parents[2] / "exercises"
NAMES = tuple(sorted(file.parent.name for file in EXERCISES.glob("*/exercise.yaml")))
WRONG = {name: min((EXERCISES / name / "wrong").iterdir()) for name in NAMES}


@pytest.mark.netns
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wanted", ["reference", "wrong"])
def test_no_effect_stands_before_its_cause_in_a_real_run(name: str, wanted: str, tmp_path: Path) -> None:
    order = ["run", name] if wanted == "reference" else ["grade", name, str(WRONG[name]), "--trust"]
    command = [sys.executable, "-m", "kit", *order, "--backend", "netns", "--out", str(tmp_path / "run")]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == (0 if wanted == "reference" else 1), done.stderr
    evidence = store.load(tmp_path / "run")
    ladder = build(evidence)
    assert violations(evidence, ladder) == []
    assert ladder.dropped == ()
    if wanted == "reference":
        kinds = {type(event) for event in ladder.events}
        assert kinds >= {Segment, Arrived, CallReturned}
        woken = [event for event in ladder.events if isinstance(event, CallReturned) and event.blocked]
        assert woken, "every reference waits for something"

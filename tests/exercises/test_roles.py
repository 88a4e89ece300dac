"""Each half of a real submission runs beside the reference's other half, and leaves a run directory of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kit.cli import app
from kit.evidence import store
from tests.exercises.catalogue import EXERCISES, SEED, grade, outcomes

if TYPE_CHECKING:
    from pathlib import Path

WRONG = EXERCISES / "basic-usage" / "wrong" / "hard-coded-message"
PAIR = {"handshake", "stream", "output", "close", "server-exits", "client-exits"}


def kit(*arguments: str) -> str:
    """Ask what needs no process of its own."""
    return CliRunner().invoke(app, arguments, prog_name="kit").stdout


@pytest.mark.netns
def test_each_half_has_a_run_directory_that_stands_by_itself(tmp_path: Path) -> None:
    verdict = grade(EXERCISES / "basic-usage", WRONG, "netns", tmp_path / "run")
    found = outcomes(verdict)
    assert (found["server"], found["client"]) == ("fail", "pass")
    assert verdict["notes"] == [
        "server.py does not work with the reference's client.py; client.py works with the reference's server.py"
    ]
    again: dict[str, Any] = json.loads(kit("regrade", str(tmp_path / "run"), "--format", "json"))
    assert again == verdict
    for role, outcome in (("server", "fail"), ("client", "pass")):
        half = tmp_path / "run" / "roles" / role
        assert {name for name, one in store.load(half).programs.items() if one.submitted} == {role}
        alone: dict[str, Any] = json.loads(kit("regrade", str(half), "--format", "json"))
        assert (alone["outcome"], alone["seed"], set(outcomes(alone))) == (outcome, SEED, PAIR)
        assert "connect(server:" in kit("ladder", str(half))
        page = kit("report", str(half)).strip()
        assert page == str(half / "report.html")
    cites = [cite for one in verdict["findings"] if one["name"] == "server" for cite in one["evidence"]]
    assert cites
    assert {cite["run"]["folder"] for cite in cites} == {"roles/server"}


@pytest.mark.netns
def test_the_reference_alone_has_no_halves(tmp_path: Path) -> None:
    out = tmp_path / "run"
    options = ["--backend", "netns", "--out", str(out), "--format", "json"]
    command = [sys.executable, "-m", "kit", "run", str(EXERCISES / "basic-usage"), *options]
    verdict = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert set(outcomes(verdict)) == PAIR
    assert not (out / "roles").exists()

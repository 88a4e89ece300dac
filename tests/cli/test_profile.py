"""The table of a run's stages, and that a run has all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from kit.cli import app
from kit.cli.profile import Mark, table

if TYPE_CHECKING:
    from pathlib import Path


def test_each_stage_has_its_length_and_kits_part_and_the_last_line_the_whole() -> None:
    marks = [Mark("start", 1.0, 0.0), Mark("hosts", 1.25, 0.2), Mark("wait", 3.0, 0.25), Mark("", 3.0, 0.25)]
    assert table(marks) == [
        "      ms   cpu ms  stage",
        "     250      200  start",
        "    1750       50  hosts",
        "       0        0  wait",
        "    2000      250  in all; 12 % of it is kit's own processor time",
    ]


@pytest.mark.netns
@pytest.mark.leftovers("netns")
def test_a_run_tells_where_its_time_went(tmp_path: Path) -> None:
    command = ["run", "basic-usage", "--backend", "netns", "--out", str(tmp_path / "run"), "--profile"]
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 0, said.output
    stages = [line[19:] for line in said.stderr.splitlines() if line[:8].strip().isdigit()]
    assert stages[:3] == [
        "kit's own start",
        "reading the exercise, choosing the backend",
        "bringing the hosts up",
    ]
    assert any(stage.startswith("wait: listening") for stage in stages)
    assert stages[-5:-1] == ["ending", "taking the hosts down", "judging", "writing the verdict"]
    times = [int(line[:8]) for line in said.stderr.splitlines() if line[:8].strip().isdigit()]
    assert sum(times[:-1]) == pytest.approx(times[-1], abs=len(times))

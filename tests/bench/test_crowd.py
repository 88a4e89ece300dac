from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench import growth
from kit.exercise import loader

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("clients", [2, 128])
def test_it_is_an_exercise_with_a_host_for_each_client_and_all_start_in_one_step(
    tmp_path: Path, clients: int
) -> None:
    exercise = loader.load(growth.written(tmp_path, clients, "crowd-1", hold=True))
    assert len(exercise.definition.hosts) == clients + 1
    starts = [step for step in exercise.definition.timeline if step.action == "start"]
    assert len(starts) == 2
    arguments = {name: program.args for name, program in exercise.definition.programs.items()}
    assert arguments["server"] == ("8001", str(clients), "crowd-1", "hold")
    assert arguments["c2"] == ("server", "8001", "c2", "crowd-1")

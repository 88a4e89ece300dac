"""The crash program counts right, and finds nothing in a few kills of each backend."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import crash
from tests.crash import Aim, Killed, Others, good, table, unreadable
from tests.remains import gone, life_of, remains

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = Killed("netns", Aim(0.3), frozenset(), frozenset(), (), 0.2)
LATE = Killed("netns", Aim(0.1), frozenset({"cgroup a"}), frozenset(), (), 10.0)
LEFT = Killed("netns", Aim(0.1), frozenset({"cgroup a"}), frozenset({"cgroup a"}), (), 10.0)
BROKEN = Killed("netns", Aim(0.1), frozenset(), frozenset(), ("half written: .run.json",), 0.2)


@pytest.mark.leftovers("docker", "netns")  # who cleans up after a kit that was killed asks both
@pytest.mark.parametrize(
    "backend",
    [pytest.param("docker", marks=pytest.mark.docker), pytest.param("netns", marks=pytest.mark.netns)],
)
def test_of_kits_that_were_killed_nothing_is_left_and_nobody_is_harmed(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "-n",
        "4",
        "--beside",
        "1",
        "--backend",
        backend,
        "--seed",
        str(os.getpid()),
        "listen-accept",
    ]
    assert crash.main(arguments) == 0, capsys.readouterr().err


def test_what_is_gone_by_the_next_run_is_no_defect_and_anything_later_is() -> None:
    nobody = {"netns": Others(passed=3)}
    assert good([CLEAN, LATE], nobody)
    assert not good([CLEAN, LEFT], nobody)
    assert not good([CLEAN, BROKEN], nobody)
    assert not good([CLEAN], {"netns": Others(passed=3, harmed=["basic-usage: exit code 3"])})
    assert not good([], nobody)


def test_the_table_has_a_row_a_backend() -> None:
    text = table([CLEAN, LATE, LEFT, BROKEN], {"netns": Others(passed=3, harmed=["one"])})
    assert "| netns | 4 | 2 | 1 | 1 | 4 | 1 | 10.00 | 10.00 |" in text


def test_a_process_and_a_file_that_outlive_their_kit_are_found(tmp_path: Path) -> None:
    holder = (
        "import subprocess, sys; subprocess.Popen(['sleep', '60']); print('up', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=-1, stdout=-1) as kit:
        assert kit.stdout is not None
        kit.stdout.readline()
        life = life_of(kit.pid, tmp_path)
        ((orphan, _),) = life.processes
        (tmp_path / "wirekit-rest").touch()
        kit.kill()
    assert remains(life, docker=False) == {f"process {orphan} (sleep 60 )", "temporary file wirekit-rest"}
    os.kill(orphan, 9)
    (tmp_path / "wirekit-rest").unlink()
    assert gone(life, within_s=20, docker=False)[0] == set()


@pytest.mark.parametrize(
    ("stored", "told", "fault"),
    [
        (None, "", None),
        ('{"sco', "", "verdict.json"),
        (None, '{"outcome": "pass"}\n', "not to be had again"),
        (None, '{"outcome": "pa', None),  # kit died while it told
    ],
)
def test_a_verdict_that_is_half_there_or_was_told_and_is_not_there_is_a_fault(
    tmp_path: Path, stored: str | None, told: str, fault: str | None
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "verdict").write_text(told, encoding="utf-8")
    if stored is not None:
        (tmp_path / "run" / "verdict.json").write_text(stored, encoding="utf-8")
    faults = unreadable(tmp_path)
    assert [one.partition(":")[0] for one in faults] == ([fault] if fault else [])


def test_a_hidden_half_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "verdict").touch()
    (tmp_path / "run" / ".run.json.x7").touch()
    assert unreadable(tmp_path) == ["half written: .run.json.x7"]

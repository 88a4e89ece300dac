"""The command itself, on the part that needs no lab; and what it starts."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from bench import machine, running
from bench.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_the_start_up_is_measured_and_kept_beside_what_was_there(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("<!-- part batch -->\nof yesterday\n", encoding="utf-8")
    assert main(["--only", "startup", "--runs", "1", "--out", str(tmp_path)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| kit --help |" in text
    assert "of yesterday" in text
    assert "kit.cli" in (tmp_path / "importtime.txt").read_text(encoding="utf-8")


def test_a_folder_for_the_page_is_made_and_one_that_cannot_be_is_told_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "startup", "--runs", "1", "--out", str(tmp_path / "file")])
    assert f"--out {tmp_path / 'file'}: " in capsys.readouterr().err
    assert main(["--only", "startup", "--runs", "1", "--out", str(tmp_path / "new" / "one")]) == 0
    assert (tmp_path / "new" / "one" / "RESULTS.md").exists()


def test_what_a_command_left_is_named_and_removed() -> None:
    """The child of a child, in a session of its own and with nothing of its parent's, still has its mark."""
    child = "import subprocess as s; s.Popen(['sleep', '60'], stdout=s.DEVNULL, stderr=s.DEVNULL, start_new_session=True)"
    ran = running.run([sys.executable, "-c", child])
    (left,) = ran.left
    kind, pid = left.split()
    assert kind == "processes"
    assert machine.gone(int(pid))


def test_a_command_that_hangs_is_ended_and_told() -> None:
    ran = running.run(["sleep", "60"], limit_s=0.2)
    assert (ran.code, ran.said) == (running.HUNG, "not over within 0.2 s")
    assert ran.took_s < 60


def test_an_interrupt_ends_what_was_started() -> None:
    with pytest.raises(KeyboardInterrupt), running.watched(["sleep", "60"]) as (process, _):
        raise KeyboardInterrupt
    assert process.returncode is not None
    assert machine.gone(process.pid)


def test_the_processors_worked_while_we_worked() -> None:
    before, began = machine.busy_s(), os.times().user
    while os.times().user - began < 0.1:
        pass
    assert machine.busy_s() - before >= 0.05

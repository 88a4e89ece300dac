"""Who dies with the lease in hand is cleaned up after; who ends, however, is not."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.cli import lease

ROOT = Path(__file__).parents[2]
WITHIN_S = 20.0
HOLDER = """
import os, signal, sys
from kit.cli.lease import held
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs these tests may ignore it (nohup)
with held(("/bin/sh", "-c", 'echo cleaned > "$0"', sys.argv[1])):
    exec(sys.argv[2])
"""


def hold(place: Path, work: str) -> int:
    """Do the work under a lease whose heir writes to `place`; give how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", HOLDER, str(place), work],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize(
    ("target", "number"),
    [("kit", signal.SIGKILL), ("its group", signal.SIGKILL), ("its group", signal.SIGHUP)],
)
def test_who_is_killed_is_cleaned_up_after(tmp_path: Path, target: str, number: signal.Signals) -> None:
    place = tmp_path / "fifo"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    kill = "os.killpg(0, {0})" if target == "its group" else "os.kill(os.getpid(), {0})"
    assert hold(place, kill.format(int(number))) == -number
    assert select.select([reader], [], [], WITHIN_S)[0], "nobody cleaned up"
    assert os.read(reader, 100) == b"cleaned\n"
    os.close(reader)


@pytest.mark.parametrize(("work", "code"), [("pass", 0), ("sys.exit(3)", 3), ("raise KeyboardInterrupt", -2)])
def test_who_ends_has_cleaned_up(tmp_path: Path, work: str, code: int) -> None:
    assert hold(tmp_path / "cleaned", work) == code
    assert list(tmp_path.iterdir()) == []  # the shell that waited has ended before


def test_without_a_process_to_spare_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with lease.held():
        pass


def test_the_heir_is_this_kit_wherever_it_was_called(tmp_path: Path) -> None:
    (tmp_path / "socket.py").write_text("raise SystemExit('a file of a student ran')", encoding="utf-8")
    done = subprocess.run(
        [*lease.CLEAN[:-1], "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:4], done.stderr) == (0, "kit ", "")

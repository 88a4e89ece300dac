"""How kit ends: exit codes, signals, closed pipes, its own faults. As real processes where that matters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit import __version__
from kit.cli import choices
from kit.errors import BackendError
from kit.interrupts import Stopped

if TYPE_CHECKING:
    from tests.cli.conftest import Judged, Kit

KIT = [sys.executable, "-m", "kit"]
HEAVY = {"docker", "pydantic", "requests", "rich", "yaml"}

# A kit whose list of exercises does what the test needs; all around it is real.
SCRIPTED = """
import sys, types
catalogue = types.ModuleType("kit.exercise.catalogue")
exec(sys.argv.pop(1), vars(catalogue))
import kit.exercise
kit.exercise.catalogue = sys.modules["kit.exercise.catalogue"] = catalogue
from kit.cli import main
main()
"""


def imported_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *KIT[1:], *arguments], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_imports_nothing_heavy(argument: str) -> None:
    imported = imported_by(argument)
    assert "typer" in imported  # the report is what it is taken for
    assert imported & HEAVY == set()


def test_help_of_a_command_imports_nothing_that_only_its_work_needs() -> None:
    assert imported_by("run", "--help") & HEAVY <= {"pydantic"}  # typer's own, for a command with options


def test_help_names_every_command(kit: Kit) -> None:
    result = kit("--help")
    assert result.exit_code == 0
    for command in ("list", "show", "run", "grade", "regrade", "export", "doctor", "clean", "image"):
        assert f"\n  {command} " in result.stdout


def test_version(kit: Kit) -> None:
    assert kit("--version").stdout == f"kit {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["run", "listen-accept", "--backnd", "netns"], "--backend"),
        (["run"], "Missing argument 'NAME'"),
        (["grade", "listen-accept"], "there is nothing to grade"),
        (["image", "biuld"], "Did you mean 'build'?"),
    ],
)
def test_wrong_usage_exits_2_with_the_nearest_right_name(kit: Kit, arguments: list[str], said: str) -> None:
    result = kit(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unknown_backend_exits_2_with_the_nearest_right_name(
    kit: Kit, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real table of backends
    monkeypatch.setattr(choices, "exercise", lambda _name: None)
    result = kit("run", "listen-accept", "--backend", "dokcer")
    assert result.exit_code == 2
    assert "unknown backend 'dokcer'; did you mean 'docker'?" in result.stderr
    assert judged.asked == []


@pytest.mark.parametrize("name", ["base", "payload", "_docker_engine", "../docker", "os", ""])
def test_a_helper_of_the_backends_is_no_backend(kit: Kit, name: str) -> None:
    result = kit("run", "listen-accept", "--backend", name)
    assert result.exit_code == 2
    assert f"unknown backend '{name}'" in result.stderr


def test_a_fault_of_kit_itself_is_no_fail(kit: Kit, judged: Judged) -> None:
    """Python's exit code of an exception is 1, which would read as the student's failure."""
    judged.answers[None] = ZeroDivisionError("a bug")
    result = kit("run", "listen-accept")
    assert result.exit_code == 3
    assert "ZeroDivisionError: a bug" in result.stderr
    assert "a fault of kit itself" in result.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_cleans_up_and_a_second_one_does_not_disturb_that(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    work = """
import atexit, os, signal
def names():
    atexit.register(os.kill, os.getpid(), signal.SIGTERM)
    try:
        print("working", flush=True)
        while True: signal.pause()
    finally:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
        print("cleaned", flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, work, "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert out == "cleaned\n"
    assert err == f"kit: stopped by {number.name}; what was running is cleaned up\n"
    assert process.returncode == code


def test_a_reader_that_has_gone_is_no_reason_for_a_traceback() -> None:
    process = subprocess.Popen([*KIT, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_reader_that_goes_in_the_middle_ends_the_command_as_sigpipe_would() -> None:
    work = "def names():\n    from kit.cli import screen\n    while True: screen.result('x' * 65536)"
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPTED, work, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


def test_a_terminal_without_utf8_gets_escapes_not_a_traceback() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SCRIPTED,
            "def names():\n    from kit.cli import screen\n    screen.result('✓您')\n    return []",
            "list",
        ],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.stdout.startswith("\\u2713\\u60a8")


def test_a_stop_that_could_not_clean_up_says_what_it_left(kit: Kit, judged: Judged) -> None:
    stop = _stop_in_spite_of(BackendError("the engine went away; left there: network n", remedy="kit clean"))
    judged.answers[None] = stop
    result = kit("run", "listen-accept", "--backend", "docker")
    assert result.exit_code == 130
    assert result.stderr == (
        "kit: stopped by SIGINT; what was running could not all be cleaned up; the evidence so far is in out\n"
        "kit: the engine went away; left there: network n\n  kit clean\n"
    )


def _stop_in_spite_of(trouble: BackendError) -> BaseException:
    stop = Stopped(signal.SIGINT)
    stop.add_note("the evidence so far is in out")
    stop.__context__ = trouble
    return stop


def test_with_nohup_a_terminal_that_goes_ends_nothing() -> None:
    """A class takes longer than a teacher stays."""
    work = "def names():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGHUP)\n    os._exit(7)"
    become = "import os, signal, sys; signal.signal(1, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", become, sys.executable, "-c", SCRIPTED, work, "list"]
    assert subprocess.run(command, check=False).returncode == 7


@pytest.mark.parametrize(
    ("at_start", "ended"),
    [
        ("SIG_DFL", -signal.SIGINT),  # there is nothing to clean up yet
        ("SIG_IGN", 7),  # `kit ... &`: what is ignored stays ignored
    ],
)
def test_an_interrupt_while_kit_imports_is_taken_as_by_any_program_and_without_a_word(
    tmp_path: Path, at_start: str, ended: int
) -> None:
    (tmp_path / "typer.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nos._exit(7)\n"
    )
    become = (
        f"import os, signal, sys; signal.signal(2, signal.{at_start}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", become, *KIT, "list"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())])},
    )
    assert (done.returncode, done.stdout, done.stderr) == (ended, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "listen-accept"], ["--help"], ["run", "--help"], ["--version"]]
)
def test_whatever_a_full_disk_does_not_take_is_told_in_two_lines(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*KIT, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith(
        "kit: standard output: cannot be written: No space left on device\n  make room"
    )
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_results_that_a_full_disk_does_not_take_are_the_machines_trouble(tmp_path: Path) -> None:
    work = "def names():\n    from kit.cli import screen\n    screen.result('x')"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPTED, work, "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == (
        "kit: standard output: cannot be written: No space left on device\n"
        "  make room where it goes; a verdict is in its run directory, too: kit regrade RUN_DIR\n"
    )

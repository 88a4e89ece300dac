"""Sources that would hang kit, take its memory or crash it end a process of their own, and are told as what they are."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from kit.errors import MachineError
from kit.exercise import compiling
from kit.exercise.compiling import Source, compiled
from kit.exercise.source import source_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

FINE = Source(b"print(1)\n", 0)
WRONG = Source(b"x y\n", 0)
WRONG_SAID = {"line": 1, "column": 3, "message": "invalid syntax", "quoted": "x y"}


def finally_in_finally(depth: int, innermost: list[str]) -> list[str]:
    """Python compiles the body of a `finally` twice, so this one's innermost line 2^depth times."""
    lines = innermost
    for _ in range(depth):
        lines = ["try:", " pass", "finally:", *(f" {line}" for line in lines)]
    return lines


# A function begins a new count of the blocks in one another, of which Python allows 20.
INNER = finally_in_finally(12, ["pass"])
BUSY_FOR_DAYS = "\n".join(finally_in_finally(12, ["def f():", *(f" {line}" for line in INNER)])).encode()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MAX_CPU_S", 0)  # so that it ends after the second that is begun


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    "source",
    [
        Source(BUSY_FOR_DAYS, 0),
        Source(b"# coding: punycode\nx-" + b"a" * 500_000, 0),  # decoding it takes the square of its length
        Source(b"# %%\n" * 400_000, 1),  # each cell has the empty lines of all before it
    ],
    ids=["finally", "punycode", "cells"],
)
def test_a_source_that_takes_too_long_is_stopped(source: Source) -> None:
    began = time.process_time()
    answers = compiled([FINE, source, WRONG])
    assert answers == [{}, {"why": "time"}, WRONG_SAID]
    assert time.process_time() - began < 1  # none of it was kit's own time


def test_a_source_that_takes_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MAX_MEMORY_BYTES", 64 << 20)
    source = Source("\n".join(finally_in_finally(15, ["x = 1"])).encode(), 0)
    assert compiled([source, WRONG]) == [{"why": "memory"}, WRONG_SAID]


@pytest.mark.parametrize(
    "source", [b"x = " + b"-" * 100_000 + b"1", b"x = " + b"1+" * 50_000 + b"1", b"x = a" + b"()" * 50_000]
)
def test_a_source_that_is_nested_too_deeply_is_told_as_that(source: bytes) -> None:
    assert compiled([Source(source, 0), WRONG]) == [{"why": "nesting"}, WRONG_SAID]


def test_nesting_is_told_from_memory_also_where_kit_itself_is_large() -> None:
    large = bytearray(200 << 20)
    large[:: 1 << 12] = b"x" * len(large[:: 1 << 12])  # each page is there
    assert compiled([Source(b"x = " + b"-" * 100_000 + b"1", 0)]) == [{"why": "nesting"}]


@pytest.fixture
def small_stack() -> Iterator[None]:
    """Let processes that are begun now have 256 kB of stack, as a `ulimit -s` may; Python counts on more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, hard))
    yield
    resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


@pytest.mark.usefixtures("small_stack")
def test_a_source_that_crashes_python_leaves_kit_and_the_other_files_alone() -> None:
    crash = Source(b"x = " + b"-" * 5900 + b"1", 0)
    assert compiled([FINE, crash, crash, WRONG]) == [{}, {"why": "crash"}, {"why": "crash"}, WRONG_SAID]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("time", "it takes more than 5 s; shorten it, and nest it less deeply"),
        ("memory", "it takes more than 512 MiB of memory; shorten it"),
        ("nesting", "it is nested too deeply; split what is inside one another"),
        ("crash", "Python itself crashes on it; shorten it, and nest it less deeply"),
        ("odd \x1b[2J" + "y" * 400, r"odd \x1b[2J" + "y" * 288 + "…"),
    ],
)
def test_why_a_source_cannot_be_compiled_is_said(
    monkeypatch: pytest.MonkeyPatch, why: str, said: str
) -> None:
    monkeypatch.setattr("kit.exercise.source.compiled", lambda sources: [{"why": why} for _ in sources])
    assert source_faults({"server.py": FINE}) == {"server.py": f"server.py cannot be compiled: {said}"}


def test_a_message_that_repeats_a_name_of_megabytes_is_cut() -> None:
    name = b"x" * 1_000_000
    source = b"def f():\n    %b = 1\n    global %b\n" % (name, name)
    (fault,) = source_faults({"server.py": Source(source, 0)}).values()
    assert fault.startswith("server.py:3:5: name 'xxx")
    assert len(fault) < 450


def test_nothing_to_compile_begins_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    assert compiled([]) == []
    assert source_faults({"server.py": Source(b"", 0)}) == {
        "server.py": "server.py is empty; write the program into it"
    }


def test_all_files_of_a_submission_share_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    run = subprocess.run

    def counted(command: list[str], **options: Any) -> Any:
        begun.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    assert compiled([FINE, WRONG, FINE]) == [{}, WRONG_SAID, {}]
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os, signal; print('ready', flush=True); os.kill(os.getpid(), signal.SIGKILL)", "status -9"),
        ("raise SystemExit(1)", "status 1"),
    ],
)
def test_a_process_that_is_killed_or_does_not_start_is_the_machines_trouble(
    monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    monkeypatch.setattr(compiling, "_START", program)
    with pytest.raises(MachineError, match=said):
        compiled([FINE])


def test_a_machine_that_does_not_run_the_process_is_no_fault_of_a_student(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiling, "_START", "import time; time.sleep(60)")
    monkeypatch.setattr(compiling, "MAX_WAIT_S", 0.1)
    with pytest.raises(MachineError, match="the machine is too busy"):
        compiled([FINE])


def test_a_python_that_is_not_there_is_the_machines_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(MachineError, match="/nonexistent/python cannot be started: No such file"):
        compiled([FINE])


def test_what_ends_the_process_is_known_by_its_signal() -> None:
    assert set(compiling._ENDS).isdisjoint(compiling._FROM_OUTSIDE)
    assert -signal.SIGSEGV not in compiling._FROM_OUTSIDE


def test_a_run_of_the_reference_knows_nothing_of_all_this() -> None:
    """Else `kit run` would wait for what only `kit grade` needs."""
    asked = "import sys, kit.judge, kit.cli.running; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    needed = {"compiling", "source", "archive", "zip", "tar", "unpack", "folder", "intake"}
    assert {f"kit.exercise.{name}" for name in needed}.isdisjoint(said.split())

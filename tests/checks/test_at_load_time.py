"""What is wrong inside a text of a check is told when the exercise is loaded, at the text's place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise.loader import load
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = GOOD.partition("checks:")[0] + "checks:\n"
LINE = BEFORE.count("\n") + 1


def faults_of(folder: Path, check: str) -> list[str]:
    (folder / "reference").mkdir()
    for name in ("server.py", "client.py"):
        (folder / "reference" / name).write_text("print()\n")
    (folder / "exercise.yaml").write_text(f"{BEFORE}  - {check}\n")
    try:
        load(folder)
    except ExerciseError as error:
        return [f"{fault.line}:{fault.column}: {fault.text}" for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("check", "at", "fault"),
    [
        (
            'count: {host: server, filter: "tcp.prt == 1", min: 1}',
            '"tcp.prt',
            "column 1: unknown field 'tcp.prt'; did you mean 'tcp.port'?",
        ),
        (
            'count: {host: server, filter: "tcp or ip.src == srver", min: 1}',
            '"tcp or',
            "unknown host 'srver'; did you mean 'server'?",
        ),
        (
            "count: {host: server, filter: [tcp], min: 1}",
            "[tcp]",
            "expected a filter such as tcp.flags.syn == 1 and ip.src == server, found a list",
        ),
        ("count: {host: server, filter: tcp}", "{host", "give `equals`, or `min`, `max` or both"),
        (
            'trace: {between: [client1, server], lines: ["client1 > s S", "client1 > s X"]}',
            '"client1 > s X"',
            "column 13: expected flags such as `S.` or `udp`, found 'X'",
        ),
        (
            'trace: {between: [client1, server], lines: ["c > s S", "srver accept() = ok"]}',
            '"srver',
            "unknown program 'srver'; did you mean 'server'?",
        ),
        (
            'trace: {between: {c: client1, s: srver}, lines: ["c > s S"]}',
            "srver",
            "unknown program or host 'srver'; did you mean 'server'?",
        ),
        (
            'trace: {between: [client1, server], lines: ["x > s S"]}',
            "{between",
            "line 1, column 1: 'x' means none of client1, server",
        ),
    ],
)
def test_a_fault_is_told_at_its_place(tmp_path: Path, check: str, at: str, fault: str) -> None:
    column = len("  - ") + check.index(at) + 1
    assert faults_of(tmp_path, check) == [f"{LINE}:{column}: {fault}"]


@pytest.mark.parametrize(
    "check",
    [
        'count: {host: server, filter: "tcp.port == ${port} and ip.src == server", min: 1}',
        'trace: {between: [client1, server], port: "${port}", lines: ["c > s S", ..., "server accept() = ok"]}',
        'trace: {between: {c: client1, s: server}, lines: ["c > s S"], mode: subsequence}',
    ],
)
def test_what_is_right_has_no_fault(tmp_path: Path, check: str) -> None:
    assert faults_of(tmp_path, check) == []

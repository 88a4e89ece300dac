"""Steps that cannot happen in their order are told at the program's place in the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise.loader import load
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]

HEAD, REST = GOOD.split("timeline:\n")
TAIL = "checks:\n  - handshake: {from: client1, to: server}\n"
ENDS = ("start: [client1, client2]",)


def timeline(*steps: str) -> str:
    return HEAD + "timeline:\n" + "".join(f"  - {step}\n" for step in (*ENDS, *steps)) + TAIL


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("freeze: server", "start: server"), "13:13: 'server' was not started before this step"),
        (("start: server", "start: server"), "14:12: 'server' was started before; wait until it has exited"),
        (("start: server", "thaw: server"), "14:11: 'server' is not frozen at this step"),
        (("start: server", "freeze: server", "freeze: server"), "15:13: 'server' is frozen already"),
        (("start: server", "wait: {exited: server}", "stdin: {program: server, text: x}"), "15:22: 'server' has exited before this step; start it again first"),
        (("start: server", "cell: server"), "14:11: 'server' has no cells; say 'cells: NUMBER' at the program"),
        (("wait: {listening: server, port: 1}", "start: server"), "13:23: no program of the host 'server' was started before this step"),
        (("wait: {blocked: server, call: accept}", "start: server"), "13:21: 'server' was not started before this step"),
        (("start: server", "plug: server"), "14:11: the host 'server' is not unplugged at this step"),
        (("start: server", "unplug: server", "unplug: server"), "15:13: the host 'server' is unplugged already at this step"),
        ((), "7:3: the program 'server' is never started"),
    ],
)  # fmt: skip
def test_an_impossible_step_is_told(write: Write, steps: tuple[str, ...], expected: str) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(timeline(*steps)))
    assert [str(fault) for fault in raised.value.faults] == [f"first/exercise.yaml:{expected}"]


def test_a_program_may_start_again_once_it_was_seen_to_exit(write: Write) -> None:
    steps = (
        "start: server",
        "signal: server",
        "wait: {exited: server}",
        "wait: {output: server, contains: x}",
        "start: server",
    )
    assert len(load(write(timeline(*steps))).definition.timeline) == 6


def test_a_host_may_be_unplugged_and_plugged_again(write: Write) -> None:
    steps = ("start: server", "unplug: server", "plug: server", "unplug: server")
    assert len(load(write(timeline(*steps))).definition.timeline) == 5


def test_no_more_cells_run_than_there_are_and_a_start_begins_anew(write: Write) -> None:
    folder = write(GOOD)
    (folder / "reference/server.py").write_text("# %%\nx = 1\n# %%\ny = 2\n")
    cells = ("start: server", "cell: server", "cell: server")
    again = (*cells, "wait: {exited: server}", *cells)
    load(write(timeline(*again).replace("{script: server.py", "{cells: 2, script: server.py")))
    with pytest.raises(ExerciseError, match="16:11: 'server' has 2 cells, and all have run before this step"):
        load(
            write(
                timeline(*cells, "cell: server").replace("{script: server.py", "{cells: 2, script: server.py")
            )
        )

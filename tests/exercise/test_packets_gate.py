"""The gate `packets` in exercise.yaml: its filter becomes a tree of the plan; what it cannot ask is told at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise.loader import load
from kit.exercise.planner import make_plan
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]

LISTENING = 'listening: server, port: "${port}", within: 3'


def test_its_filter_is_a_tree_with_hosts_by_name_and_parameters_filled_in(write: Write) -> None:
    text = GOOD.replace(LISTENING, 'packets: server, filter: "tcp.port == ${port}", count: 3')
    step = make_plan(load(write(text)), None, None).steps[1]
    assert step.text == "wait: packets server, filter 'tcp.port == 8001', count 3"
    assert step.arguments == {
        "packets": "server",
        "filter": "tcp.port == 8001",
        "count": 3,
        "tree": ("some", "tcp.port", "==", 8001),
    }
    plain = make_plan(load(write(GOOD.replace(LISTENING, "packets: client1"))), None, None).steps[1]
    assert plain.arguments == {"packets": "client1", "filter": None, "count": 1, "tree": None}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("packets: sever", "21: unknown host 'sever'; did you mean 'server'?"),
        ("packets: server, filter: tcp.seq == 1", ("37: 'tcp.seq' cannot be asked for here: a gate sees each packet "
         "alone, and nothing of its conversation")),
        ("packets: server, filter: ip.src == clint1", "37: unknown host 'clint1'; did you mean 'client1'?"),
        ("packets: server, filter: tcp.prt == 1", "37: column 1: unknown field 'tcp.prt'; did you mean 'tcp.port'?"),
        ("packets: server, count: 0", "36: expected a whole number from 1 to 1000000, found '0'"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_at_its_place(write: Write, said: str, fault: str) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(GOOD.replace(LISTENING, said)))
    assert [str(one).partition(".yaml:")[2] for one in raised.value.faults] == [f"13:{fault}"]

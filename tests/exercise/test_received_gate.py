"""The gate `received` in exercise.yaml: what it cannot count is told at its place."""

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

LISTENING = 'listening: server, port: "${port}", within: 3'
RECEIVED = 'received: server, port: "${port}", '


@pytest.mark.parametrize("said", ["bytes: 5", "bytes: 1, protocol: udp", "bytes: 5, protocol: tcp"])
def test_bytes_of_tcp_and_any_datagram_can_be_waited_for(write: Write, said: str) -> None:
    assert load(write(GOOD.replace(LISTENING, RECEIVED + said)))


def test_bytes_of_udp_cannot(write: Write) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(GOOD.replace(LISTENING, RECEIVED + "bytes: 5, protocol: udp")))
    (fault,) = raised.value.faults
    assert fault.text.startswith(
        "`bytes: 5` cannot be waited for: of UDP the kernel counts memory, not payload"
    )
    assert (
        GOOD.replace(LISTENING, RECEIVED + "bytes: 5")
        .splitlines()[fault.line - 1][fault.column - 1 :]
        .startswith("5")
    )

"""What an engine says of itself is read as promises that are kept or not."""

from __future__ import annotations

from typing import Any

import pytest

from kit.backends.docker import promises_of

GOOD: dict[str, Any] = {
    "SecurityOptions": ["name=seccomp,profile=default", "name=cgroupns"],
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
}


def test_an_ordinary_engine_keeps_all() -> None:
    assert [promise.name for promise in promises_of(GOOD) if promise.lack] == []
    assert len(promises_of(GOOD)) == 4


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"SecurityOptions": None}, "filtered system calls"),
        ({"SecurityOptions": ["name=seccomp,profile=unconfined"]}, "filtered system calls"),
        ({"MemoryLimit": False}, "memory and processes of a program as a whole"),
        ({"SwapLimit": False}, "no swap beyond the memory"),
        ({"PidsLimit": None}, "processes of a program together"),
    ],
)
def test_what_the_engine_cannot_do_is_a_promise_that_is_not_kept(
    changed: dict[str, Any], broken: str
) -> None:
    found = [promise for promise in promises_of(GOOD | changed) if promise.lack]
    assert [promise.name for promise in found] == [broken]
    assert found[0].remedy

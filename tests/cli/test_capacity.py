from __future__ import annotations

from kit.cli import capacity
from kit.exercise import catalogue, loader

LISTEN = loader.load(catalogue.find("listen-accept")).definition
SEND = loader.load(catalogue.find("send-recv")).definition
BASIC = loader.load(catalogue.find("basic-usage")).definition
MEMINFO = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:   2000000 kB\n"


def test_as_many_as_processors_where_there_is_memory() -> None:
    assert capacity.side_by_side(LISTEN, 4, 1 << 40) == 4


def test_no_more_than_the_memory_holds_and_never_none() -> None:
    assert capacity.side_by_side(LISTEN, 4, 2 * capacity.run_bytes(LISTEN) + 1) == 2
    assert capacity.side_by_side(LISTEN, 4, 0) == 1


def test_each_submitted_program_may_take_its_limit() -> None:
    assert capacity.run_bytes(BASIC) - capacity.run_bytes(SEND) > 200_000_000


def test_a_build_may_take_its_limit_before() -> None:
    assert SEND.languages == ()
    taking = SEND.model_copy(update={"languages": ("c",)})
    assert capacity.run_bytes(taking) - capacity.run_bytes(SEND) == (1 << 29) - (1 << 28)


def test_free_memory_is_what_the_kernel_says_can_be_had() -> None:
    assert capacity.free_bytes(MEMINFO) == 2_048_000_000
    assert capacity.free_bytes() > 0
    assert capacity.here(LISTEN) >= 1

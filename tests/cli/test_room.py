"""Room for a batch: what is lacking is said before it starts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kit.cli.room import USUAL_BYTES, most_bytes, shortage
from kit.exercise.plan import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.classroom.scripted import ScriptedEngine
    from tests.cli.conftest import Judged, Kit

MOST = 1 << 28


def test_at_most_is_all_that_the_limits_allow_in_three_runs() -> None:
    limits = Limits(output_bytes=1, trace_bytes=10, capture_bytes=1000)
    assert most_bytes(hosts=3, programs=2, limits=limits) == 3 * (3 * 1000 + 2 * (1 + 2 * 10))


def test_halves_run_too_and_again_where_they_miss_a_gate_but_the_reference_runs_once() -> None:
    limits = Limits(output_bytes=0, trace_bytes=0, capture_bytes=1000)
    assert most_bytes(hosts=1, programs=1, limits=limits, roles=2) == 7 * 1000
    usual = 10 * 3 * USUAL_BYTES
    assert shortage(usual, 10, 1, roles=2) is None
    assert (shortage(usual - 1, 10, 1, roles=2) or "").endswith("10 runs usually take 7.9 MB")


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (10 * MOST, None),
        (10 * MOST - 1, "2.7 GB free is enough for 10 usual runs (2.6 MB), not for programs"),
        (10 * USUAL_BYTES, "2.6 MB free is enough for 10 usual runs"),
        (10 * USUAL_BYTES - 1, "2.6 MB free is too little: 10 runs usually take 2.6 MB"),
    ],
)
def test_what_is_lacking_is_said_with_its_size(free: int, said: str | None) -> None:
    told = shortage(free, 10, MOST)
    assert told is None if said is None else (told or "").startswith(said)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give what sets how much is free on every disk."""

    def free(size_bytes: int) -> None:
        usage = shutil.disk_usage("/")._replace(free=size_bytes)
        monkeypatch.setattr("kit.cli.room.shutil.disk_usage", lambda _path: usage)

    return free


def test_a_batch_without_room_is_announced_before_it_starts_and_goes_on(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path, disk: Callable[[int], None]
) -> None:
    disk(1000)
    result = kit(
        *("grade", "listen-accept", "alice", "bob", "--backend", "netns"),
        "--out",
        str(tmp_path / "new" / "out"),
    )
    assert result.stderr == (
        f"kit: {tmp_path}: 0.0 MB free is too little: 2 runs usually take 0.5 MB; "
        "make room, or choose another place (--out)\n"
    )
    assert len(engine.ran) == 2


@pytest.mark.parametrize(("free", "names"), [(1000, ["alice"]), (1 << 50, ["alice", "bob"])])
def test_one_submission_or_enough_room_is_no_word_worth(
    kit: Kit,
    judged: Judged,
    engine: ScriptedEngine,
    disk: Callable[[int], None],
    free: int,
    names: list[str],
) -> None:
    assert judged
    assert engine
    disk(free)
    assert kit("grade", "listen-accept", *names, "--backend", "netns").stderr == ""

"""Every input that fuzzing kept goes through its target again: among them each that was once a find."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import LIMIT_S, ROOM_BYTES, TARGETS, OverrunError, attempt, within_time

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parent / "corpus"
PATIENCE = 6  # times the processor time, by the clock: what waits uses none


def finds(target: Callable[[bytes], None], folder: Path, limit_s: float = LIMIT_S) -> dict[str, str]:
    """Run the target on every file of a folder; give the names of those that are finds, and what they raised."""
    found = {}
    for path in sorted(folder.iterdir()):
        try:
            with within_time(signal.ITIMER_REAL, PATIENCE * limit_s):
                attempt(target, path.read_bytes(), limit_s)
        except (Exception, OverrunError) as error:  # noqa: BLE001  # whatever escapes is what is looked for
            found[path.name] = repr(error)
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_kept_is_no_find(name: str) -> None:
    assert len(list((CORPUS / name).iterdir())) > 10
    assert finds(TARGETS[name], CORPUS / name) == {}


def test_every_target_has_seeds_and_a_corpus_and_nothing_else_has() -> None:
    assert list(SEEDS) == list(TARGETS)
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(TARGETS)


def _raises(_data: bytes) -> None:
    raise KeyError("event")


def _hangs(data: bytes) -> None:
    while data:
        try:
            data = data[:]
        except Exception:  # noqa: BLE001, S112  # as code that is fuzzed may have it
            continue


def _waits(_data: bytes) -> None:
    threading.Event().wait()


def _eats_memory(_data: bytes) -> None:
    bytearray(2 * ROOM_BYTES)


@pytest.mark.parametrize(
    ("target", "raised"),
    [
        (_raises, "KeyError"),
        (_hangs, "OverrunError('more than 0.1 s of the processor')"),
        (_waits, "OverrunError('more than 0.6 s by the clock')"),
        (_eats_memory, "MemoryError"),
    ],
)
def test_a_target_that_breaks_its_promise_is_found(
    tmp_path: Path, target: Callable[[bytes], None], raised: str
) -> None:
    (tmp_path / "input").write_bytes(b"any")
    assert threading.current_thread() is threading.main_thread()  # else no signal could stop it
    (found,) = finds(target, tmp_path, limit_s=0.1).items()
    assert found[0] == "input"
    assert found[1].startswith(raised)


def test_a_target_that_keeps_its_promise_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"any")
    assert finds(lambda _data: None, tmp_path) == {}

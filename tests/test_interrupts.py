"""A signal ends kit at once, or, while a lab is up, where nothing is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit import interrupts
from kit.backends.fake import FakeBackend
from kit.errors import BackendError
from kit.evidence import store
from kit.lab.run import run, run_facts
from tests.lab import scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nothing_asked() -> Iterator[None]:
    yield
    interrupts._asked.clear()


def test_without_a_lab_it_is_raised_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupts.ask(KeyboardInterrupt())


def test_with_a_lab_the_waiter_is_woken_and_raises_where_it_looks() -> None:
    woken: list[str] = []

    def waits() -> None:
        with interrupts.held(lambda: woken.append("woken")):
            interrupts.ask(KeyboardInterrupt())
            woken.append("went on")
            interrupts.check()
            woken.append("never")

    with pytest.raises(KeyboardInterrupt):
        waits()
    assert woken == ["woken", "went on"]


def test_a_wish_that_nobody_looked_at_is_raised_when_the_lab_goes() -> None:
    done: list[str] = []

    def ends() -> None:
        with interrupts.held(lambda: None):
            interrupts.ask(KeyboardInterrupt())
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        ends()
    assert done == ["all of it"]


def test_trouble_in_the_clean_up_does_not_make_the_wish_forgotten() -> None:
    def ends() -> None:
        with interrupts.held(lambda: None):
            interrupts.ask(KeyboardInterrupt())
            try:
                interrupts.check()
            finally:
                raise BackendError("the engine went away")

    with pytest.raises(KeyboardInterrupt) as raised:
        ends()
    assert isinstance(raised.value.__context__, BackendError)


def test_a_run_that_waits_is_ended_and_its_evidence_is_kept(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", within_s=60, exited=["server"]),
    ]
    plan, backend = scene.plan(steps), FakeBackend()

    def progress(text: str) -> None:
        if "exited" in text:
            interrupts.ask(KeyboardInterrupt())

    def whole_run() -> None:
        with store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder:
            run(plan, backend, recorder, progress)

    with pytest.raises(KeyboardInterrupt):
        whole_run()
    assert [step.outcome for step in store.load(tmp_path / "run").steps] == ["done"]

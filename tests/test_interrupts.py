"""A signal ends kit at once, or, while a lab is up, where nothing is held."""

from __future__ import annotations

import os
import signal
import threading
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


@pytest.fixture
def handlers() -> Iterator[dict[signal.Signals, object]]:
    """Give what the signals do; whatever a test does to them is undone."""
    before = {number: signal.getsignal(number) for number in interrupts.ASKING}
    for number in interrupts.ASKING:
        signal.signal(number, signal.default_int_handler)
    yield dict.fromkeys(interrupts.ASKING, signal.default_int_handler)
    for number, handler in before.items():
        signal.signal(number, handler)


def current() -> dict[signal.Signals, object]:
    return {number: signal.getsignal(number) for number in interrupts.ASKING}


@pytest.mark.parametrize("number", interrupts.ASKING)
def test_a_signal_stops_what_is_stoppable_and_afterwards_all_is_as_before(
    handlers: dict[signal.Signals, object], number: signal.Signals
) -> None:
    def work() -> None:
        with interrupts.stoppable():
            os.kill(os.getpid(), number)

    with pytest.raises(interrupts.Stopped, match=f"stopped by {number.name}") as stopped:
        work()
    assert stopped.value.signal is number
    assert current() == handlers


def test_a_second_signal_does_not_disturb_the_clean_up(handlers: dict[signal.Signals, object]) -> None:
    done: list[str] = []

    def work() -> None:
        with interrupts.stoppable():
            try:
                os.kill(os.getpid(), signal.SIGINT)
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("cleaned up")

    with pytest.raises(interrupts.Stopped):
        work()
    assert done == ["cleaned up"]
    assert current() == handlers


def test_a_wish_is_forgotten_with_what_it_stopped(handlers: dict[signal.Signals, object]) -> None:
    """The process goes on: its next run must not end by the signal of this one."""
    assert handlers

    def work() -> None:
        with interrupts.stoppable(), interrupts.held(lambda: None):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(interrupts.Stopped):
        work()
    interrupts.check()


def test_what_the_process_ignores_stays_ignored(handlers: dict[signal.Signals, object]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    with interrupts.stoppable():
        os.kill(os.getpid(), signal.SIGHUP)
    assert current() == {**handlers, signal.SIGHUP: signal.SIG_IGN}


def test_another_thread_than_the_main_one_leaves_signals_alone(
    handlers: dict[signal.Signals, object],
) -> None:
    seen: list[dict[signal.Signals, object]] = []

    def work() -> None:
        with interrupts.stoppable():
            seen.append(current())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [handlers]

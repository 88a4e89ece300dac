"""Chances on a link, the same on every backend: on a kernel that has netem they act, on another the run says so.

Which of the two this kernel is, the backend is asked; nothing is assumed.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.evidence import store
from kit.exercise.plan import Limits, LinkRule, Netem
from kit.lab.run import run, run_facts
from tests.backends.contract import WITHIN_S, plan
from tests.backends.test_contract import BACKENDS
from tests.lab import scene

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.evidence.model import Evidence

RECEIVER = b"""\
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", 9000))
    print(receiver.recv(100).decode())
"""
SENDER = b"""\
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.sendto(b"hello", ("receiver", 9000))
"""
ACTS = (
    scene.step(1, "start", WITHIN_S, programs=["receiver"]),
    scene.step(2, "wait", WITHIN_S, listening="receiver", port=9000, protocol="udp"),
    scene.step(3, "start", WITHIN_S, programs=["sender"]),
    scene.step(4, "wait", WITHIN_S, exited=["sender"]),
)
REMEDY = "load its module (sudo modprobe sch_netem) or run where `kit doctor` finds netem"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


def played(folder: Path, backend: Backend, netem: Netem) -> Evidence:
    rule = LinkRule(1, "sender", "receiver", "netem", last=None, netem=netem)
    chosen = replace(
        plan({"receiver": RECEIVER, "sender": SENDER}),
        link=(rule,),
        steps=ACTS,
        limits=Limits(wall_s=2 * WITHIN_S),
    )
    with store.Recorder(folder, run_facts(chosen, backend)) as recorder:
        run(chosen, backend, recorder, lambda _text: None)
    return store.load(folder)


def has_netem(backend: Backend) -> bool:
    (row,) = backend.options()
    assert (row.name, row.needed, row.remedy) == ("netem", False, "sudo modprobe sch_netem")
    return row.present


def test_all_is_lost_by_chance_or_the_run_says_why_it_cannot_be(tmp_path: Path, backend: Backend) -> None:
    seen = played(tmp_path / "run", backend, Netem(7, loss="100%"))
    told = store.load_facts(tmp_path / "run")["netem"]["sender"]["receiver"]
    assert told["asked"] == "loss 100% seed 7"
    if has_netem(backend):
        assert (seen.faults, seen.missed_step) == ((), None)
        assert " loss 100%" in told["took"]
        assert (told["put_in"], told["came_out"]) == (1, 0)
        left, came = (
            [packet.payload for packet in seen.captures[host].packets if packet.udp is not None]
            for host in ("sender", "receiver")
        )
        assert (left, came) == ([b"hello"], [])
    else:
        (fault,) = seen.faults
        assert fault.startswith("link: rule 1, from sender to receiver, asks for netem, which the hosts'")
        assert fault.endswith(REMEDY)
        assert told["refused"].rstrip(".") in fault
        assert seen.steps == ()  # nothing ran that could be held against anybody


def test_a_delay_by_chance_shows_between_the_captures_or_the_run_says_why_not(
    tmp_path: Path, backend: Backend
) -> None:
    seen = played(tmp_path / "run", backend, Netem(7, delay_ms=300))
    if has_netem(backend):
        assert (seen.faults, seen.missed_step) == ((), None)
        left_ns, came_ns = (
            next(packet.time_ns for packet in seen.captures[host].packets if packet.payload == b"hello")
            for host in ("sender", "receiver")
        )
        assert came_ns - left_ns >= 300_000_000  # and the run waited for it
    else:
        assert [fault.endswith(REMEDY) for fault in seen.faults] == [True]

"""Exercises that rest on the link's rules: the reference passes, and the evidence of both sides shows the loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.backends import docker, netns
from kit.evidence import store
from kit.exercise.loader import load
from kit.judge import judge
from kit.ladder.build import build
from kit.ladder.model import Segment
from kit.packets.checksum import WRONG

if TYPE_CHECKING:
    from kit.backends.base import Backend
    from kit.evidence.model import Evidence

EXERCISES = Path(__file__).parent / "exercises"
CATALOGUE = Path(__file__).parents[2] / "exercises"
each_backend = pytest.mark.parametrize(
    "backend",
    [
        pytest.param(netns.backend(), marks=pytest.mark.netns, id="netns"),
        pytest.param(docker.backend(), marks=pytest.mark.docker, id="docker"),
    ],
)


def passing_run(exercise: Path, backend: Backend, folder: Path) -> Evidence:
    verdict = judge(load(exercise), None, None, backend, folder, lambda _text: None)
    assert verdict.outcome == "pass", verdict
    return store.load(folder)


def lost(seen: Evidence, host: str) -> list[str]:
    return [
        event.label
        for event in build(seen).events
        if isinstance(event, Segment) and event.from_lane == host and event.fate == "lost"
    ]


@each_backend
def test_the_third_segment_is_lost_and_sent_again(backend: Backend, tmp_path: Path) -> None:
    seen = passing_run(EXERCISES / "third-segment", backend, tmp_path / "run")
    assert [(act.what, act.rule, act.from_host, act.to_host) for act in seen.link_acts] == [
        ("dropped", 1, "client", "server")
    ]
    (label,) = lost(seen, "client")
    assert label.startswith("PSH-ACK 9:15(6)")  # `three` and its end of line
    sent = [packet for packet in seen.captures["client"].packets if packet.source == first_source(seen)]
    assert sent[seen.link_acts[0].packet - 1].payload == b"three\n"


def first_source(seen: Evidence) -> object:
    return seen.conversations["client"][0].client


@each_backend
def test_who_lost_its_syn_is_overtaken(backend: Backend, tmp_path: Path) -> None:
    seen = passing_run(CATALOGUE / "overtaking", backend, tmp_path / "run")
    first, *later = [(act.what, act.from_host, act.packet) for act in seen.link_acts]
    assert first == ("dropped", "b", 1)
    assert {what for what, _, _ in later} <= {"held", "released"}  # what b sent again before c was in
    assert lost(seen, "b") == ["SYN"]


@each_backend
def test_a_corrupted_segment_reaches_no_program_and_a_late_syn_ack_is_late(
    backend: Backend, tmp_path: Path
) -> None:
    seen = passing_run(EXERCISES / "corrupted", backend, tmp_path / "run")
    by_client = [act.what for act in seen.link_acts if act.from_host == "client"]
    assert by_client == ["duplicated", "corrupted"]
    (label,) = lost(seen, "client")
    assert label.startswith("PSH-ACK 5:9(4)")  # `two` and its end of line
    damaged = [packet for packet in seen.captures["server"].packets if packet.faults]
    assert [packet.faults for packet in damaged] == [(WRONG,)]
    syn_ack_ns = [
        next(packet.time_ns for packet in capture.packets if packet.tcp and packet.tcp.flags.letters == "S.")
        for capture in (seen.captures["server"], seen.captures["client"])
    ]
    assert syn_ack_ns[1] - syn_ack_ns[0] >= 120_000_000

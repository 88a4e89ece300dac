"""The first SYN and the last packet of the close are in every capture: a hundred runs, both backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.backends import docker, netns
from kit.evidence import store
from kit.exercise import catalogue, loader
from kit.judge import judge
from kit.packets.model import Flags

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.packets.conversation import Conversation


def is_whole(one: Conversation) -> bool:
    """From the first SYN to the segment that acknowledges the last FIN."""
    return one.handshake_complete and one.closed_orderly and one.opening.syn == one.packets[0]


@pytest.mark.parametrize(
    ("backend", "runs"),
    [
        pytest.param(netns.backend(), 75, marks=pytest.mark.netns, id="netns"),
        pytest.param(docker.backend(), 25, marks=pytest.mark.docker, id="docker"),
    ],
)
def test_every_capture_has_the_first_syn_and_the_last_packet_of_the_close(
    backend: Backend, runs: int, tmp_path: Path
) -> None:
    exercise = loader.load(catalogue.find("basic-usage"))
    for number in range(runs):
        folder = tmp_path / str(number)
        verdict = judge(exercise, None, str(number), backend, folder, lambda _text: None)
        evidence = store.load(folder)
        assert verdict.outcome == "pass", verdict
        for host, conversations in evidence.conversations.items():
            assert [is_whole(one) for one in conversations] == [True], (number, host)
        assert all(capture.whole for capture in evidence.captures.values())
        first = evidence.conversations["client"][0].packets[0]
        assert first.tcp is not None
        assert first.tcp.flags == Flags.SYN

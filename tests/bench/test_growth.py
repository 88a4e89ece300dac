from __future__ import annotations

from bench.growth import Grown, part
from bench.memory import Held

NETNS = Grown(
    {8: [0.9, 0.8, 0.7], 16: [1.6], 32: [3.2]},
    {32: Held({"kit": 50_000_000, "tcpdump": 280_000_000})},
)


def test_time_memory_and_exponent_stand_beside_their_targets() -> None:
    text = part({"netns": NETNS, "docker": Grown(why="no Docker Engine answers")}, "here\n")
    assert "| 32 | 3.20 | 97.0 | 10.0 | - | - | - |" in text
    assert "| netns: exponent of time from 8 clients | ≤ 1.10 | 1.00 | yes |" in text
    assert "| netns: memory a host, 32 clients | ≤ 15.0 MB | 10.0 MB | yes |" in text
    assert "| docker: exponent of time from 8 clients | ≤ 1.10 | not measured | ? |" in text
    assert "- docker: no more was measured: no Docker Engine answers" in text
    assert "- netns, 32 clients, MB by command: tcpdump 280, kit 50.0" in text


def test_the_memory_of_a_backend_that_did_not_run_is_not_known() -> None:
    text = part({"netns": Grown(why="bwrap is not installed"), "docker": NETNS}, "here\n")
    assert "memory a host, 0 clients | ≤ 15.0 MB | not measured | ? |" in text

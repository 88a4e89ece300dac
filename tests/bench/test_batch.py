from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bench.batch import Graded, least, part, wrong

if TYPE_CHECKING:
    from pathlib import Path

PASS, FAIL = '{"outcome": "pass"}\n', '{"outcome": "fail"}\n'


def test_all_passed_is_nothing_wrong() -> None:
    assert wrong(PASS * 3, 3) == ""


def test_a_fail_and_a_verdict_that_is_missing_are_told() -> None:
    assert wrong(PASS + FAIL, 2) == "1 pass, 1 fail of 2"
    assert wrong(PASS, 2) == "1 pass of 2"


def test_a_batch_is_held_to_its_own_rate_and_to_the_rate_of_who_goes_one_by_one() -> None:
    found = {("netns", 2): [Graded(310, 0.3, ""), Graded(330, 0.4, ""), Graded(320, 0.5, "")]}
    limits = {("limit: namespaces", 2): [Graded(600, 0.2, "")]}
    text = part(found, limits, {"Mininet": 1.0, "docker-compose": None}, "here")
    assert "| kit grade -j 2, netns | 320 | 0.40 | none |" in text
    assert "| limit: namespaces, 2 at a time | 600 | 0.20 | none |" in text
    assert "| netns -j 2: runs a minute | ≥ 300 | 320 | yes |" in text
    assert "| netns -j 2 ÷ Mininet one by one | ≥ 8.00 × | 5.33 × | **no** |" in text
    assert "| docker -j 4 ÷ docker-compose one by one | ≥ 4.00 × | not measured | ? |" in text


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param(
            "netns",
            marks=[pytest.mark.netns, pytest.mark.skipif(os.geteuid() != 0, reason="ip netns is root's")],
        ),
        pytest.param("docker", marks=pytest.mark.docker),
    ],
)
def test_the_least_of_a_batch_is_measured_and_leaves_nothing(backend: str, tmp_path: Path) -> None:
    folder = tmp_path / "least"
    found = least(backend, 2, 3, folder)
    assert found.wrong == ""
    assert found.rate > 0
    assert not folder.exists()

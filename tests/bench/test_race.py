from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from bench.job import Done
from bench.peers import HERE, PEERS
from bench.race import Record, part
from bench.running import Ran

RIGHT = Done(ordered=True, opened=3, queued=False)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck")
def test_the_scripts_of_peers_have_no_faults_that_shellcheck_knows() -> None:
    scripts = [str(path) for path in (HERE.parent / "setup", *HERE.glob("*.sh"))]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def record(
    name: str, *took_s: float, why: str = "", done: Done = RIGHT, left: tuple[str, ...] = ()
) -> Record:
    peer = replace(PEERS[name], version=lambda: "1.2")
    return Record(peer, [Ran(0, each, 2 * each, "", left) for each in took_s], [done for _ in took_s], why)


def records(**others: Record) -> dict[str, Record]:
    found = {name: record(name, 2.0, 1.0, 3.0) for name in PEERS}
    found["kit run, netns"] = record("kit run, netns", 0.9, 0.8, 1.0)
    return found | {each.peer.name: each for each in others.values()}


def row(name: str, text: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {name}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_peer_has_its_median_its_ratios_and_what_it_got_right() -> None:
    found = row("Mininet", part(records(), "here"))
    assert found[:6] == ["Mininet", "2.00", "1.00-3.00", "4.00", "2.22", "1.00"]
    assert found[6:] == ["yes", "3", "no", "yes", "1.2"]


def test_a_target_is_a_ratio_of_medians() -> None:
    text = part(records(), "here")
    assert "| kit run, netns ÷ Mininet | ≤ 0.50 × | 0.45 × | yes |" in text
    assert "| kit run, docker ÷ docker-compose | ≤ 0.50 × | 1.00 × | **no** |" in text


def test_one_run_that_went_wrong_is_told() -> None:
    bad = record("Mininet", 1.0, done=Done(ordered=False, opened=2, queued=False), left=("links s1",))
    assert row("Mininet", part(records(bad=bad), "here"))[6:10] == ["**no**", "2", "no", "**no**: links s1"]


def test_a_peer_that_cannot_run_is_a_row_that_says_why() -> None:
    text = part(records(gone=record("Mininet", why="mnexec is not installed")), "here")
    assert row("Mininet", text)[1] == "cannot run: mnexec is not installed"
    assert "| kit run, netns ÷ Mininet | ≤ 0.50 × | not measured | ? |" in text


def test_a_peer_that_broke_on_its_way_says_so_beside_its_times() -> None:
    text = part(records(broken=record("Mininet", 2.0, why="exit code 1: no bridge")), "here")
    assert row("Mininet", text)[:2] == ["Mininet (1 runs, then exit code 1: no bridge)", "2.00"]


def test_what_does_no_job_is_not_said_to_have_done_it_wrong() -> None:
    assert row("limit: engine", part(records(), "here"))[6:9] == ["-", "-", "-"]

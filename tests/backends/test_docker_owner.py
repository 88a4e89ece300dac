"""Whose a container is: only what a dead process of this machine and user left may be touched."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from kit.backends._docker_owner import Owner, _started, is_dead_sibling, labels, parse, this_process


def test_a_label_is_read_back_as_it_was_written() -> None:
    owner = this_process()
    assert parse(labels("ab12", owner)["wirekit.owner"]) == owner
    assert labels("ab12", owner)["wirekit.run"] == "ab12"


@pytest.mark.parametrize("label", ["", "one", "machine 0 x 17", "a b c d e", "machine 0 12"])
def test_a_label_of_something_else_is_nobodys(label: str) -> None:
    assert parse(label) is None


def test_this_process_lives() -> None:
    assert not is_dead_sibling(this_process())


def test_a_process_that_has_ended_is_dead() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from kit.backends._docker_owner import *; print(this_process())"],
        capture_output=True,
        text=True,
        check=True,
    )
    owner = parse(ended.stdout.strip())
    assert owner is not None
    assert is_dead_sibling(owner)


def test_another_process_with_the_same_number_does_not_stand_for_the_dead_one() -> None:
    assert is_dead_sibling(replace(this_process(), started="1"))


def test_the_dead_of_another_machine_or_user_are_not_ours_to_judge() -> None:
    dead: Owner = replace(this_process(), started="1")
    assert not is_dead_sibling(replace(dead, machine="another-boot/4026531836"))
    assert not is_dead_sibling(replace(dead, user=dead.user + 1))


@pytest.mark.skipif(sys.platform != "linux", reason="ps tells no start time of a zombie")
def test_who_is_dead_and_not_yet_waited_for_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        owner = replace(this_process(), pid=process.pid, started=_started(process.pid) or "")
        assert not is_dead_sibling(owner)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead_sibling(owner)

"""Process tables as literals, and real trees that are killed."""

from __future__ import annotations

import subprocess
import sys

from kit.backends._netns_processes import (
    Stat,
    descendants,
    kill_below,
    parse_stat,
    stat_of,
    table,
    threads_stopped,
)

STAT = b"7 (a) b (c) S 3 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1234 0 0 0"


def test_stat_of_a_command_with_blanks_and_parentheses() -> None:
    assert parse_stat(STAT) == Stat(state="S", parent=3, start_ticks=1234)


def test_descendants_come_parents_first_and_without_the_roots() -> None:
    parents = {2: 1, 3: 2, 4: 3, 5: 2, 6: 1}
    processes = {pid: Stat("S", parent, 0) for pid, parent in parents.items()}
    assert descendants([2], processes) == [3, 5, 4]
    assert descendants([2, 6], processes) == [3, 5, 4]
    assert descendants([9], processes) == []


ADOPTER = """\
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
subprocess.run(["sh", "-c", "sleep 600 >/dev/null &"])  # an orphan at once
subprocess.Popen(["sh", "-c", "sleep 600 & echo; wait"]).wait()
"""


def test_all_below_an_adopter_end_orphans_too() -> None:
    with subprocess.Popen([sys.executable, "-c", ADOPTER], stdout=subprocess.PIPE) as adopter:
        assert adopter.stdout is not None
        adopter.stdout.readline()
        assert len(descendants([adopter.pid], table())) == 3
        kill_below(adopter.pid)
        assert descendants([adopter.pid], table()) == []
        adopter.kill()


def test_a_process_that_is_gone_is_no_error() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert stat_of(gone.pid) is None
    assert threads_stopped(gone.pid)

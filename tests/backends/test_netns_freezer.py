"""Both ways of freezing hold every process of a program, and let it go on as if nothing had been."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.backends import _netns_freezer as freezer
from kit.backends import _netns_ground, netns
from kit.backends._netns_processes import descendants, table
from kit.backends._pipe_helper import PipeHelper
from tests.backends.netns_lab import Desk, plan_of

if TYPE_CHECKING:
    from kit.backends.base import Lab


def test_without_a_writable_cgroup_signals_freeze(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(freezer, "freezer_home", lambda: None)
    assert isinstance(freezer.choose("x"), freezer.SignalFreezer)
    monkeypatch.setattr(
        freezer, "freezer_home", lambda: tmp_path
    )  # no cgroup2: nothing appears in a new folder
    assert isinstance(freezer.choose("x"), freezer.SignalFreezer)
    (tmp_path / "cgroup.procs").touch()
    assert isinstance(freezer.choose("x"), freezer.SignalFreezer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cgroup.procs"]


@pytest.fixture(params=["cgroup", "signals"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Freeze in this way; that of cgroups needs a machine that lets us."""
    chosen = freezer.choose("wirekit-probe")
    chosen.close()
    if request.param == "signals":
        monkeypatch.setattr(_netns_ground, "choose", lambda _name: freezer.SignalFreezer())
    elif isinstance(chosen, freezer.SignalFreezer):
        pytest.skip("no cgroup2 that this user may write")
    return str(request.param)


BUSY = """\
import os
if os.fork(): os.fork()
print("busy")
while True:
    pass
"""
FORKING = """\
import os
print("busy")
while True:
    if not os.fork(): os._exit(0)
    os.wait()
"""
SERVER = """\
import socket
connection, _ = socket.create_server(("0.0.0.0", 8001)).accept()
print("accepted")
print(connection.recv(100))
"""
CLIENT = """\
import socket
connection = socket.create_connection(("server", 8001))
connection.send(b"one")
connection.send(b"two")
print("sent")
connection.recv(1)
"""


# The kernel counts a task as frozen a few instructions before it leaves the processor. On a busy machine another
# task may take its place just then, and these instructions come later, whenever it gets its turn.
LEAVING_NS = 50_000


def used_ns(lab: Lab, program: str) -> dict[int, int]:
    """Give each process of the program with the processor time that it has had (proc(5), /proc/PID/schedstat)."""
    assert isinstance(lab, netns.NetnsLab)
    helper = lab._helpers["program", program]
    assert isinstance(helper, PipeHelper)
    below = descendants([helper.pid], table())
    return {pid: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in below}


def snapshot(desk: Desk, lab: Lab) -> None:
    lab.send(("host", "server"), {"do": "snapshot", "id": 1})
    desk.wait(("host", "server"), "sockets", id=1)


@pytest.mark.netns
@pytest.mark.parametrize("program", [BUSY, FORKING])
@pytest.mark.usefixtures("way")
def test_no_process_of_a_frozen_program_runs(program: str) -> None:
    desk = Desk()
    with netns.backend().up(plan_of({"server": program}), desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "server")
        desk.line("server", "busy")
        for _ in range(5):
            lab.freeze("server")
            frozen = used_ns(lab, "server")
            for _ in range(20):
                snapshot(desk, lab)
            later = used_ns(lab, "server")
            assert set(later) == set(frozen)
            assert max(later[pid] - frozen[pid] for pid in frozen) < LEAVING_NS
            assert len(frozen) >= 4  # strace, bubblewrap's two, and the program
            lab.thaw("server")
            snapshot(desk, lab)


@pytest.mark.netns
@pytest.mark.usefixtures("way")
def test_what_arrives_while_frozen_is_received_at_once_after_the_thaw() -> None:
    desk = Desk()
    with netns.backend().up(plan_of({"server": SERVER, "client": CLIENT}), desk.inbox) as lab:
        desk.ready(lab)
        lab.send(("host", "server"), {"do": "watch", "on": True, "listeners": False})
        desk.start(lab, "server")
        wait_for_socket(desk, "LISTEN", received_bytes=0)
        lab.freeze("server")
        desk.start(lab, "client")
        wait_for_socket(desk, "ESTABLISHED", received_bytes=6)
        assert desk.output("server") == ""
        lab.thaw("server")
        assert desk.exited("server") == {"code": 0}
        assert desk.output("server") == "accepted\nb'onetwo'\n"


@pytest.mark.netns
@pytest.mark.usefixtures("way")
def test_a_program_that_does_not_run_may_be_frozen_and_thawed() -> None:
    desk = Desk()
    with netns.backend().up(plan_of({"server": "print('hello')"}), desk.inbox) as lab:
        desk.ready(lab)
        lab.freeze("server")
        lab.thaw("server")
        desk.start(lab, "server")
        assert desk.exited("server") == {"code": 0}
        lab.freeze("server")
        lab.thaw("server")


def wait_for_socket(desk: Desk, state: str, received_bytes: int) -> None:
    while True:
        head = desk.wait(("host", "server"), "sockets").head
        assert head is not None
        if any(row[5] == state and row[6] == received_bytes for row in head["rows"]):
            return

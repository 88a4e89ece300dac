"""What the machine offers is read right: rights, a Python for programs, and the remedy for what is forbidden."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kit.backends import _netns_machine as machine
from kit.backends import netns
from kit.backends._netns_sandbox import FIRST_UID, MAX_PID, ROOT, USER
from tests.backends.netns_lab import Desk, plan_of

ALL = "         0          0 4294967295\n"


def test_only_a_map_that_covers_the_range_maps_it() -> None:
    assert machine.maps_uids(ALL, FIRST_UID, FIRST_UID + MAX_PID)
    assert not machine.maps_uids("0 1000 1\n1 100000 65536\n", FIRST_UID, FIRST_UID + MAX_PID)


@pytest.mark.parametrize(
    ("capabilities", "uid_map", "expected"),
    [
        ("000001ffffffffff", ALL, ROOT),
        ("0000000000000000", ALL, USER),
        ("00000000a80425fb", ALL, USER),  # root in a container of Docker
        ("000001ffffffffff", "0 1000 1\n", USER),  # root of a user namespace
    ],
)
def test_roots_way_needs_its_capabilities_and_all_uids(
    monkeypatch: pytest.MonkeyPatch, capabilities: str, uid_map: str, expected: object
) -> None:
    texts = {"/proc/self/status": f"Name:\tkit\nCapEff:\t{capabilities}\n", "/proc/self/uid_map": uid_map}
    monkeypatch.setattr(Path, "read_text", lambda path: texts[str(path)])
    assert machine.rights() is expected


@pytest.mark.parametrize(
    ("found", "real", "needed"),
    [
        ("/usr/bin/python3", "/usr/bin/python3.12", False),
        ("/usr/bin/python3", "/usr/bin/python3.10", True),
        ("/opt/bin/python3", "/opt/bin/python3.12", True),  # the sandbox has no /opt
        (None, "", True),
    ],
)
def test_a_program_gets_kits_python_where_the_machine_has_none_of_3_11(
    monkeypatch: pytest.MonkeyPatch, found: str | None, real: str, needed: bool
) -> None:
    monkeypatch.setattr(machine, "which", lambda _name: found)
    monkeypatch.setattr("os.path.realpath", lambda _path: real)
    assert machine.needs_own_python() is needed


@pytest.mark.netns
def test_kits_own_python_runs_in_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "needs_own_python", lambda: True)
    desk = Desk()
    with netns.backend().up(
        plan_of({"server": "import sys, socket\nprint(sys.base_prefix)"}), desk.inbox
    ) as lab:
        desk.ready(lab)
        desk.start(lab, "server")
        assert desk.exited("server") == {"code": 0}, desk.output("server", "stderr")
        assert desk.output("server").strip() == sys.base_prefix

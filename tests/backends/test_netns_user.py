"""The same lab, made by an ordinary user of this machine: all of it inside one user namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.backends import netns

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.netns, pytest.mark.leftovers("netns")]

NAME = "wirekit-test"

KIT = """\
import json, os, sys
sys.path.insert(0, sys.argv[1])
from kit.backends import netns
from kit.backends import _netns_leftovers as leftovers
from dataclasses import replace
from kit.exercise.plan import LinkRule
from tests.backends.netns_lab import NOTHING, Desk, plan_of, traces

SERVER = '''
import json, os, socket
listener = socket.create_server(("0.0.0.0", 8001))
print("listening")
connection, _ = listener.accept()
def refused(act):
    try: act()
    except OSError as error: return error.strerror
    return "done"
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "got": connection.recv(100).decode(),
    "uid": os.getuid(),
    "caps": status["CapEff"].strip(),
    "raw": refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)),
    "home": refused(lambda: os.listdir("/home")),
}))
'''
CLIENT = '''
import socket
with socket.create_connection(("server", 8001), 5) as connection:
    connection.sendall(b"hello")
    connection.recv(1)
'''
desk = Desk()
backend = netns.backend()
lacking = [need.detail for need in backend.requirements() if need.needed and not need.present]
loses_a_syn = LinkRule(1, "client", "server", "drop")
plan = replace(plan_of({"server": SERVER, "client": CLIENT}), link=(loses_a_syn,))
with backend.keep():
    with backend.up(plan, (before := Desk()).inbox) as lab:
        before.ready(lab)
    with backend.up(plan, desk.inbox) as lab:
        desk.ready(lab)
        desk.start(lab, "server")
        desk.line("server", "listening")
        lab.freeze("server")
        desk.start(lab, "client")
        lab.thaw("server")
        exits = [desk.exited(program) for program in lab.plan.programs]
        lost = desk.wait(("host", "client"), "link").head
print(json.dumps({
    "uid": os.getuid(),
    "lacking": lacking,
    "exits": exits,
    "link": [lost["what"], lost["packet"]],
    "server": json.loads(desk.output("server")),
    "left": traces(str(leftovers.this_kit())) != NOTHING,
}))
"""


def python() -> str:
    """Give an interpreter that every user may run: a developer's own is often in a closed home."""
    for path in ("/usr/bin/python3", sys.executable):
        asked = [path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        tried = subprocess.run(["setpriv", "--reuid", "65534", *asked], check=False, capture_output=True)
        if tried.returncode == 0:
            return path
    pytest.skip("no Python of 3.11 or later that an ordinary user may run")


@pytest.fixture
def user() -> Iterator[int]:
    """Make a user for this test alone."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a user; the other tests of netns have run as an ordinary one")
    subprocess.run(["useradd", "--no-create-home", "--shell", "/bin/sh", NAME], check=True)
    try:
        yield int(subprocess.run(["id", "-u", NAME], check=True, capture_output=True, text=True).stdout)
    finally:
        subprocess.run(["userdel", NAME], check=True)


@pytest.fixture
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the user needs to read to where he may."""
    folder = tmp_path_factory.mktemp("source")
    for above in (folder, *folder.parents[:3]):  # a worker of xdist has one folder more
        above.chmod(0o755)
    root = Path(netns.__file__).parents[2]
    for name in ("kit", "tests/backends"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return folder


def test_an_ordinary_user_runs_a_lab(user: int, source: Path) -> None:
    become = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [*become, python(), "-c", KIT, str(source)],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=environment,
        timeout=60,
    )
    assert ran.stderr == ""
    assert json.loads(ran.stdout) == {
        "uid": user,
        "lacking": [],
        "exits": [{"code": 0}, {"code": 0}],
        "link": ["dropped", 1],
        "server": {
            "got": "hello",
            "uid": 1000,
            "caps": "0" * 16,
            "raw": "Operation not permitted",
            "home": "No such file or directory",
        },
        "left": False,
    }

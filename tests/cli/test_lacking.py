"""The command on a machine that lacks something: place, fault, remedy, and the right exit code.

Each runs in a mount namespace of its own, in which the tool or the room is really missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="taking a tool away from a machine needs root"),
]


def kit_without(tools: list[str], *arguments: str, mounts: str = "") -> subprocess.CompletedProcess[str]:
    """Run kit where these programs cannot be executed."""
    hidden = [f"mount --bind /dev/null {path}" for tool in tools if (path := shutil.which(tool))]
    script = " && ".join(["mount --make-rprivate /", *hidden, *filter(None, [mounts]), 'exec "$@"'])
    command = ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "kit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def verdict_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def run_arguments(folder: Path, exercise: str = "listen-accept") -> list[str]:
    return ["run", exercise, "--backend", "netns", "--format", "json", "--out", str(folder / "run")]


def test_without_strace_what_needs_calls_is_inconclusive_and_all_else_is_as_before(tmp_path: Path) -> None:
    done = kit_without(["strace"], *run_arguments(tmp_path))
    verdict = verdict_of(done)
    outcomes = {finding["name"]: finding["outcome"] for finding in verdict["findings"]}
    assert done.returncode == 3
    assert outcomes["handshake"] == outcomes["queue"] == "pass"
    assert outcomes["accept_order"] == "inconclusive"
    assert any("no strace" in note for note in verdict["notes"])


def test_without_tcpdump_a_socket_of_ours_captures_the_same(tmp_path: Path) -> None:
    done = kit_without(["tcpdump"], *run_arguments(tmp_path))
    assert (done.returncode, verdict_of(done)["outcome"]) == (0, "pass")
    facts = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert set(facts["capturing"].values()) == {"AF_PACKET"}


def test_without_bubblewrap_the_backend_says_what_installs_it(tmp_path: Path) -> None:
    done = kit_without(["bwrap"], *run_arguments(tmp_path))
    assert done.returncode == 3
    assert "bwrap" in done.stderr
    assert "apt-get install" in done.stderr
    assert done.stdout == ""


def test_a_full_disk_is_the_machines_trouble_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    mount = f"mount -t tmpfs -o size=16k tmpfs {tmp_path}/small"
    done = kit_without([], *run_arguments(tmp_path / "small"), mounts=mount)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "choose another place (--out" in done.stderr


def test_a_read_only_folder_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "fixed").mkdir()
    mount = f"mount -t tmpfs -o ro tmpfs {tmp_path}/fixed"
    done = kit_without([], *run_arguments(tmp_path / "fixed"), mounts=mount)
    assert done.returncode in (2, 3)
    assert "Read-only file system" in done.stderr


PORT_TAKEN = """\
title: {en: two servers on one port, zh: 两个服务器用同一个端口}
hosts: [box]
programs:
  first: {script: server.py, host: box}
  second: {script: server.py, host: box}
submit: [server.py]
timeline:
  - start: first
  - wait: {listening: box, port: 8001}
  - start: second
  - wait: {output: second, contains: listening}
checks:
  - output: {program: second, contains: listening}
"""


def test_a_port_that_is_taken_is_told_by_the_programs_own_last_words(tmp_path: Path) -> None:
    server = (
        "import socket\ns = socket.socket()\ns.bind(('', 8001))\ns.listen()\nprint('listening')\ns.accept()\n"
    )
    (tmp_path / "taken" / "reference").mkdir(parents=True)
    (tmp_path / "taken" / "exercise.yaml").write_text(PORT_TAKEN, encoding="utf-8")
    (tmp_path / "taken" / "reference" / "server.py").write_text(server, encoding="utf-8")
    done = kit_without([], *run_arguments(tmp_path, str(tmp_path / "taken")))
    assert done.returncode == 3  # the exercise's own programs: no submission is to blame
    assert "Address already in use" in verdict_of(done)["findings"][0]["observed"]

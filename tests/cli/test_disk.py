"""A disk that is full, gets full, or is read-only: told with its place and remedy, exit code 3, nothing half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.netns
ROOT = Path(__file__).parents[2]
LIMIT_S = 60
PAGE = 4096  # bytes; a tmpfs counts in pages

# In a mount namespace of its own, so that the disk goes with it. What each command says is kept outside.
SCRIPT = """
mount -t tmpfs -o {options} disk "$1/disk" || exit 99
{kit} run basic-usage --backend netns --format json --out "$1/disk/run" >"$1/out" 2>"$1/err"; echo $? >"$1/code"
{kit} regrade "$1/disk/run" --format json >"$1/again" 2>"$1/again-err"
cp -r "$1/disk/." "$1/kept"
"""


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str
    again: str
    again_err: str
    kept: Path


def run_on(folder: Path, options: str) -> Told:
    """Run an exercise with its evidence on a disk of its own."""
    for name in ("disk", "kept"):
        (folder / name).mkdir()
    script = SCRIPT.format(options=options, kit=f"{sys.executable} -m kit")
    rights = ["--map-root-user"] if os.geteuid() else []
    done = subprocess.run(
        ["unshare", "--mount", *rights, "sh", "-c", script, "sh", str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode == 99:
        pytest.skip("no mounts in a namespace of this user's own")
    texts = {
        name: (folder / name).read_text(encoding="utf-8") for name in ("out", "err", "again", "again-err")
    }
    return Told(
        int((folder / "code").read_text(encoding="ascii")),
        texts["out"],
        texts["err"],
        texts["again"],
        texts["again-err"],
        folder / "kept",
    )


@pytest.mark.parametrize("pages", [3, 5, 7, 9])
def test_a_disk_that_gets_full_ends_the_run_and_what_was_written_is_read(tmp_path: Path, pages: int) -> None:
    told = run_on(tmp_path, f"size={pages * PAGE}")
    assert (told.code, told.out) == (3, "")
    assert "cannot be written: No space left on device\n  make room" in told.err
    assert f"kit: {tmp_path}/disk/run" in told.err
    assert "Traceback" not in told.err + told.again_err
    assert json.loads(told.again)["outcome"] == "inconclusive"
    assert [path.name for path in told.kept.rglob(".*")] == []
    assert not (told.kept / "run" / "verdict.json").exists()


def test_a_disk_that_is_full_from_the_start_has_no_run(tmp_path: Path) -> None:
    told = run_on(tmp_path, f"size={PAGE},nr_inodes=2")
    assert (told.code, told.out) == (3, "")
    assert f"kit: {tmp_path}/disk/run/run.json: cannot be written: No space left" in told.err
    assert "is no run directory" in told.again_err


def test_a_read_only_disk_is_named_before_anything_runs(tmp_path: Path) -> None:
    told = run_on(tmp_path, "ro")
    assert (told.code, told.out) == (3, "")
    assert told.err == (
        f"kit: {tmp_path}/disk/run: cannot be written: Read-only file system\n"
        "  make room there, or choose another place (--out, --to)\n"
    )

"""A backend that cannot run is never passed over in silence, and tests that ask for leftovers take turns."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEEDS_DOCKER = "import pytest\n\n@pytest.mark.docker\ndef test_it():\n    assert True\n"


def run_tests(folder: Path, **environment: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(NEEDS_DOCKER, encoding="utf-8")
    nobody = {"DOCKER_HOST": f"unix://{folder}/nobody.sock", "PYTHONPATH": str(ROOT)}
    command = [
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [sys.executable, *command, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "KIT_REQUIRE"} | nobody | environment,
    )
    return done.returncode, done.stdout + done.stderr


def test_its_tests_are_skipped_with_the_reason_and_the_report_ends_with_it(tmp_path: Path) -> None:
    code, said = run_tests(tmp_path)
    assert code == 0
    assert "docker cannot run here: " in said
    assert "nobody.sock" in said
    assert "backend docker: 0 tests ran, 1 SKIPPED" in said
    assert "1 skipped in" in said.splitlines()[-1]


def test_where_it_is_required_they_fail(tmp_path: Path) -> None:
    code, said = run_tests(tmp_path, KIT_REQUIRE="docker,netns")
    assert code == 1
    assert "KIT_REQUIRE wants docker, which cannot run here: " in said


def test_a_misspelt_requirement_is_not_no_requirement(tmp_path: Path) -> None:
    code, said = run_tests(tmp_path, KIT_REQUIRE="dokcer")
    assert code == 4
    assert "KIT_REQUIRE: unknown name in ['dokcer']" in said


@pytest.mark.leftovers("netns")
def test_who_asks_what_dead_kits_left_has_the_machine_to_itself() -> None:
    with (ROOT / "kit" / "backends" / "netns.py").open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

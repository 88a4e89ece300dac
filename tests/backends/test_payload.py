"""Kit's code for helpers, as a host's interpreter takes it out of its zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from io import BytesIO
from typing import TYPE_CHECKING

from kit.backends import payload

if TYPE_CHECKING:
    from pathlib import Path

TELLS = "import sys; sys.path.insert(0, sys.argv[1]); import kit.tap.host as tap; print(tap.__file__)"


def taken_from(path: Path) -> str:
    """Give the file that an interpreter of our own version took the tap from."""
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", TELLS, str(path)], capture_output=True, text=True, check=True
    )
    return said.stdout.strip().removeprefix(f"{path}/")


def test_an_interpreter_of_the_same_version_compiles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tap.zip"
    path.write_bytes(payload.archive())
    assert taken_from(path) == "kit/tap/host.pyc"


def test_one_of_another_version_takes_the_source(tmp_path: Path) -> None:
    path = tmp_path / "tap.zip"
    with zipfile.ZipFile(BytesIO(payload.archive())) as ours, zipfile.ZipFile(path, "w") as theirs:
        for name in ours.namelist():
            content = ours.read(name)
            theirs.writestr(
                name, content.replace(MAGIC_NUMBER, b"\0\0\r\n", 1) if name.endswith("c") else content
            )
    assert taken_from(path) == "kit/tap/host.py"


def test_the_same_sources_give_the_same_bytes() -> None:
    first = payload.archive()
    payload.archive.cache_clear()
    assert payload.archive() == first

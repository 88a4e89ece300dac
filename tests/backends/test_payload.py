"""How kit's code gets to where helpers run."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from kit.backends import payload

if TYPE_CHECKING:
    from pathlib import Path

LOOK = (
    "import sys; sys.path.insert(0, sys.argv[1]); from kit.tap import rate; print(rate.Bucket(3, 1).wait_s())"
)


def imported(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "-c", LOOK, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(file: str, content: bytes, at: Path) -> Path:
    """Write the archive with another content of one file."""
    with zipfile.ZipFile(io.BytesIO(payload.archive())) as made, zipfile.ZipFile(at, "w") as other:
        assert file in made.namelist()
        for name in made.namelist():
            other.writestr(name, content if name == file else made.read(name))
    return at


def test_an_interpreter_of_this_version_need_not_compile_the_helpers(tmp_path: Path) -> None:
    path = changed("kit/tap/rate.py", b"this is no Python", tmp_path / "tap.zip")
    assert imported(path).stdout == "0.0\n"


@pytest.mark.parametrize("content", [b"", b"\0" * 64], ids=["empty", "of another version"])
def test_another_interpreter_takes_the_source(tmp_path: Path, content: bytes) -> None:
    path = changed("kit/tap/rate.pyc", content, tmp_path / "tap.zip")
    assert imported(path).stdout == "0.0\n"

"""A file is there whole or not at all, on every kind of file system."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit import whole
from kit.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["without a name", "beside its place"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder on a file system that knows files without a name, and on one that does not."""
    if request.param == "beside its place":
        really = os.open

        def refuse(path: Path, flags: int, *rest: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "Operation not supported")
            return really(path, flags, *rest)

        monkeypatch.setattr("kit.whole.os.open", refuse)
    yield tmp_path
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_it_takes_the_place_of_what_was_there(folder: Path) -> None:
    path = folder / "verdict.json"
    for text in ("first, and longer", "second"):
        whole.write_whole(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert path.stat().st_mode & 0o777 == 0o644


def test_where_its_writer_fails_what_was_there_stays(folder: Path) -> None:
    path = folder / "verdict.json"
    whole.write_whole(path, "first")
    with pytest.raises(UnicodeEncodeError), whole.whole_file(path) as file:
        file.writelines(text.encode() for text in ("half", "\udc80"))
    assert path.read_text(encoding="utf-8") == "first"


def test_a_folder_that_is_missing_is_the_machines_trouble_with_its_place(folder: Path) -> None:
    with pytest.raises(MachineError, match="nowhere/file: cannot be written: No such file") as raised:
        whole.write_whole(folder / "nowhere" / "file", "text")
    assert raised.value.remedy


HALF = """
import os, signal, sys
from pathlib import Path
from kit.whole import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_of_a_writer_that_was_killed_nothing_is_left(tmp_path: Path) -> None:
    if whole._open_nameless(tmp_path) is None:
        pytest.skip("this file system has no files without a name")
    path = tmp_path / "run.json"
    whole.write_whole(path, "before")
    done = subprocess.run(
        [sys.executable, "-c", HALF, str(path)], check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == -9
    assert [one.read_text(encoding="utf-8") for one in tmp_path.iterdir()] == ["before"]

"""Folders on a disk: nothing but regular files is opened, whatever else is there or comes while kit reads."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.exercise import entries, folder
from kit.exercise.entries import RefusedError, collected
from kit.exercise.folder import entries_below
from tests.exercise.packing import fill

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = b"print('mine')\n"


def test_names_come_sorted_each_folder_after_its_own_name(tmp_path: Path) -> None:
    fill(tmp_path, {"b/x.py": b"", "b/c/y.py": b"", "a.py": CODE, "c.py": b""})
    found = dict(entries_below(tmp_path))
    assert list(found) == ["a.py", "b", "c.py", "b/c", "b/x.py", "b/c/y.py"]
    assert found["a.py"].read(5) == CODE[:5]
    assert found["b"].kind == "folder"


def test_what_is_no_regular_file_is_only_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "passwd.py").symlink_to("/etc/passwd")
    (tmp_path / "etc").symlink_to("/etc")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket.py"))
        found = dict(entries_below(tmp_path))
    assert {name: entry.kind for name, entry in found.items()} == {
        "etc": "link",  # and nothing below it
        "fifo.py": "special",
        "passwd.py": "link",
        "socket.py": "special",
    }


def swap_for_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def swap_for_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def swap_its_folder_for_a_link(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.symlink_to(path.parent.with_name("moved"))


@pytest.mark.parametrize(
    "swap", [swap_for_link, swap_for_fifo, swap_for_folder, swap_its_folder_for_a_link, Path.unlink]
)
def test_a_file_that_becomes_something_else_after_it_was_seen_is_not_read(
    tmp_path: Path, swap: Callable[[Path], None]
) -> None:
    fill(tmp_path, {"lib/server.py": CODE})
    found = dict(entries_below(tmp_path))
    swap(tmp_path / "lib/server.py")
    said = []

    def read() -> None:
        with pytest.raises(RefusedError) as refused:
            found["lib/server.py"].read(100)
        said.append(str(refused.value))

    reader = threading.Thread(target=read, daemon=True)  # a FIFO that was opened would wait for ever
    reader.start()
    reader.join(5)
    assert said == ["lib/server.py changed while it was read; hand it in again when nothing writes to it"]


def test_a_link_is_a_fine_way_to_the_folder_itself(tmp_path: Path) -> None:
    fill(tmp_path, {"work/server.py": CODE})
    (tmp_path / "link").symlink_to("work")
    assert dict(entries_below(tmp_path / "link"))["server.py"].read(100) == CODE


def test_hidden_folders_are_not_gone_into(tmp_path: Path) -> None:
    fill(tmp_path, {".git/objects/x": b"", "__pycache__/y": b""})
    assert [name for name, _ in entries_below(tmp_path)] == [".git", "__pycache__"]


def test_a_folder_of_too_many_files_is_not_listed_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, {f"f{number}": b"" for number in range(20)})
    monkeypatch.setattr(entries, "MAX_ENTRIES", 5)
    monkeypatch.setattr(folder, "MAX_ENTRIES", 5)
    assert len(folder._listed(tmp_path, ())) == 6
    with pytest.raises(RefusedError, match="more than 5 files were handed in"):
        collected(entries_below(tmp_path))


def test_a_folder_that_is_very_deep_is_not_gone_down_to_its_end(tmp_path: Path) -> None:
    bottom = tmp_path
    for _ in range(60):
        bottom /= "d"
    bottom.mkdir(parents=True)
    assert max(name.count("/") for name, _ in entries_below(tmp_path)) == 32
    with pytest.raises(RefusedError, match="lies more than 32 folders deep"):
        collected(entries_below(tmp_path))


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    fill(tmp_path, {"a/b/c.py": CODE, "d.py": CODE})
    before = set(Path("/proc/self/fd").iterdir())
    for _, entry in entries_below(tmp_path):
        if entry.kind == "file":
            entry.read(10)
    walk = entries_below(tmp_path)
    next(walk)
    with pytest.raises(RefusedError):
        folder._read(tmp_path, ("a", "gone"), 1)
    assert set(Path("/proc/self/fd").iterdir()) == before

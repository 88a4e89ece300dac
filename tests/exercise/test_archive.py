"""What may lie at the path of a submission, and what is never opened."""

from __future__ import annotations

import gzip
import os
import socket
import threading
from pathlib import Path

import pytest

from kit.errors import UsageError
from kit.exercise import archive
from kit.exercise.archive import opened
from kit.exercise.entries import RefusedError
from tests.exercise.packing import tar_of, zip_of

CODE = b"print('mine')\n"


def trouble(path: Path) -> UsageError:
    with pytest.raises(UsageError) as told, opened(path):
        pass
    assert told.value.message.isprintable()
    return told.value


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_a_path_that_is_no_file_is_told_without_opening_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = {"device": Path("/dev/zero")}.get(kind, tmp_path / kind)
    with socket.socket(socket.AF_UNIX) as made:
        if kind == "socket":
            made.bind(str(path))
        elif kind == "fifo":
            os.mkfifo(path)
        monkeypatch.setattr(os, "open", None)
        told = trouble(path)
    assert told.message == f"{path} is neither a file nor a folder"
    assert told.remedy == "give a folder, a .zip or a .tar.gz"


def test_a_fifo_that_takes_the_files_place_in_between_does_not_hold_kit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "work.zip")
    seen: list[Path] = []
    monkeypatch.setattr(archive, "_refuse_by", lambda path, _: seen.append(path))  # it was a file then
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(trouble(tmp_path / "work.zip").message), daemon=True)
    reader.start()
    reader.join(5)  # a FIFO that was opened would wait for ever
    assert [each.endswith("is neither a file nor a folder") for each in said] == [True]
    assert seen == [tmp_path / "work.zip"]


def test_a_file_of_10_gigabytes_is_refused_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "film.zip"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    monkeypatch.setattr(os, "open", None)
    said = "10737418240 bytes are too many, at most 67108864 are read; hand in the source files alone"
    with pytest.raises(RefusedError, match=said), opened(path):
        pass


@pytest.mark.parametrize("name", ["\x1b[31mred", "new\nline", os.fsdecode(b"\xff"), "-x", "n" * 300])
def test_a_path_that_is_not_there_is_told_in_words_that_a_terminal_may_show(
    tmp_path: Path, name: str
) -> None:
    said = trouble(tmp_path / name).message
    assert "does not exist" in said or "File name too long" in said


def test_a_circle_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    assert "cannot be read: Too many levels of symbolic links" in trouble(tmp_path / "a").message


def test_what_may_not_be_read_is_told_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(tmp_path / "\x1b.zip"))

    (tmp_path / "a.zip").touch()
    monkeypatch.setattr(archive, "_bytes_of", refuse)
    told = trouble(tmp_path / "a.zip")
    assert told.message == rf"{tmp_path}/\x1b.zip cannot be read: permission denied"
    assert told.remedy == f"chmod -R u+rX {tmp_path / 'a.zip'}"


def test_an_archive_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    for data in (zip_of({"server.py": CODE}), tar_of({"server.py": CODE})):
        (tmp_path / "server.py").write_bytes(data)
        with opened(tmp_path / "server.py") as there:
            assert not there.alone
            assert there.entries["server.py"].read(100) == CODE


def test_any_other_file_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "server.zip").write_bytes(CODE)
    with opened(tmp_path / "server.zip") as there:
        assert there.alone
        assert there.entries["server.zip"].read(5) == CODE[:5]


def test_a_packed_file_that_is_no_tar_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "server.py.gz").write_bytes(gzip.compress(CODE))
    with (
        pytest.raises(RefusedError, match=r"it is packed, but not a \.tar"),
        opened(tmp_path / "server.py.gz"),
    ):
        pass

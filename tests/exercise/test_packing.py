from __future__ import annotations

import io
import zipfile

from kit.exercise.packing import packed, unpacked


def test_the_same_files_give_the_same_bytes_in_any_order() -> None:
    files = {"b.py": b"2", "a/c.py": bytes(5000), "学.py": b"\xff"}
    assert packed(files) == packed(dict(reversed(files.items())))
    assert unpacked(packed(files)) == files


def test_programs_can_be_run_and_nothing_else() -> None:
    with zipfile.ZipFile(io.BytesIO(packed({"run": b"", "notes": b""}, programs=("run",)))) as archive:
        assert {info.filename: oct(info.external_attr >> 16) for info in archive.infolist()} == {
            "run": "0o100755",
            "notes": "0o100644",
        }

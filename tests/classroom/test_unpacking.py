from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from kit.classroom.unpacking import unpack
from kit.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path


def tar_of(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"") -> io.BytesIO:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w|") as archive:
        archive.addfile(info, io.BytesIO(content))
    whole.seek(0)
    return whole


def test_a_run_directory_comes_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what Python 3.11.0 has: `extractall` knows no filter there."""
    monkeypatch.delattr(tarfile.TarFile, "extractall")
    run, whole = tmp_path / "run", io.BytesIO()
    (run / "roles" / "server").mkdir(parents=True)
    (run / "roles" / "server" / "run.json").write_text("{}")
    (run / "server.pcap").write_bytes(b"\0" * 70_000)
    with tarfile.open(fileobj=whole, mode="w|") as archive:
        archive.add(run, arcname=".")
    whole.seek(0)
    unpack(whole, tmp_path / "back")
    assert (tmp_path / "back" / "roles" / "server" / "run.json").read_text() == "{}"
    assert (tmp_path / "back" / "server.pcap").read_bytes() == b"\0" * 70_000


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../out", tarfile.REGTYPE),
        ("a/../../out", tarfile.REGTYPE),
        ("/tmp/out", tarfile.REGTYPE),  # noqa: S108  # never written
        ("link", tarfile.SYMTYPE),
        ("link", tarfile.LNKTYPE),
        ("pipe", tarfile.FIFOTYPE),
    ],
)
def test_what_would_lie_elsewhere_or_is_no_file_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(MachineError, match="no place for"):
        unpack(tar_of(name, kind), tmp_path / "run")
    assert list(tmp_path.rglob("*")) == [tmp_path / "run"]


def test_what_is_no_tar_or_only_its_beginning_is_trouble(tmp_path: Path) -> None:
    whole = tar_of("server.pcap", content=b"\1" * 5000).getvalue()
    for part in (b"no tar at all" * 100, whole[:2000]):
        with pytest.raises(MachineError, match="not whole"):
            unpack(io.BytesIO(part), tmp_path)

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.evidence.pcapng import export

if TYPE_CHECKING:
    from tests.cli.conftest import Kit

STORED = Path(__file__).parent.parent / "evidence" / "stored" / "tcp-vs-udp"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STORED, tmp_path / "run"))


def test_pcap_writes_beside_the_evidence_and_says_where(kit: Kit, run: Path) -> None:
    result = kit("pcap", str(run))
    assert (result.exit_code, result.stdout) == (0, f"{run / 'run.pcapng'}\n")
    assert (run / "run.pcapng").read_bytes() == export(STORED)
    assert "--host" in result.stderr


def test_pcap_writes_where_it_is_told_and_only_what_was_asked(kit: Kit, run: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.pcapng"
    result = kit("pcap", str(run), "--out", str(file), "--host", "receiver")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{file}\n", "")
    assert file.read_bytes() == export(STORED, ["receiver"])
    assert not (run / "run.pcapng").exists()


def test_pcap_names_the_nearest_host(kit: Kit, run: Path) -> None:
    result = kit("pcap", str(run), "--host", "reciever")
    assert result.exit_code == 2
    assert "unknown host 'reciever'; did you mean 'receiver'?" in result.stderr


def test_pcap_of_what_is_no_run_is_a_fault_of_usage(kit: Kit, tmp_path: Path) -> None:
    result = kit("pcap", str(tmp_path))
    assert result.exit_code == 2
    assert "is no run directory" in result.stderr


def test_pcap_into_a_folder_that_is_not_there_is_the_machines_trouble(kit: Kit, run: Path) -> None:
    result = kit("pcap", str(run), "--out", str(run / "no" / "such.pcapng"))
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr


def test_export_writes_the_archive_and_says_where(kit: Kit, tmp_path: Path) -> None:
    result = kit("export", "gradescope", "listen-accept")
    assert (result.exit_code, result.stdout) == (0, "listen-accept-gradescope.zip\n")
    assert zipfile.is_zipfile(tmp_path / "listen-accept-gradescope.zip")


def test_export_of_an_exercise_that_there_is_not_names_the_nearest(kit: Kit) -> None:
    result = kit("export", "gradescope", "listen-acept", "--out", "a.zip")
    assert result.exit_code == 2
    assert "'listen-accept'" in result.stderr


def test_export_for_somebody_unknown_names_the_nearest(kit: Kit) -> None:
    result = kit("export", "gradscope", "listen-accept")
    assert result.exit_code == 2
    assert "gradescope" in result.stderr


def test_compose_writes_a_folder_and_says_where_and_writes_over_nothing(kit: Kit, tmp_path: Path) -> None:
    result = kit("export", "compose", "send-recv")
    assert (result.exit_code, result.stdout) == (0, "send-recv-compose\n")
    there = {path.name for path in (tmp_path / "send-recv-compose").iterdir()}
    assert there == {"compose.yaml", "Dockerfile", "step.py", "files"}
    again = kit("export", "compose", "send-recv")
    assert again.exit_code == 2
    assert "send-recv-compose: is not empty" in again.stderr

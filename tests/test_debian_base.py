"""The base image of Debian's packages: this machine's own mirrors, and what is said when it cannot be made."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from kit._debian_base import make_base, mirrors
from kit.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_the_older_style_gives_its_lines_for_the_suite_only(apt: Path) -> None:
    (apt / "sources.list").write_text(
        "# a mirror of the room\n"
        "deb http://mirror.example/debian bookworm main contrib # near\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/security bookworm-security main\n"
        "deb-src http://mirror.example/debian bookworm main\n"
        "deb http://mirror.example/debian trixie main\n"
        "deb https://download.docker.com/linux/debian bookworm stable\n"
        "# deb http://off.example/debian bookworm main\n"
    )
    assert mirrors(apt) == [
        "deb http://mirror.example/debian bookworm main",
        "deb [signed-by=/k.gpg] http://mirror.example/security bookworm-security main",
    ]


def test_the_newer_style_gives_a_line_a_suite_and_address(apt: Path) -> None:
    (apt / "sources.list.d" / "debian.sources").write_text(
        "Types: deb deb-src\n"
        "# http://snapshot.example/\n"
        "URIs: http://a.example/debian\n http://b.example/debian\n"
        "Suites: bookworm bookworm-updates trixie\n"
        "Components: main\n"
        "Signed-By: /k.gpg\n"
        "\n"
        "Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n"
        "\n"
        "Types: deb\nURIs: http://c.example/debian\nSuites: bookworm\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n"
    )
    assert mirrors(apt) == [
        "deb [signed-by=/k.gpg] http://a.example/debian bookworm main",
        "deb [signed-by=/k.gpg] http://a.example/debian bookworm-updates main",
        "deb [signed-by=/k.gpg] http://b.example/debian bookworm main",
        "deb [signed-by=/k.gpg] http://b.example/debian bookworm-updates main",
        "deb http://c.example/debian bookworm main",
    ]


def test_a_machine_with_other_sources_or_none_leaves_the_mirror_to_mmdebstrap(apt: Path) -> None:
    assert mirrors(apt) == []
    (apt / "sources.list.d" / "ubuntu.sources").write_text(
        "Types: deb\nURIs: http://u.example/\nSuites: noble\nComponents: main\n"
    )
    (apt / "sources.list.d" / "old.list.save").write_text("deb http://o.example/ bookworm main\n")
    assert mirrors(apt) == []


@pytest.fixture
def mmdebstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place of the only mmdebstrap that PATH has; the test writes it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "mmdebstrap"


def test_without_mmdebstrap_the_package_and_the_other_way_are_named(mmdebstrap: Path) -> None:
    assert not mmdebstrap.exists()
    with tempfile.TemporaryFile() as archive, pytest.raises(MachineError, match="not found") as raised:
        make_base(["python3"], archive)
    assert raised.value.remedy is not None
    assert "apt-get install mmdebstrap" in raised.value.remedy
    assert "kit image load" in raised.value.remedy


def test_a_failure_shows_the_last_lines(mmdebstrap: Path) -> None:
    mmdebstrap.write_text("#!/bin/sh\nfor n in 1 2 3 4 5 6; do echo E: line $n >&2; done\nexit 25\n")
    mmdebstrap.chmod(0o755)
    with tempfile.TemporaryFile() as archive, pytest.raises(MachineError) as raised:
        make_base(["python3"], archive)
    assert raised.value.message.splitlines()[1:] == [f"E: line {number}" for number in (2, 3, 4, 5, 6)]
    assert "apt-get update" in (raised.value.remedy or "")


def test_packages_and_mirrors_are_asked_for_and_the_tar_arrives(mmdebstrap: Path, apt: Path) -> None:
    (apt / "sources.list").write_text("deb http://mirror.example/debian bookworm main\n")
    mmdebstrap.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    mmdebstrap.chmod(0o755)
    with tempfile.TemporaryFile() as archive:
        make_base(["python3", "strace"], archive, apt)
        archive.seek(0)
        words = archive.read().decode().splitlines()
    assert "--include=python3,strace" in words
    assert words[-3:] == ["bookworm", "-", "deb http://mirror.example/debian bookworm main"]

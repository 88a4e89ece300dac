"""Captures that others made for their own tests, from Debian's source packages: fetched once, into a cache folder.

Nothing of them is kept in this repository. Where they cannot be had (no apt-get, no network) `UnavailableError` says why.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirekit" / "debian-sources"
SOURCES = (
    "deb-src http://deb.debian.org/debian bookworm main\n"
    "deb-src http://deb.debian.org/debian-security bookworm-security main\n"
)
FETCH_WITHIN_S = 300


class UnavailableError(Exception):
    """A source package cannot be had here; the message says why."""


def captures(package: str, folder: str) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of every file in a folder of the package's source that is named as a capture."""
    with tarfile.open(archive(package)) as opened:
        for member in opened:
            path = Path(member.name)
            if not member.isfile() or not path.parent.as_posix().endswith(folder):
                continue
            if ".pcap" not in path.name:
                continue
            source = opened.extractfile(member)
            if source is None:
                continue
            data = source.read()
            yield path.name, gzip.decompress(data) if path.suffix == ".gz" else data


def archive(package: str) -> Path:
    """Give the package's upstream source. Raises UnavailableError."""
    found = _fetched(package)
    if found is None:
        if shutil.which("apt-get") is None:
            raise UnavailableError(f"the source of {package} cannot be fetched: there is no apt-get")
        try:
            _fetch(package)
        except (subprocess.SubprocessError, OSError) as error:
            raise UnavailableError(f"the source of {package} cannot be fetched: {error}") from error
        found = _fetched(package)
    if found is None:
        raise UnavailableError(f"the source of {package} cannot be fetched: no archive in {CACHE}")
    return found


def _fetched(package: str) -> Path | None:
    found = (CACHE.glob(f"{package}_*.orig.tar.{kind}") for kind in ("xz", "bz2", "gz"))
    return max((path for paths in found for path in paths), default=None)


def _fetch(package: str) -> None:
    """Download the source package with a state of apt's own in the cache: the system's lists stay as they are."""
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    sources = CACHE / "sources.list"
    sources.write_text(SOURCES)
    options = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": CACHE / "state",
        "Dir::Cache": CACHE / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "",
        "Acquire::Retries": "0",
        "Acquire::http::Timeout": "10",
    }
    apt = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]
    for action in (["update"], ["source", "--download-only", package]):
        subprocess.run([*apt, *action], cwd=CACHE, check=True, capture_output=True, timeout=FETCH_WITHIN_S)

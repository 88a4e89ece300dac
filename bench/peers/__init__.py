"""Who does the job: a table. Each is a program of its own, run from its cold start until all is removed.

To add one: a program here that takes a folder and leaves there `server.out` and HOST.pcap, and a row in PEERS.
"""

from __future__ import annotations

import shutil
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

from bench import job, machine
from bench.running import KIT, ROOT
from kit import __version__, image
from kit.backends._docker_engine import connect_here
from kit.errors import KitError
from kit.evidence import store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

HERE = Path(__file__).parent
EXERCISE = "listen-accept"
PROGRAMS = ROOT / "exercises" / EXERCISE / "reference"
SYSTEM_PYTHON = "/usr/bin/python3"  # what Debian's mininet is for


@dataclass(frozen=True)
class Peer:
    """`command` takes the folder for what it leaves. `needs` are programs; `version` raises where one is missing."""

    name: str
    command: Callable[[Path], tuple[str, ...]]
    version: Callable[[], str]
    needs: tuple[str, ...] = ()
    docker: bool = False
    does_job: bool = True
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    output: Callable[[Path], bytes] = lambda out: (out / "server.out").read_bytes()


def _kit(backend: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda out: (*KIT, "run", EXERCISE, "--backend", backend, "--out", str(out / "run"))


def _script(*parts: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda out: (*parts[:-1], str(HERE / parts[-1]), str(out))


def _of(*command: str, last: bool = True) -> Callable[[], str]:
    """Give a version: the last word (or the whole) of the first line that the command prints."""

    def version() -> str:
        line = machine.said(*command).partition("\n")[0]
        return line.rpartition(" ")[2] if last else line

    return version


def _mininet() -> str:
    return machine.said(SYSTEM_PYTHON, "-c", "import mininet.net as n; print(n.VERSION)")


def _package(name: str) -> Callable[[], str]:
    return _of(sys.executable, "-c", f"from importlib.metadata import version as v; print(v('{name}'))")


def _kits_output(out: Path) -> bytes:
    return store.load(out / "run").output_of("server")


_engine = _of("docker", "version", "--format", "{{.Server.Version}}")
PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(
            "kit run, netns",
            _kit("netns"),
            lambda: __version__,
            needs=("bwrap", "strace", "tcpdump"),
            output=_kits_output,
        ),
        Peer("kit run, docker", _kit("docker"), lambda: __version__, docker=True, output=_kits_output),
        Peer(
            "Mininet",
            _script(SYSTEM_PYTHON, "with_mininet.py"),
            _mininet,
            needs=("mnexec", "brctl", "tcpdump"),
            around=machine.bridges_unfiltered,
        ),
        Peer(
            "docker-compose",
            _script("sh", "compose.sh"),
            _of("docker-compose", "version", "--short"),
            needs=("docker-compose",),
            docker=True,
        ),
        Peer(
            "testcontainers",
            _script(sys.executable, "with_testcontainers.py"),
            _package("testcontainers"),
            docker=True,
        ),
        Peer("docker commands", _script("sh", "docker.sh"), _engine, docker=True),
        Peer(
            "limit: namespaces",
            _script("sh", "namespaces.sh"),
            _of("ip", "-V", last=False),
            needs=("ip", "bwrap", "strace", "tcpdump"),
        ),
        Peer(
            "limit: engine",
            _script(sys.executable, "engine.py"),
            _engine,
            docker=True,
            does_job=False,
        ),
    )
}


def environment() -> Mapping[str, str]:
    """Give what the programs are told beside their folder."""
    return {
        "BENCH_IMAGE": host_image() or "",
        "BENCH_PROGRAMS": str(PROGRAMS),
        "TESTCONTAINERS_RYUK_DISABLED": "true",  # its image would have to be pulled
    }


@cache
def host_image() -> str | None:
    """Give the tag of kit's host image; None where no engine answers, or none was built."""
    try:
        with connect_here() as engine:
            return image.find(engine)
    except KitError:
        return None


def why_not(peer: Peer) -> str | None:
    """Say why a peer cannot run on this machine; None: it can."""
    missing = [name for name in peer.needs if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed"
    if peer.docker and not machine.docker_answers():
        return "no Docker Engine answers"
    if peer.docker and host_image() is None:
        return "no host image: kit image build"
    try:
        peer.version()
    except (OSError, CalledProcessError) as error:
        return f"does not start: {str(error)[-120:]}"
    return None


def judged(peer: Peer, out: Path) -> job.Done:
    """Say what became of the job, from what the peer left in its folder."""
    folder = out / "run" if (out / "run").is_dir() else out
    captures = {
        host: job.packets((folder / f"{host}.pcap").read_bytes())
        for host in job.HOSTS
        if (folder / f"{host}.pcap").exists()
    }
    try:
        output = peer.output(out)
    except (OSError, KitError):
        output = b""
    return job.done(output, captures)

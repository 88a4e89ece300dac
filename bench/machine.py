"""What this machine is, what its processors did, and what is on it that a run may have left."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kit.backends._netns_processes import kill, stat_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

OWNER = "wirekit.owner"  # kit's label: "MACHINE USER PID STARTED"
FILTERS = ("arptables", "ip6tables", "iptables")  # of /proc/sys/net/bridge
NAMESPACES = Path("/run/netns")
LINKS = Path("/sys/class/net")
MININETS = ("s1", "s1-")  # names of the machine's links that with_mininet.py makes
CONTAINER = f'{{{{.ID}}}} {{{{.Names}}}} {{{{.Label "{OWNER}"}}}}'
NETWORK = f'{{{{.ID}}}} {{{{.Name}}}} {{{{.Label "{OWNER}"}}}}'


@dataclass(frozen=True, slots=True)
class Things:
    """What a lab is made of, as far as the whole machine sees it. `processes` are those that bear a mark."""

    containers: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    processes: frozenset[int] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        kinds = ("containers", "networks", "namespaces", "links", "processes")
        return tuple(
            f"{kind} {', '.join(map(str, sorted(there)))}" for kind in kinds if (there := getattr(self, kind))
        )


def busy_s() -> float:
    """Give the seconds that the processors have worked since the start: all but idle, iowait, and what is told twice
    (guests are in user and nice; proc_stat(5))."""
    fields = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, fields)
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def left(pid: int, mark: str, links_before: Collection[str]) -> Things:
    """Give what is there of the run that was this process: its mark, or its number in a name or in kit's label."""
    return Things(
        containers=frozenset(_on_engine(pid, "ps", "-a", "--no-trunc", "--format", CONTAINER)),
        networks=frozenset(_on_engine(pid, "network", "ls", "--no-trunc", "--format", NETWORK)),
        namespaces=frozenset(
            name for name in _listed(NAMESPACES) if f"{pid}-" in name or name == f"bench{pid}"
        ),
        links=frozenset(links() - set(links_before)),
        processes=frozenset(_marked(mark)),
    )


def links() -> set[str]:
    """Give the links in the machine's own namespace that have Mininet's names."""
    return {name for name in _listed(LINKS) if name.startswith(MININETS)}


def remove(those: Things) -> None:
    """Remove what a run left, processes first; what is gone by now is fine."""
    kill(those.processes)
    if those.containers:
        _docker("rm", "-f", *those.containers)
    if those.networks:
        _docker("network", "rm", *those.networks)
    for name in those.namespaces:
        _quietly("ip", "netns", "del", name)
    for name in those.links:
        _quietly("ip", "link", "del", name)


@contextmanager
def bridges_unfiltered() -> Iterator[None]:
    """Let frames pass bridges of the machine's own namespace: Docker has them filtered and drops what is not its own."""
    files = [Path("/proc/sys/net/bridge") / f"bridge-nf-call-{name}" for name in FILTERS]
    were = {file: file.read_text(encoding="ascii") for file in files if file.exists()}
    try:
        for file in were:
            file.write_text("0", encoding="ascii")
        yield
    finally:
        for file, value in were.items():
            file.write_text(value, encoding="ascii")


def about() -> str:
    """Give one line: processors, memory, kernel, Python."""
    processor = _field("/proc/cpuinfo", "model name")
    memory_kb = int(_field("/proc/meminfo", "MemTotal").split()[0])
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{os.cpu_count()} × {processor}, {memory_kb / 1e6:.1f} GB, {system}, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def load() -> float:
    """Give the number of processes that wanted a processor, over the last minute."""
    return os.getloadavg()[0]


def gone(pid: int) -> bool:
    """Whether a process has ended; who is dead and not yet waited for has."""
    stat = stat_of(pid)
    return stat is None or stat.state in "ZX"


def said(*command: str) -> str:
    """Give what a command prints. Raises OSError or CalledProcessError."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def docker_answers() -> bool:
    with suppress(OSError, subprocess.CalledProcessError):
        return bool(said("docker", "version", "--format", "{{.Server.Version}}"))
    return False


def _field(file: str, name: str) -> str:
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "?")


def _docker(*arguments: str) -> list[str]:
    with suppress(OSError, subprocess.CalledProcessError):
        return said("docker", *arguments).splitlines()
    return []


def _on_engine(pid: int, *command: str) -> Iterator[str]:
    """Give the first word of each row, where the second or kit's label tells of the process."""
    for row in _docker(*command):
        identity, name, *owner = row.split(" ")
        if (
            name == f"bench{pid}"
            or name.startswith((f"bench{pid}-", f"bench{pid}_"))
            or owner[2:3] == [str(pid)]
        ):
            yield identity


def _marked(mark: str) -> Iterator[int]:
    for name in os.listdir("/proc"):  # noqa: PTH208  # it is read once a run, and is long
        with suppress(OSError):
            if name.isdigit() and mark.encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                yield int(name)


def _listed(folder: Path) -> Sequence[str]:
    with suppress(FileNotFoundError):
        return [path.name for path in folder.iterdir()]
    return ()


def _quietly(*command: str) -> None:
    subprocess.run(command, capture_output=True, check=False)

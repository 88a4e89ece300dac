"""Cgroups that count a program as one: its memory as a sum, its processes with their threads (cgroups(7)); of the
processors it then has one share, however many processes or sessions it makes.

Where memory and processes have hierarchies of their own (version 1), a program gets a group in each; in the one
hierarchy of version 2 it is the group that the freezer uses, too. Making one takes the right to write there: root
has it, an ordinary user where a part of the tree was handed over ("delegated").
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.backends.payload import CPU_SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.exercise.plan import Limits

OWN_PROCESSES = 4  # in the group beside the program's: strace, bubblewrap and its first process
OWN_MEMORY_BYTES = 1 << 25  # of these


@dataclass(frozen=True, slots=True)
class Kind:
    """A controller's files. `limit` is the exercise's name for what it limits, "" where it only shares."""

    controller: str
    limit: str
    settings: tuple[tuple[str, str], ...]  # (file, its text), `{}` is the number
    met: tuple[str, str] = ("", "")  # (file, key) of the count
    peak: str = ""


_MEMORY_1 = Kind(
    "memory",
    "memory_bytes",
    (("memory.limit_in_bytes", "{}"), ("memory.memsw.limit_in_bytes", "{}")),
    ("memory.oom_control", "oom_kill"),
    "memory.max_usage_in_bytes",
)
_MEMORY_2 = Kind(
    "memory",
    "memory_bytes",
    (("memory.max", "{}"), ("memory.swap.max", "0")),
    ("memory.events", "oom_kill"),
    "memory.peak",
)
_PIDS = Kind("pids", "processes", (("pids.max", "{}"),), ("pids.events", "max"), "pids.peak")
_CPU_1 = Kind("cpu", "", (("cpu.shares", str(CPU_SHARES)),))
_CPU_2 = Kind("cpu", "", (("cpu.weight", str(CPU_SHARES * 100 // 1024)),))  # 100 is what others have
KINDS = {1: (_MEMORY_1, _PIDS, _CPU_1), 2: (_MEMORY_2, _PIDS, _CPU_2)}
PROMISED = frozenset({"memory", "pids"})  # one of these alone is no promise


@dataclass(frozen=True, slots=True)
class Mounted:
    """A mount of a hierarchy: where, what of it is seen there (mountinfo's root), version, controllers."""

    point: str
    root: str
    version: int
    options: frozenset[str]


def mounted(mountinfo: str) -> list[Mounted]:
    """Read /proc/self/mountinfo (proc(5))."""
    found = []
    for line in mountinfo.splitlines():
        about, _, kind = line.partition(" - ")
        fields, words = about.split(), kind.split()
        if words and words[0] in ("cgroup", "cgroup2"):
            version = 2 if words[0] == "cgroup2" else 1
            found.append(Mounted(fields[4], fields[3], version, frozenset(words[-1].split(","))))
    return found


def own_groups(mountinfo: str, membership: str) -> Iterator[tuple[Mounted, Path]]:
    """Give each hierarchy's mount with the folder of our own group in it; /proc/self/cgroup says which it is."""
    ours: dict[str, str] = {}
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        ours |= dict.fromkeys(controllers.split(","), path)  # "" is the hierarchy of version 2
    for mount in mounted(mountinfo):
        named = [""] if mount.version == 2 else [name for name in ours if name and name in mount.options]
        if named and named[0] in ours:
            path = ours[named[0]]
            inside = path.removeprefix(mount.root) if mount.root != "/" else path
            yield mount, Path(mount.point + "/" + inside.strip("/"))


def freezer_home() -> Path | None:
    """Give the folder in the hierarchy of version 2 below which a run's groups are made; None: there is none."""
    groups = own_groups(_text("mountinfo"), _text("cgroup"))
    return next((_handing_down(mount, own) for mount, own in groups if mount.version == 2), None)


def homes() -> dict[str, tuple[Path, Kind]]:
    """Give for each controller where groups can be made that it limits; empty where one of PROMISED has no such place."""
    found: dict[str, tuple[Path, Kind]] = {}
    for mount, own in own_groups(_text("mountinfo"), _text("cgroup")):
        folder = own if mount.version == 1 else _handing_down(mount, own)
        handed = mount.options if mount.version == 1 else _handed_down(folder)
        for kind in KINDS[mount.version]:
            if kind.controller in handed and os.access(folder / "cgroup.procs", os.W_OK):
                found.setdefault(kind.controller, (folder, kind))
    return found if found.keys() >= PROMISED else {}


def run_folders() -> set[Path]:
    """Give all folders in which runs make groups."""
    frozen = freezer_home()
    return {folder for folder, _ in homes().values()} | ({frozen} if frozen is not None else set())


def _handing_down(mount: Mounted, own: Path) -> Path:
    """Give the first of our own group and the hierarchy's top that hands down what is promised, else our own."""
    return next((folder for folder in (own, Path(mount.point)) if _handed_down(folder) >= PROMISED), own)


def _handed_down(folder: Path) -> frozenset[str]:
    with suppress(OSError):
        return frozenset((folder / "cgroup.subtree_control").read_text().split())
    return frozenset()


def _text(name: str) -> str:
    return Path("/proc/self", name).read_text(encoding="utf-8", errors="replace")


class Groups:
    """The groups of one run's programs, in every hierarchy; `close` removes them when the processes are dead."""

    def __init__(self, run: str) -> None:
        """Make the run's own group in each hierarchy. Where that cannot be done, programs get none."""
        self._parents: list[tuple[Path, Kind]] = []
        for home, kind in homes().values():
            folder = home / run
            with suppress(OSError):
                folder.mkdir(exist_ok=True)
                if kind in KINDS[2] and (folder / "cgroup.subtree_control").exists():
                    (folder / "cgroup.subtree_control").write_text(f"+{kind.controller}")
                self._parents.append((folder, kind))

    def add(self, program: int, limits: Limits) -> dict[str, Any]:
        """Make a program's group, named by its runner's pid; give what the runner has to know of it."""
        most = {
            "memory_bytes": limits.memory_bytes + OWN_MEMORY_BYTES,
            "processes": limits.processes + OWN_PROCESSES,
        }
        told: dict[str, Any] = {"cgroups": [], "met": [], "peak": []}
        for parent, kind in self._parents:
            folder = parent / str(program)
            folder.mkdir(exist_ok=True)
            for name, text in kind.settings:
                with suppress(FileNotFoundError):  # a kernel that does not count swap has none of it to limit
                    (folder / name).write_text(text.format(most.get(kind.limit)))
            procs = str(folder / "cgroup.procs")
            told["cgroups"] += [procs] if procs not in told["cgroups"] else []
            if kind.limit:
                told["met"].append([kind.limit, str(folder / kind.met[0]), kind.met[1]])
                told["peak"].append([kind.limit, str(folder / kind.peak), ""])
        return told

    def close(self) -> None:
        for folder in dict.fromkeys(parent for parent, _ in self._parents):
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a run's group and those in it; none may hold a living process. One that is gone is no error."""
    with suppress(FileNotFoundError):
        for below in [path for path in folder.iterdir() if path.is_dir()]:
            below.rmdir()
        folder.rmdir()

"""Whose is it? Everything a kit makes on this machine carries its token; what a dead kit's token is on goes.

Normally a dead kit leaves one temporary folder and perhaps an empty cgroup: its processes read the end of
their streams and end, and the namespaces with them.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kit.backends import _netns_cgroups, _netns_processes

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "wirekit-"
VARIABLE = "WIREKIT_OWNER"  # in the environment of every helper
_TOKEN = re.compile(r"(\d+)-(\d+)-(\d+)-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Owner:
    """A kit, named for good: pids repeat, and mean another process in another pid namespace or after a boot."""

    pid: int
    start_ticks: int
    pid_namespace: int
    boot: str

    def __str__(self) -> str:
        """Give the token."""
        return f"{self.pid}-{self.start_ticks}-{self.pid_namespace}-{self.boot}"


def this_kit() -> Owner:
    own = _netns_processes.parse_stat(Path("/proc/self/stat").read_bytes())
    namespace = Path("/proc/self/ns/pid").stat().st_ino
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    return Owner(os.getpid(), own.start_ticks, namespace, boot)


def owner_in(text: str) -> Owner | None:
    """Find a token in a name or an environment."""
    found = _TOKEN.search(text)
    return Owner(int(found[1]), int(found[2]), int(found[3]), found[4]) if found else None


def is_dead(owner: Owner, judge: Owner) -> bool:
    """Tell whether this kit certainly is gone. Of one in another pid namespace we cannot tell, so it lives."""
    if owner.boot != judge.boot:
        return True
    if owner.pid_namespace != judge.pid_namespace:
        return False
    there = _netns_processes.stat_of(owner.pid)
    return there is None or there.state in "ZX" or there.start_ticks != owner.start_ticks


def make_folder() -> Path:
    """Make a run's private folder. Others may pass through it, not list it: a program's files are its own user's."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{this_kit()}-"))
    folder.chmod(0o711)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder in which a program could do as it liked, with permissions too."""
    for parent, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder)


def remove_dead() -> list[str]:
    """Remove what dead kits of this user left; name each thing."""
    judge = this_kit()
    return [*_kill_processes(judge), *_remove_cgroups(judge), *_remove_folders(judge)]


def remove_found() -> list[str]:
    """Do the same where a dead kit's folder is there, which is made first and removed last: one look, not hundreds."""
    return remove_dead() if _dead_folders(this_kit()) else []


def _of_dead(text: str, judge: Owner) -> bool:
    owner = owner_in(text)
    return owner is not None and is_dead(owner, judge)


def _kill_processes(judge: Owner) -> list[str]:
    marked = [pid for pid in _netns_processes.table() if _is_dead_kits(pid, judge)]
    trees = [*_netns_processes.descendants(marked, _netns_processes.table()), *marked]
    _netns_processes.kill(trees)
    return [f"process {pid}" for pid in dict.fromkeys(trees)]


def _is_dead_kits(pid: int, judge: Owner) -> bool:
    with suppress(OSError):  # gone, or another user's
        for line in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            name, _, token = line.decode(errors="replace").partition("=")
            if name == VARIABLE:
                return _of_dead(token, judge)
    return False


def _remove_cgroups(judge: Owner) -> list[str]:
    made = [path for home in sorted(_netns_cgroups.run_folders()) for path in home.glob(f"{PREFIX}*")]
    dead = [path for path in made if path.is_dir() and _of_dead(path.name, judge)]
    return [f"cgroup {path}" for path in dead if _removed(_netns_cgroups.remove, path)]


def _remove_folders(judge: Owner) -> list[str]:
    return [f"folder {path}" for path in _dead_folders(judge) if _removed(remove_folder, path)]


def _dead_folders(judge: Owner) -> list[Path]:
    found = Path(tempfile.gettempdir()).glob(f"{PREFIX}*")
    return [path for path in found if _of_dead(path.name, judge) and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    """Leave alone what another user put under such a name into the folder that is everybody's, and links."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()


def _removed(remove: Callable[[Path], None], path: Path) -> bool:
    """Whether it was us who removed it: its kit may just have done so, or another that cleans up.

    Where two remove one thing at once, each finds parts of it gone: as long as there is a rest, go on.
    """
    while path.exists():
        with suppress(FileNotFoundError):
            remove(path)
            return True
    return False

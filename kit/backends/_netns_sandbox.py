"""The sandbox of a program, and how to enter and leave namespaces, as argument lists. Pure.

A program gets a read-only root of its own: the machine's /usr, a /etc of five files of ours, nothing else of the
machine. It may write to /work, /tmp and /dev/shm, which are file systems of their own with a size. It has its own process, IPC, UTS and cgroup namespaces, no capability
and no way to gain one; of the host it shares the network stack alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kit.backends.payload import FILTER, limit_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.exercise.plan import Limits

# Above every uid that systems hand out (systemd.io/UIDS-GIDS), below 2^31; a pid has at most 22 bits.
FIRST_UID = 0x6B400000
MAX_PID = 1 << 22

NSSWITCH = "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n"

DEPTH = 2  # below what is started: bubblewrap, its first process in the sandbox, the program

# What of the machine's /etc a program may need: the linker's cache, names of ports and protocols; `awk`, `nc`.
# The files are copied: bwrap reads the whole table of mounts again for each that it binds, and strace sees it do so.
ETC_OF_MACHINE = ("ld.so.cache", "localtime", "protocols", "services")
ALTERNATIVES = "alternatives"  # a folder of links, bound where the machine has it


@dataclass(frozen=True, slots=True)
class Rights:
    """The words that differ between root and an ordinary user."""

    new_user: tuple[str, ...]  # of unshare
    join_user: tuple[str, ...]  # of nsenter
    sandbox_user: tuple[str, ...]  # of bwrap
    changes_uid: bool  # the program is another user of the machine, not only of its sandbox


ROOT = Rights(
    new_user=(),
    join_user=(),
    # bwrap run by root makes no user namespace; these three let setpriv change the user and empty the bounding set
    sandbox_user=(
        "--cap-drop",
        "ALL",
        "--cap-add",
        "CAP_SETUID",
        "--cap-add",
        "CAP_SETGID",
        "--cap-add",
        "CAP_SETPCAP",
    ),
    changes_uid=True,
)

USER = Rights(
    new_user=("--user", "--map-root-user"),
    # setgroups(2) is denied in a namespace whose gid map an ordinary user wrote: keep what is mapped already
    join_user=("--user", "--preserve-credentials"),
    # nested: as nobody's root, the program has no capability over the namespace that owns the network
    sandbox_user=("--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
    changes_uid=False,
)


@dataclass(frozen=True, slots=True)
class Tools:
    """Absolute paths: a program's PATH must not choose them, and strace sees one execve each."""

    bwrap: str
    setpriv: str
    prlimit: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What of this machine's root a program sees. `links` are the top folders that point into /usr."""

    folders: tuple[str, ...]  # bound read-only at their own path
    links: tuple[tuple[str, str], ...]  # (name below /, target)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The words before a program's command, and how many successful execve(2) they make before its own."""

    words: tuple[str, ...]
    execs: int


def hub(rights: Rights, tool: tuple[str, ...]) -> tuple[str, ...]:
    return ("unshare", *rights.new_user, "--net", "--", *tool)


def in_user_of(rights: Rights, hub_pid: int, command: Iterable[str]) -> tuple[str, ...]:
    """Run the command where it may make and enter the network namespaces of this lab."""
    enter = ("nsenter", "--target", str(hub_pid), *rights.join_user, "--") if rights.join_user else ()
    return (*enter, *command)


def uid_of(rights: Rights, runner_pid: int) -> int:
    """Give the program's uid: as root one that no other process of the machine has, so that limits count it alone."""
    return FIRST_UID + runner_pid if rights.changes_uid else 1000


# The files of /etc that are ours and the same for every program: name -> text
ETC_OF_ALL = {
    "nsswitch.conf": NSSWITCH,
    "host.conf": "multi on\n",  # all addresses of a name, as Debian has it (host.conf(5))
    "resolv.conf": "",
}


def etc_files(uid: int, hosts_file: str) -> dict[str, str]:
    """Give the files of /etc that are ours and a program's own: name -> text."""
    return {
        "passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\nstudent:x:{uid}:{uid}:student:/work:/bin/sh\n",
        "group": f"root:x:0:\nstudent:x:{uid}:\n",
        "hosts": hosts_file,
    }


def root(machine: Machine) -> list[str]:
    """Give bwrap's words for what of the machine's root is seen, and an empty /etc."""
    # bwrap would make the folders above what it binds readable to their maker alone
    above = [str(parent) for folder in machine.folders for parent in [*PurePosixPath(folder).parents][-2::-1]]
    words = []
    for folder in dict.fromkeys([*above, "/etc"]):
        words += ["--perms", "0755", "--dir", folder]
    for folder in machine.folders:
        words += ["--ro-bind", folder, folder]
    for name, target in machine.links:
        words += ["--symlink", target, f"/{name}"]
    return words


def wrapper(
    rights: Rights,
    tools: Tools,
    machine: Machine,
    *,
    host: str,
    uid: int,
    folders: Mapping[str, str],
    etc: str,
    limits: Limits,
    filtered: bool,
) -> Wrapper:
    """Give the sandbox of one program. `folders` maps what it may write to folders of ours, `etc` is the folder
    that it sees as /etc; `filtered`: the runner puts a descriptor for FILTER.
    """
    words = [
        tools.bwrap,
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"),
        *("--hostname", host, "--die-with-parent", "--new-session"),
        *rights.sandbox_user,
    ]
    words += root(machine)
    words += ["--ro-bind", etc, "/etc", "--ro-bind-try", f"/etc/{ALTERNATIVES}", f"/etc/{ALTERNATIVES}"]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for path, source in folders.items():
        words += ["--bind", source, path]
    for path in ("/dev", "/"):  # an ordinary user's program is the owner of both
        words += ["--remount-ro", path]
    words += ["--seccomp", FILTER] if filtered else []
    words += ["--chdir", "/work", "--"]
    changed = [_change_user(tools, uid)] if rights.changes_uid else []
    # its uid (as root) or its user namespace counts only its own processes
    steps = [words, *changed, limit_words(tools.prlimit, limits, nproc=limits.processes)]
    return Wrapper(tuple(word for step in steps for word in step), execs=len(steps))


def _change_user(tools: Tools, uid: int) -> list[str]:
    ids = ["--reuid", str(uid), "--regid", str(uid), "--clear-groups"]
    return [tools.setpriv, *ids, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"]

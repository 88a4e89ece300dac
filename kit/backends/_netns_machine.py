"""What this machine offers the backend: tools, rights, the Python that programs get. Reads only, but for `probe`."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kit.backends import _netns_cgroups, _netns_filter
from kit.backends._netns_sandbox import FIRST_UID, MAX_PID, ROOT, USER, Machine, Rights, Tools, hub, root
from kit.backends.base import AS_A_WHOLE, TRY_NETEM, Promise, Requirement, netem
from kit.backends.payload import ENVIRONMENT
from kit.errors import BackendError
from kit.exercise.languages import ALL, FURTHER, PYTHON, Language

if TYPE_CHECKING:
    from collections.abc import Iterable

# Helpers and look-ups use the system's own folders, wherever kit was called from
PATH = ENVIRONMENT["PATH"]
_TOP_FOLDERS = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
_OLDEST_PYTHON = (3, 11)

# command -> (Debian package, what it is for); a run works without the second table's, with less evidence
NEEDED = {
    "unshare": ("util-linux", "makes the namespaces"),
    "nsenter": ("util-linux", "enters the namespaces"),
    "setpriv": ("util-linux", "gives a program its own user"),
    "prlimit": ("util-linux", "gives a program its limits"),
    "ip": ("iproute2", "makes the links"),
    "bwrap": ("bubblewrap", "makes the sandbox of a program"),
}
USEFUL = {
    "tcpdump": ("tcpdump", "captures packets; without it a socket of ours does"),
    "strace": ("strace", "sees system calls; without it, checks that need them are inconclusive"),
}

_CAP_NET_ADMIN, _CAP_SYS_ADMIN = 1 << 12, 1 << 21  # linux/capability.h

TRY_RATE = (
    "tc",
    "qdisc",
    "add",
    "dev",
    "lo",
    "root",
    "tbf",
    "rate",
    "1mbit",
    "burst",
    "2000",
    "limit",
    "2000",
)

_MAY_FORBID = (  # (a setting that can forbid unprivileged user namespaces, the value that does)
    ("kernel.unprivileged_userns_clone", "0"),
    ("user.max_user_namespaces", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1"),
)


def which(name: str) -> str | None:
    return shutil.which(name, path=PATH)


def tools() -> Tools:
    """Give the sandbox's tools. Raises BackendError for the first missing one, with the command that brings it."""
    for name, (package, purpose) in NEEDED.items():
        if which(name) is None:
            raise BackendError(f"netns: no `{name}` on this machine; it {purpose}", remedy=_install(package))
    paths = {name: which(name) or name for name in ("bwrap", "setpriv", "prlimit")}
    return Tools(**paths)


def hold_to_languages(languages: Iterable[str]) -> None:
    """Raise BackendError for a tool that a language needs and this machine lacks, with the command that brings it."""
    for name in sorted(languages):
        language = ALL[name]
        for tool, _ in language.tools if language is not PYTHON else ():
            if which(tool) is None:
                raise BackendError(
                    f"netns: no `{tool}` on this machine; {name} needs it",
                    remedy=_install(*language.all_packages),
                )


def rights() -> Rights:
    """Give root's way where we truly are root, else a user's: a container's root may be neither."""
    status = Path("/proc/self/status").read_text()
    capabilities = int(re.findall(r"CapEff:\s*([0-9a-f]+)", status)[0], 16)
    may = capabilities & _CAP_NET_ADMIN and capabilities & _CAP_SYS_ADMIN
    mapped = maps_uids(Path("/proc/self/uid_map").read_text(), FIRST_UID, FIRST_UID + MAX_PID)
    return ROOT if may and mapped else USER


def maps_uids(uid_map: str, first: int, last: int) -> bool:
    """Tell whether one line of /proc/PID/uid_map (user_namespaces(7)) covers the range."""
    rows = (tuple(map(int, line.split())) for line in uid_map.splitlines())
    return any(inside <= first and last < inside + count for inside, _, count in rows)


def machine() -> Machine:
    """Give what of this machine's root a program sees. Also the folder of kit's Python, where /usr has none."""
    top = [Path("/", name) for name in _TOP_FOLDERS]
    links = tuple((path.name, str(path.readlink())) for path in top if path.is_symlink())
    folders = [str(path) for path in top if path.is_dir() and not path.is_symlink()]
    return Machine(("/usr", *folders, *([sys.base_prefix] if needs_own_python() else [])), links)


@cache
def call_filter() -> bytes | None:
    """Give the filter of system calls for this machine; None: kit has no table of its calls."""
    return _netns_filter.call_filter(platform.machine())


def environment() -> dict[str, str]:
    """Give a program's environment: its `python3` is the machine's, or kit's own where that is too old or missing."""
    own = f"{sys.base_prefix}/bin:" if needs_own_python() else ""
    return {**ENVIRONMENT, "PATH": own + PATH}


def needs_own_python() -> bool:
    found = which("python3")
    path = os.path.realpath(found) if found else ""
    version = re.search(r"/usr/.*python3\.(\d+)$", path)
    return version is None or (3, int(version[1])) < _OLDEST_PYTHON


def helper_python() -> str:
    """Give the interpreter for kit's helpers: the one that runs kit, without its virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def requirements() -> list[Requirement]:
    rows = [_tool(name, *about, needed=True) for name, about in NEEDED.items()]
    rows += [_tool(name, *about, needed=False) for name, about in USEFUL.items()]
    if all(row.present for row in rows if row.needed):
        rows.append(_namespaces())
    return rows + [_language(ALL[name]) for name in FURTHER]


def _language(language: Language) -> Requirement:
    """Tell whether a language is here; what is written in one that is not cannot run."""
    paths = {tool: which(tool) for tool, _ in language.tools}
    missing = [tool for tool, path in paths.items() if path is None]
    detail = ", ".join(path for path in paths.values() if path is not None)
    return Requirement(
        language.name,
        present=not missing,
        detail=f"no {', '.join(missing)}" if missing else detail,
        remedy=_install(*language.all_packages),
        needed=False,
    )


def promises() -> list[Promise]:
    """Tell what this machine lets us keep a program from. Raises nothing: what cannot be tried is not kept."""
    table = "" if call_filter() else f"kit has no table of system calls for {platform.machine()}"
    groups = (
        ""
        if _netns_cgroups.homes()
        else "no cgroup that limits memory and processes may be made by this user"
    )
    return [
        Promise("filtered system calls", table, "use --backend docker"),
        Promise(AS_A_WHOLE, groups, "run kit as root, or use --backend docker"),
        Promise(
            "rate of what a host sends",
            _why_no_rate(),
            "load the kernel's module sch_tbf: sudo modprobe sch_tbf",
        ),
    ]


def options() -> list[Requirement]:
    return [netem(_why_not(TRY_NETEM))]


def _why_no_rate() -> str:
    return _why_not(TRY_RATE)


def _why_not(shape: tuple[str, ...]) -> str:
    """Try a command of `tc` in a network namespace of its own; give what it says against it, "" for nothing."""
    try:
        tried = subprocess.run(
            hub(rights(), shape),
            env={"PATH": PATH},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return tried.stderr.decode(errors="replace").strip() or "tc refused it" if tried.returncode else ""


def _tool(name: str, package: str, purpose: str, *, needed: bool) -> Requirement:
    path = which(name)
    return Requirement(name, path is not None, path or f"missing; it {purpose}", _install(package), needed)


def _install(*packages: str) -> str:
    return f"sudo apt-get install {' '.join(packages)}"


def _namespaces() -> Requirement:
    """Really try: settings, security modules and containers forbid namespaces in ways that no file tells."""
    chosen, found = rights(), tools()
    sandbox = [
        found.bwrap,
        "--unshare-pid",
        *chosen.sandbox_user,
        # never the machine's whole root: an engine's mounts below it come and go, and bwrap fails on one that went
        *root(machine()),
        "--proc",
        "/proc",
        "true",
    ]
    try:
        tried = subprocess.run(
            hub(chosen, tuple(sandbox)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Requirement("namespaces", present=False, detail=str(error), remedy=namespaces_remedy())
    words = tried.stderr.decode(errors="replace").strip()
    way = "as root" if chosen is ROOT else "as an ordinary user, in a user namespace"
    return Requirement("namespaces", tried.returncode == 0, words or way, namespaces_remedy())


def namespaces_remedy() -> str:
    """Give the command that allows namespaces here, as far as a setting forbids them."""
    for setting, forbids in _MAY_FORBID:
        path = Path("/proc/sys", *setting.split("."))
        if path.exists() and path.read_text().strip() == forbids:
            allows = {"0": "1", "1": "0"}[forbids] if setting != "user.max_user_namespaces" else "10000"
            return f"sudo sysctl -w {setting}={allows}"
    return "run kit as root, or in a container that is given `--privileged`, or use `--backend docker`"


@cache
def versions() -> dict[str, str]:
    """Give the versions that shape evidence. Asked at once of all tools, and once a process."""
    commands = {
        "python": (f"{sys.base_prefix}/bin/python3" if needs_own_python() else which("python3"), "--version"),
        "strace": (which("strace"), "--version"),
        "tcpdump": (which("tcpdump"), "--version"),
        "bubblewrap": (which("bwrap"), "--version"),
    }
    running = {
        name: subprocess.Popen([path, option], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, (path, option) in commands.items()
        if path is not None
    }
    said = {name: process.communicate()[0] for name, process in running.items()}
    found = {name: re.search(r"\d+(\.\d+)+", text) for name, text in said.items()}
    return {"kernel": platform.release()} | {name: match[0] for name, match in found.items() if match}

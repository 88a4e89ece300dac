"""What every backend tells its helpers, and how kit's code for them gets to where they run."""

from __future__ import annotations

import importlib.util
import io
import marshal
import struct
import zipfile
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.exercise.plan import SUBNET6

if TYPE_CHECKING:
    from kit.exercise.plan import Limits, Plan

_UNCHECKED_HASH = struct.Struct("<4sI8s")  # magic number, flags, hash of the source
_TAP_FOLDER = Path(__file__).resolve().parent.parent / "tap"

# argv: entry. Reads "LENGTH\n" and that many bytes of zip from the stream, before the first message.
BOOT_FROM_STREAM = """\
import sys, os
line = b""
while not line.endswith(b"\\n"): line += os.read(0, 1)
left, path = int(line), "/run/kit/tap.zip"
with open(path, "wb") as file:
    while left:
        data = os.read(0, left); file.write(data); left -= len(data)
sys.path.insert(0, path)
__import__("kit.tap." + sys.argv[1], fromlist=["main"]).main()
"""

# argv: folder that has the package kit, entry
BOOT_FROM_FOLDER = """\
import sys
sys.path.insert(0, sys.argv[1])
__import__("kit.tap." + sys.argv[2], fromlist=["main"]).main()
"""

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/work",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",  # a line of output belongs to its moment
    "PYTHONDONTWRITEBYTECODE": "1",
}


# A third of what others get who want the processors at the same time, so that floods make no honest run late; not
# less, so that a busy machine makes no program miss its gates. Of 1024; as nice(2) where there is no cgroup for it.
CPU_SHARES = 335
NICE = 5

FILTER = "{filter}"  # in a wrapper's words: the descriptor of the file that the configuration calls `filter`

# glibc gives each thread a stack of RLIMIT_STACK, and RLIMIT_DATA counts it: 64 threads shall fit
STACK_BYTES = 1 << 21

# What a program may write: a file system in memory each, sized by the plan. path -> mode
FOLDERS = {"/work": "0755", "/tmp": "1777", "/dev/shm": "1777"}  # noqa: S108  # the sandbox's own


def folder_options(limits: Limits, path: str) -> str:
    """Give the options of the tmpfs (tmpfs(5)) at one of FOLDERS."""
    return f"size={limits.disk_bytes},nr_inodes={limits.disk_files},mode={FOLDERS[path]}"


def limit_words(prlimit: str, limits: Limits, **further: int) -> list[str]:
    """Give the words that limit each process of a command (prlimit(1), setrlimit(2)); `further` are the backend's own."""
    most = {
        "data": limits.memory_bytes,  # not RLIMIT_AS: reserved address space (arenas, libraries) costs nothing
        "stack": STACK_BYTES,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
        "core": 0,
        **further,
    }
    # SIGXCPU tells the program and the trace; who ignores it is killed a second later
    cpu = f"--cpu={limits.cpu_s}:{limits.cpu_s + 1}"
    return [prlimit, cpu, *(f"--{name}={count}:{count}" for name, count in most.items()), "--"]


@cache
def archive() -> bytes:
    """Give the package kit.tap as a zip.

    Beside each source is what this Python made of it: an interpreter of the same version need not compile it, which is
    a quarter of a helper's start; another takes the source (PEP 552, unchecked).
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(zipfile.ZipInfo("kit/__init__.py"), "")
        for path in sorted(_TAP_FOLDER.glob("*.py")):
            source = path.read_bytes()
            packed.writestr(zipfile.ZipInfo(f"kit/tap/{path.name}"), source, zipfile.ZIP_DEFLATED)
            packed.writestr(
                zipfile.ZipInfo(f"kit/tap/{path.name}c"), _compiled(path, source), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def _compiled(path: Path, source: bytes) -> bytes:
    """Give what a .pyc file of the source has, from __pycache__ where it is there."""
    name = f"kit.tap.{path.stem}"
    code = SourceFileLoader(name, str(path)).get_code(name)
    head = _UNCHECKED_HASH.pack(importlib.util.MAGIC_NUMBER, 1, importlib.util.source_hash(source))
    return head + marshal.dumps(code)


def boot_bytes() -> bytes:
    """Give what BOOT_FROM_STREAM reads first."""
    return b"%d\n" % len(archive()) + archive()


def source_folder() -> Path:
    """Give the folder that BOOT_FROM_FOLDER wants."""
    return _TAP_FOLDER.parent.parent


def host_configuration(plan: Plan, host: str, **own: Any) -> dict[str, Any]:
    """Give the tap's configuration; `own` says `address`, `hosts_file` and `relay` where the backend must."""
    return {
        "do": "configure",
        "interface": "eth0",
        "address": None,
        "hosts_file": None,
        "address6": f"{plan.address6_of(host)}/{SUBNET6.prefixlen}" if plan.ipv6 else None,
        "relay": False,
        "loopback": plan.hosts[host].capture_loopback,
        "sysctl": dict(plan.sysctl.get(host, {})),
        "capture_bytes": plan.limits.capture_bytes,
        "link_bytes_per_s": plan.limits.link_bytes_per_s,
        "link_packets_per_s": plan.limits.link_packets_per_s,
        **own,
    }


def program_configuration(plan: Plan, program: str, **own: Any) -> tuple[dict[str, Any], bytes]:
    """Give the runner's configuration and its body, the files. `own` says `directory` and the sandbox."""
    chosen = plan.programs[program]
    uses_stdin = any(step.action == "stdin" and step.arguments["program"] == program for step in plan.steps)
    head = {
        "do": "configure",
        "command": list(chosen.command),
        "files": [[name, len(content)] for name, content in chosen.files.items()],
        "executables": list(chosen.executables),
        "script": chosen.script,
        "cells": chosen.cells,
        "stdin": uses_stdin,
        "output_bytes": plan.limits.output_bytes,
        "output_bytes_per_s": plan.limits.output_bytes_per_s,
        "trace_bytes": plan.limits.trace_bytes,
        "trace_bytes_per_s": plan.limits.trace_bytes_per_s,
        "environment": ENVIRONMENT,
        "wrapper": [],
        "filter": None,
        "filter_word": FILTER,
        "nice": NICE,
        "cgroups": [],
        "met": [],
        "peak": [],
        "folders": [],
        "wrapper_execs": 0,
        "wrapper_depth": 0,
        "user": None,
        "user_name": None,
        "trace": chosen.traced,
        **own,
    }
    return head, b"".join(chosen.files.values())

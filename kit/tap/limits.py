"""Which of its limits a program has met, and how much of them it used: what its calls were refused, what the
kernel has counted, what is full. Names are those of the exercise's `limits`.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from kit.tap import files

# A result stands at the end of strace's line, where no text of the program's can be
_REFUSED = re.compile(rb"= -1 (E\w+) \([^()\"]*\)(?: <[\d.]+>)?$")
_BY_ERROR = {b"EMFILE": "open_files", b"EFBIG": "file_bytes", b"ENOSPC": "disk_bytes"}
_BIRTH = re.compile(rb"\d+ +[\d.]+ (?:<\.\.\. )?(?:clone3?|v?fork)[( ]")
_SIGNALLED = re.compile(rb"\d+ +[\d.]+ --- (SIG\w+) ")
_BY_SIGNAL = {b"SIGXCPU": "cpu_s", b"SIGXFSZ": "file_bytes"}


def met_in(line: bytes) -> str | None:
    """Give the limit that a line of the trace tells of."""
    if refused := _REFUSED.search(line):
        if refused[1] == b"EAGAIN" and _BIRTH.match(line):
            return "processes"
        return _BY_ERROR.get(refused[1])
    if signalled := _SIGNALLED.match(line):
        return _BY_SIGNAL.get(signalled[1])
    return None


def is_birth(line: bytes | bytearray) -> bool:
    """Whether the line tells of a new process or thread, which is no call on a socket."""
    return _BIRTH.match(line) is not None


class Counters:
    """What the kernel counts of a program as a whole (cgroups(7)). `met` and `peak`: [limit, path, key] each, the
    key "" where the file is one number; a path that is not there counts nothing.
    """

    def __init__(self, met: list[list[str]], peak: list[list[str]], folders: list[str]) -> None:
        self._met = met
        self._peak = peak
        self._folders = folders
        self._before = self._counts()

    def met(self) -> list[str]:
        """Give the limits that were met since this began, and those of folders that are full now."""
        now = self._counts()
        found = [limit for limit, count in now.items() if count > self._before.get(limit, 0)]
        for folder in self._folders:
            with suppress(OSError):
                about = os.statvfs(folder)
                found += ["disk_bytes"] if about.f_bavail == 0 else []
                found += ["disk_files"] if about.f_favail == 0 else []
        return list(dict.fromkeys(found))

    def peaks(self) -> dict[str, int]:
        found = ((limit, _number(path, key)) for limit, path, key in self._peak)
        return {limit: number for limit, number in found if number is not None}

    def _counts(self) -> dict[str, int]:
        found = ((limit, _number(path, key)) for limit, path, key in self._met)
        return {limit: number for limit, number in found if number is not None}


def _number(path: str, key: str) -> int | None:
    with suppress(OSError, ValueError):
        words = files.read(path).split()
        return int(words[words.index(key) + 1] if key else words[0])
    return None


def join(cgroups: list[str], nice: int) -> None:
    """Enter cgroups, be nice, and be the first to be killed where memory ends: in the child, before it executes anything.

    The kernel takes the largest process, and a program of many small ones could have its runner killed instead.
    """
    os.nice(nice)
    for procs in cgroups:
        files.write(procs, "0")
    with suppress(OSError):
        files.write("/proc/self/oom_score_adj", "1000")

"""What the runner itself must know of strace's output: who the program is, and how it ended.

The lines go to kit as they are, but for file input at a program's start (an interpreter reads a hundred
files), which nobody asks for. Parsing them into calls is `kit.evidence.strace`'s business.
"""

from __future__ import annotations

import re
from typing import Any

from kit.tap import limits

CALLS = (
    "%network,execve,clone,clone3,fork,vfork,read,write,readv,writev,close,shutdown,sendfile,"
    "restart_syscall,poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_ctl"
)
STRACE = [
    "strace",
    "-f",
    "-yy",
    "--seccomp-bpf",
    "--absolute-timestamps=format:unix,precision:ns",
    "--syscall-times=ns",
    "-s",
    "1024",
    "-e",
    f"trace={CALLS}",
]

# strace shows as much of a call's buffers as the program gives it: a sendmmsg of 1024 times 1024 makes a line of 4 GB
LONGEST_LINE_BYTES = 1 << 18
_CUT = b" <unfinished ...>"  # strace's word for a call of which no more is known

_HEAD = re.compile(rb"(\d+) +[\d.]+ (?:\w+\(|<\.\.\. \w+ |\+|-)")
_FILE_INPUT = re.compile(rb"\d+ +[\d.]+ (?:read|close|readv)\(\d+(?:</|\))")
_EXECUTED = re.compile(rb"(\d{1,10}) +\S+ (?:execve\(|<\.\.\. execve resumed>).* = 0(?: |$)")
_ENDED = re.compile(rb"(\d{1,10}) +\S+ \+\+\+ (?:exited with (\d{1,3})|killed by (\w+))")


class TraceWatch:
    """`pid` is the program's once it runs (as strace numbers it); `fate` how its first process ended."""

    def __init__(self, wrapper_execs: int) -> None:
        """Take how many programs are executed before the program itself (sandbox, change of user)."""
        self._execs_left = wrapper_execs + 1
        self._strangers: set[bytes] = set()  # processes of the wrapper
        self._line = bytearray()  # that has no end yet, as far as it is kept
        self._told = 0  # how much of it has been given away
        self._is_cut = False
        self.pid: int | None = None
        self.fate: dict[str, Any] | None = None
        self.limits_met: dict[str, None] = {}  # in the order in which they were

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the trace and give what is worth sending, also of a line that has no end yet:
        a line that has only begun *is* the news that the program sits in that call.

        A line is cut at LONGEST_LINE_BYTES, its call one that has not returned; that is the limit `trace_bytes`, met.
        """
        *ends, begun = data.split(b"\n")
        news = bytearray()
        for end in ends:
            self._go_on(end)
            self._notice(bytes(self._line))
            if self._told or self._worth(self._line):
                news += self._line[self._told :] + (_CUT if self._is_cut else b"") + b"\n"
            self._is_cut = False
            self._line.clear()
            self._told = 0
        self._go_on(begun)
        if self._told or self._worth(self._line):
            news += self._line[self._told :]
            self._told = len(self._line)
        return bytes(news)

    def _go_on(self, data: bytes) -> None:
        room = LONGEST_LINE_BYTES - len(self._line)
        self._line += data[:room]
        if len(data) > room and self.pid is not None:
            self._is_cut = True
            self.limits_met.setdefault("trace_bytes")

    def _worth(self, line: bytes | bytearray) -> bool:
        head = _HEAD.match(line)
        return (
            self.pid is not None
            and head is not None
            and head[1] not in self._strangers
            and not _FILE_INPUT.match(line)
            and not limits.is_birth(line)
        )

    def _notice(self, line: bytes) -> None:
        if self.pid is None:
            if head := _HEAD.match(line):
                self._strangers.add(head[1])
            if b" execve" not in line[:64]:  # most lines are a sandbox's reading, and long
                return
            if executed := _EXECUTED.match(line):
                self._execs_left -= 1
                if self._execs_left == 0:
                    self.pid = int(executed[1])
                    self._strangers.discard(executed[1])
            return
        if (limit := limits.met_in(line)) is not None:
            self.limits_met.setdefault(limit)
        if (ended := _ENDED.match(line)) and int(ended[1]) == self.pid:
            self.fate = {"code": int(ended[2])} if ended[2] else {"signal": ended[3].decode()}

"""A limit that a program met is known by what its calls were refused, what the kernel counted, and what is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.tap.limits import Counters, is_birth, met_in
from kit.tap.trace import TraceWatch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        (
            b"7 1.5 clone(child_stack=NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.0001>",
            "processes",
        ),
        (b"7 1.5 <... clone3 resumed>) = -1 EAGAIN (Resource temporarily unavailable) <0.0001>", "processes"),
        (b"7 1.5 recvfrom(3<TCP:[1]>, 0x1, 9) = -1 EAGAIN (Resource temporarily unavailable) <0.0001>", None),
        (b"7 1.5 socket(AF_INET, SOCK_DGRAM, 0) = -1 EMFILE (Too many open files) <0.0001>", "open_files"),
        (b'7 1.5 write(3</work/x>, "x", 1) = -1 EFBIG (File too large) <0.0001>', "file_bytes"),
        (b'7 1.5 write(3</work/x>, "x", 1) = -1 ENOSPC (No space left on device) <0.0001>', "disk_bytes"),
        (b'7 1.5 write(1, "= -1 EMFILE (x)", 9) = 9 <0.0001>', None),  # the program's own words
        (b'7 1.5 write(1, "= -1 EMFILE (x)\\n', None),
        (b"7 1.5 --- SIGXCPU {si_signo=SIGXCPU, si_code=SI_KERNEL} ---", "cpu_s"),
        (b"7 1.5 --- SIGXFSZ {si_signo=SIGXFSZ, si_code=SI_KERNEL} ---", "file_bytes"),
        (b"7 1.5 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---", None),
        (b"7 1.5 +++ exited with 0 +++", None),
    ],
)
def test_a_line_of_the_trace_tells_of_a_limit(line: bytes, limit: str | None) -> None:
    assert met_in(line) == limit


def test_births_are_told_from_calls_on_sockets() -> None:
    assert is_birth(b"7 1.5 clone(child_stack=NULL, ")
    assert is_birth(b"7 1.5 <... vfork resumed>) = 9")
    assert not is_birth(b'7 1.5 sendto(3, "fork(", 5')


def test_births_are_not_forwarded_and_their_refusal_is_noticed_once() -> None:
    watch = TraceWatch(0)
    executed = b'7 1.0 execve("/usr/bin/python3", ["python3"], 0x7f /* 5 vars */) = 0 <0.0003>\n'
    refused = b"7 2.0 clone(child_stack=NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.0001>\n"
    assert watch.feed(executed + refused + refused) == executed
    assert list(watch.limits_met) == ["processes"]


def test_counters_tell_what_has_grown_since_they_began(tmp_path: Path) -> None:
    events, control, peak = tmp_path / "memory.events", tmp_path / "oom_control", tmp_path / "peak"
    events.write_text("low 0\noom 3\noom_kill 2\n")
    control.write_text("max 0\n")
    peak.write_text("4096\n")
    counters = Counters(
        [
            ["memory_bytes", str(events), "oom_kill"],
            ["processes", str(control), "max"],
            ["processes", str(tmp_path / "nowhere"), "max"],
        ],
        [["memory_bytes", str(peak), ""], ["processes", str(tmp_path / "nowhere"), ""]],
        [],
    )
    assert counters.met() == []  # what was counted before is another's
    events.write_text("low 0\noom 3\noom_kill 3\n")
    assert counters.met() == ["memory_bytes"]
    assert counters.peaks() == {"memory_bytes": 4096}


def test_a_folder_that_is_full_tells_of_bytes_or_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    class About:
        f_bavail, f_favail = 0, 0

    monkeypatch.setattr("os.statvfs", lambda _: About())
    assert Counters([], [], ["/work"]).met() == ["disk_bytes", "disk_files"]
    monkeypatch.setattr(About, "f_bavail", 1)
    assert Counters([], [], ["/work"]).met() == ["disk_files"]

"""The runner knows its program in strace's output, and forwards what is worth it, at once."""

from __future__ import annotations

import time

import pytest

from kit.tap.trace import LONGEST_LINE_BYTES, TraceWatch

EXECUTED = b'7 1.0 execve("/usr/bin/python3", ["python3"], 0x7f /* 5 vars */) = 0 <0.0003>\n'
ACCEPT = b"7 2.0 accept4(3<TCP:[0.0.0.0:80]>, "
RETURNED = b"{sa_family=AF_INET}, [16], SOCK_CLOEXEC) = 4<TCP:[1.1.1.1:80->1.1.1.2:9]> <0.1>\n"


def test_a_call_that_has_only_begun_is_told_at_once() -> None:
    watch = TraceWatch(0)
    assert watch.feed(EXECUTED + ACCEPT) == EXECUTED + ACCEPT
    assert watch.feed(RETURNED) == RETURNED
    assert watch.pid == 7


@pytest.mark.parametrize("size", [1, 3, 50])
def test_nothing_is_lost_in_any_split(size: int) -> None:
    watch = TraceWatch(0)
    stream = EXECUTED + ACCEPT + RETURNED + b"7 3.0 +++ exited with 3 +++\n"
    pieces = [watch.feed(stream[start : start + size]) for start in range(0, len(stream), size)]
    assert b"".join(pieces) == stream
    assert watch.fate == {"code": 3}


@pytest.mark.parametrize(
    "line",
    [b"1" * 5000 + EXECUTED[1:], b"7 3.0 +++ exited with some +++\n"],
)
def test_numbers_that_strace_cannot_mean_tell_nothing(line: bytes) -> None:
    watch = TraceWatch(0)
    watch.feed(line + EXECUTED + line)
    assert (watch.pid, watch.fate) == (7, None)


def test_file_input_is_left_out_and_socket_input_is_not() -> None:
    watch = TraceWatch(0)
    noise = b'7 1.1 read(3</usr/lib/a.pyc>, "x", 9) = 1 <0.1>\n7 1.2 close(3</usr/lib/a.pyc>) = 0 <0.1>\n'
    kept = b'7 1.3 read(4<TCP:[1.1.1.1:80->1.1.1.2:9]>, "x", 9) = 1 <0.1>\n'
    assert watch.feed(EXECUTED + noise + kept) == EXECUTED + kept


def test_the_wrappers_own_processes_are_left_out() -> None:
    watch = TraceWatch(1)
    wrapper = b'5 0.1 execve("/usr/bin/bwrap", ["bwrap"], 0x7f /* 5 vars */) = 0 <0.1>\n'
    monitor = b"5 1.5 +++ exited with 0 +++\n"
    assert watch.feed(wrapper + EXECUTED + monitor + b"7 3.0 +++ killed by SIGKILL +++\n") == (
        EXECUTED + b"7 3.0 +++ killed by SIGKILL +++\n"
    )
    assert (watch.pid, watch.fate) == (7, {"signal": "SIGKILL"})


def test_an_execve_that_failed_is_not_the_program() -> None:
    watch = TraceWatch(0)
    missed = (
        b'7 0.9 execve("/bin/python3", ["python3"], 0x7f /* 5 vars */) = -1 ENOENT (No such file) <0.1>\n'
    )
    assert watch.feed(missed) == b""
    assert watch.pid is None


def test_a_line_without_end_is_cut_and_costs_its_length_once() -> None:
    watch, piece = TraceWatch(0), b"x" * (1 << 16)
    began = time.process_time()
    told = (
        watch.feed(EXECUTED + ACCEPT) + b"".join(watch.feed(piece) for _ in range(1000)) + watch.feed(b"\n")
    )
    assert time.process_time() - began < 2
    assert len(told) == len(EXECUTED) + LONGEST_LINE_BYTES + len(b" <unfinished ...>\n")
    assert told.endswith(b"xxx <unfinished ...>\n")
    assert told.startswith(EXECUTED + ACCEPT + b"xxx")
    assert list(watch.limits_met) == ["trace_bytes"]
    assert watch.feed(ACCEPT + RETURNED) == ACCEPT + RETURNED

"""The filter of system calls, run by an interpreter of its few instructions: what it allows and what it answers."""

from __future__ import annotations

import errno
import struct

import pytest

from kit.backends._netns_filter import call_filter

ALLOW, KILL = "allow", "kill"
X86, ARM = ("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)


def answer(machine: tuple[str, int], number: int, argument: int = 0, audit: int | None = None) -> object:
    """Run the filter as the kernel does (bpf in networking/filter.rst) on one call."""
    program = call_filter(machine[0])
    assert program is not None
    steps = list(struct.iter_unpack("<HBBI", program))
    data = struct.pack("<IIQQ", number, machine[1] if audit is None else audit, 0, argument)
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:  # load
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x06:  # return
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(value, value & 0xFFFF)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}[code]
            at += if_true if holds else if_false


@pytest.mark.parametrize(
    ("machine", "mount", "read", "clone", "socket"), [(X86, 165, 0, 56, 41), (ARM, 40, 63, 220, 198)]
)
def test_calls_into_the_machine_are_refused_and_ordinary_ones_are_not(
    machine: tuple[str, int], mount: int, read: int, clone: int, socket: int
) -> None:
    assert answer(machine, read) == ALLOW
    assert answer(machine, mount) == errno.EPERM
    assert answer(machine, clone, 17) == ALLOW  # SIGCHLD: a fork
    assert answer(machine, clone, 0x10000000) == errno.EPERM  # CLONE_NEWUSER
    assert answer(machine, 435) == errno.ENOSYS  # clone3
    assert answer(machine, socket, 2) == ALLOW
    assert answer(machine, socket, 40) == errno.EAFNOSUPPORT  # AF_VSOCK
    assert answer(machine, 463) == errno.ENOSYS  # newer than the table
    assert answer(machine, read, audit=0x40000003) == KILL  # i386's numbers mean other calls


def test_the_other_calling_convention_of_x86_64_is_refused() -> None:
    assert answer(X86, 0x40000000) == KILL


def test_an_argument_is_asked_only_of_its_own_call() -> None:
    assert answer(X86, 0, 0x10000000) == ALLOW
    assert answer(X86, 42, 40) == ALLOW  # connect


def test_a_machine_without_a_table_has_no_filter() -> None:
    assert call_filter("riscv64") is None

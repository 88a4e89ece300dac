"""The system calls that a program may not make, as the program that the kernel runs before each (seccomp(2)). Pure.

It refuses what Docker's default profile refuses a container without capabilities
(docs.docker.com/engine/security/seccomp), and a little more: everything that mounts, makes or enters namespaces,
loads code into the kernel, reads keys or another process's memory, or watches the machine. A call with a number
that is newer than this table does not exist (ENOSYS), as on an older kernel.

An instruction is 8 bytes (linux/filter.h, `struct sock_filter`); an accumulator is loaded from `struct seccomp_data`.
"""

from __future__ import annotations

import errno
import struct
from typing import NamedTuple

# (x86_64, aarch64), from asm/unistd_64.h and asm-generic/unistd.h; None: the machine has no such call
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_kernel_syms": (177, None),
    "get_mempolicy": (239, 236),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),  # does other calls without a filter seeing them
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "query_module": (178, None),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysfs": (139, None),
    "syslog": (103, 116),
    "_sysctl": (156, None),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vhangup": (153, 58),
}
_NEWEST = 462  # mseal, of Linux 6.10
_CLONE3 = 435  # its flags are in memory, where no filter sees them: the C library then uses clone
_NEW_NAMESPACES = (
    0x7E020000  # of mounts, cgroups, UTS, IPC, users, processes, network (linux/sched.h, CLONE_NEW*)
)
_FAMILIES = (38, 40)  # AF_ALG, AF_VSOCK: a way into the kernel's ciphers, and to the machine below this one


class _Machine(NamedTuple):
    audit: int  # linux/audit.h
    column: int  # of _REFUSED
    clone: int
    socket: int
    foreign_from: int | None  # numbers from here on are of another calling convention


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 0, clone=56, socket=41, foreign_from=0x40000000),  # x32
    "aarch64": _Machine(0xC00000B7, 1, clone=220, socket=198, foreign_from=None),
}

# linux/bpf_common.h and linux/seccomp.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data, little-endian
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def call_filter(machine: str) -> bytes | None:
    """Give the filter for a machine as `uname -m` names it, as bubblewrap reads it; None: no table for it."""
    if machine not in _MACHINES:
        return None
    about = _MACHINES[machine]
    numbers = (row[about.column] for row in _REFUSED.values())
    refused = sorted(number for number in numbers if number is not None)
    program = [
        _step(_LOAD, _ARCHITECTURE),
        *_unless(_EQUAL, about.audit, _KILL),
        _step(_LOAD, _NUMBER),
        *([] if about.foreign_from is None else _when(_AT_LEAST, about.foreign_from, _KILL)),
        *_when(_AT_LEAST, _NEWEST + 1, _ERROR | errno.ENOSYS),
        *_when(_EQUAL, _CLONE3, _ERROR | errno.ENOSYS),
    ]
    for number in refused:
        program += _when(_EQUAL, number, _ERROR | errno.EPERM)
    flags = _when(_ANY_BIT, _NEW_NAMESPACES, _ERROR | errno.EPERM)
    families = [step for family in _FAMILIES for step in _when(_EQUAL, family, _ERROR | errno.EAFNOSUPPORT)]
    program += _of_first_argument(about.clone, flags)
    program += _of_first_argument(about.socket, families)
    program.append(_step(_RETURN, _ALLOW))
    return b"".join(program)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _when(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _step(_RETURN, answer)]


def _unless(test: int, value: int, answer: int) -> list[bytes]:
    return [_step(test, value, 1, 0), _step(_RETURN, answer)]


def _of_first_argument(number: int, steps: list[bytes]) -> list[bytes]:
    """Ask about the first argument of one call; the number is what the next question finds again."""
    return [
        _step(_EQUAL, number, 0, len(steps) + 2),
        _step(_LOAD, _FIRST_ARGUMENT),
        *steps,
        _step(_LOAD, _NUMBER),
    ]

"""Gives birth to helpers: one interpreter boots and imports, each helper is a fork of it (backend netns).

An interpreter with our imports costs 40 ms of processor time, a fork 1 ms. An order is one datagram of
JSON on standard input, a socket, with two descriptors (SCM_RIGHTS, unix(7)): the helper's stream and its
stderr. `{"entry": "host"}` is born into a new network namespace, `{"entry": "program", "network_of": PID,
"folders": [[PATH, OPTIONS], ...], "first_uid": N or null}` into that of a process, with a file system in memory at each path:
one that nobody else sees, and that ends with it. The answer is `{"pid": N}` or `{"error": text}`.

The nursery adopts what a dead helper leaves (PR_SET_CHILD_SUBREAPER, prctl(2)), so all that it ever bore is
below it, and it reaps nothing before `{"entry": "reap"}`, so a pid that it told never means another process while kit
may use it. Then all of them are dead; the answer is `{"reaped": N}`.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import socket
import sys
import traceback
from typing import TYPE_CHECKING, Any

from kit.tap import host, processes, program, sysctl

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER_BYTES = 1 << 12
CLONE_NEWNET, CLONE_NEWNS = 0x40000000, 0x20000  # linux/sched.h
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 1 << 1, 1 << 2, 1 << 14, 1 << 18  # linux/mount.h
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

# Where the kernel lets a network namespace have tables of its own (Linux 6.1), small ones: the machine's have a place for
# every connection that its memory could hold, and reading a host's sockets walks through all of them.
_SMALL_TABLES = {"net.ipv4.tcp_child_ehash_entries": "4096", "net.ipv4.udp_child_hash_entries": "256"}
# What the kernel would make smaller with them
_AS_OUTSIDE = ("net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_max_syn_backlog")

_LIBC = ctypes.CDLL(None, use_errno=True)  # os.unshare and os.setns came with Python 3.12
_MAINS: dict[str, Callable[[], None]] = {"host": host.main, "program": program.main}


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    outside = sysctl.read(_AS_OUTSIDE)
    _call("unshare", CLONE_NEWNET)  # the settings for those that come out of it are its own
    sysctl.put(_SMALL_TABLES)
    gc.freeze()  # what is here already is garbage in no child, and stays one memory for all while nobody looks through it
    control.send(b'{"event":"here"}')
    while True:
        data, fds, _, _ = socket.recv_fds(control, ORDER_BYTES, 2)
        if not data:
            sys.exit(0)  # kit is gone
        order = json.loads(data)
        reaps = order["entry"] == "reap"
        answer = {"reaped": processes.wait_for_all()} if reaps else _bear(order, fds, control, outside)
        control.send(json.dumps(answer).encode())
        for fd in fds:
            os.close(fd)


def _bear(
    order: dict[str, Any], fds: list[int], control: socket.socket, outside: dict[str, str]
) -> dict[str, Any]:
    try:
        pid = os.fork()
    except OSError as error:
        return {"error": str(error)}
    if pid:
        return {"pid": pid}
    try:
        control.close()
        _live(order, outside, *fds)
    except SystemExit:
        os._exit(0)
    except BaseException:  # noqa: BLE001  # a child must never go on in its parent's loop
        traceback.print_exc()
    os._exit(1)


def _live(order: dict[str, Any], outside: dict[str, str], stream_fd: int, words_fd: int) -> None:
    for source, target in ((stream_fd, 0), (stream_fd, 1), (words_fd, 2)):
        os.dup2(source, target)
    os.close(stream_fd)
    os.close(words_fd)
    os.setsid()
    if "network_of" in order:
        namespace = os.open(f"/proc/{order['network_of']}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        _call("setns", namespace, CLONE_NEWNET)
        os.close(namespace)
        _mount_folders(order["folders"], order["first_uid"])
    else:
        _call("unshare", CLONE_NEWNET)
        sysctl.put(outside)
    _MAINS[order["entry"]]()


def _mount_folders(folders: list[list[str]], first_uid: int | None) -> None:
    """Mount a tmpfs at each path, the own of the uid that this process's program will have (else of ours)."""
    _call("unshare", CLONE_NEWNS)
    _call("mount", None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    uid = os.getuid() if first_uid is None else first_uid + os.getpid()
    for path, options in folders:
        flags, data = ctypes.c_ulong(MS_NOSUID | MS_NODEV), f"{options},uid={uid},gid={uid}"
        _call("mount", b"wirekit", path.encode(), b"tmpfs", flags, data.encode())


def _call(name: str, *arguments: int | bytes | ctypes.c_ulong | None) -> None:
    if getattr(_LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")

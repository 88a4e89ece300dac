"""Makes a host's network stack forget a run, and looks whether it has: the tap alone has the rights.

The interface is down from then on, until the host is brought back: what the run's other hosts still say reaches
nobody, and with it go the neighbours, the routes' exceptions and what waited to be sent. The programs have ended
before. What cannot be made to go is told; a host is used again only where nothing is.

The kernel's counters (/proc/net/netstat, /proc/net/dev) cannot be set back by anybody. So a host on which a
program of somebody else's has run is never used again, whatever this says of it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
import subprocess
import time
from contextlib import suppress
from typing import Any

from kit.tap import files
from kit.tap.link import routes_to_everyone, run_ip
from kit.tap.sockets import (
    ALL_STATES,
    NETLINK_SOCK_DIAG,
    NLM_F_REQUEST_DUMP,
    NLMSG_DONE,
    NLMSG_ERROR,
    SOCK_DIAG_BY_FAMILY,
)

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914  # netdevice(7)
IFF_UP, IFF_RUNNING = 0x1, 0x40
_FLAGS = struct.Struct("=16sH6x")
SOCK_DESTROY = 21  # linux/sock_diag.h
NLM_F_REQUEST_ACK = 0x5  # linux/netlink.h
NETLINK_NETFILTER, FLUSH_CONNECTIONS = (
    12,
    1 << 8 | 2,
)  # linux/netfilter/: NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
ANSWERS_WITHIN_S = 2.0  # a kernel answers at once
ANSWER_BYTES = 1 << 17
LOOK_S = 0.001  # between two looks at what the kernel tells nobody
_HEADER = struct.Struct("=IHHII")  # nlmsghdr
_REQUEST = struct.Struct("=BBBBI48s")  # inet_diag_req_v2
_IDENTITY = slice(4, 52)  # of an inet_diag_msg: its inet_diag_sockid, which means one socket alone
_PROTOCOLS = (socket.IPPROTO_TCP, socket.IPPROTO_UDP)
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
# What must be empty below its heading, if it is there
_TABLES = {
    "/proc/net/arp": ("neighbours", 1),
    "/proc/net/nf_conntrack": ("connections that the firewall remembers", 0),
}
_NO_FRAGMENTS = "FRAG: inuse 0 memory 0"

_ENDS = struct.Struct("=2s2s16s16s")  # of it: ports and addresses

Identity = tuple[int, int, bytes]  # family, protocol, inet_diag_sockid


def forget(interface: str, engines: frozenset[tuple[Any, ...]]) -> str:
    """Take the interface down and remove all that a run left in this network stack, but for the engine's own sockets
    (the first five values of their rows, see `kit.tap.sockets`); give what is left all the same, "" where nothing is.
    """
    try:
        take_down(interface)
        for one in _of_programs(engines):
            destroy(one)
        complaint = _forget_peers() or _ask(NETLINK_NETFILTER, FLUSH_CONNECTIONS, bytes(4))
    except OSError as error:
        complaint = str(error)
    return left(engines) or complaint


def left(engines: frozenset[tuple[Any, ...]]) -> str:
    """Say what there is in this network stack of a run."""
    found = []
    if sockets := len(_of_programs(engines)):
        found.append(f"{sockets} sockets")
    for path, (what, heading) in _TABLES.items():
        with suppress(FileNotFoundError):
            if len(files.read(path).splitlines()) > heading:
                found.append(what)
    if _NO_FRAGMENTS not in files.read("/proc/net/sockstat"):
        found.append("fragments")
    return ", ".join(found)


def take_down(interface: str) -> None:
    """Make an interface deaf and dumb."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        down = _FLAGS.pack(interface.encode(), _flags(control, interface) & ~IFF_UP)
        fcntl.ioctl(control, SIOCSIFFLAGS, down)


def bring_back(interface: str) -> str:
    """Bring the interface up again and wait until it carries packets; give what was complained of."""
    if complaint := run_ip([f"link set {interface} up", *routes_to_everyone(interface)]):
        return complaint
    gives_up = time.monotonic() + ANSWERS_WITHIN_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        while not _flags(control, interface) & IFF_RUNNING:
            if time.monotonic() > gives_up:
                return f"{interface} carries nothing"
            select.select([], [], [], LOOK_S)
    return ""


def _flags(control: socket.socket, interface: str) -> int:
    flags: int = _FLAGS.unpack(fcntl.ioctl(control, SIOCGIFFLAGS, _FLAGS.pack(interface.encode(), 0)))[1]
    return flags


def identities() -> frozenset[Identity]:
    """Give all TCP and UDP sockets of this network stack, also those that no process has any more."""
    found: set[Identity] = set()
    with _netlink(NETLINK_SOCK_DIAG) as diag:
        for family in _FAMILIES:
            for protocol in _PROTOCOLS:
                request = _REQUEST.pack(family, protocol, 0, 0, ALL_STATES, bytes(48))
                diag.send(
                    _HEADER.pack(16 + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, 0, 0) + request
                )
                found.update((family, protocol, body[_IDENTITY]) for body in _dumped(diag))
    return frozenset(found)


def _of_programs(engines: frozenset[tuple[Any, ...]]) -> list[Identity]:
    return [one for one in identities() if _ends(one) not in engines]


def _ends(one: Identity) -> tuple[Any, ...] | None:
    """Give it as a row begins; None for one over IPv6, which no engine has."""
    family, protocol, identity = one
    if family != socket.AF_INET:
        return None
    local_port, remote_port, local, remote = _ENDS.unpack_from(identity)
    name = "tcp" if protocol == socket.IPPROTO_TCP else "udp"
    return (
        name,
        socket.inet_ntop(socket.AF_INET, local[:4]),
        int.from_bytes(local_port, "big"),
        socket.inet_ntop(socket.AF_INET, remote[:4]),
        int.from_bytes(remote_port, "big"),
    )


def destroy(one: Identity) -> None:
    """Have the kernel end a socket (SOCK_DESTROY); one that has just gone, or will not, is seen by who looks afterwards."""
    family, protocol, identity = one
    _ask(NETLINK_SOCK_DIAG, SOCK_DESTROY, _REQUEST.pack(family, protocol, 0, 0, ALL_STATES, identity))


def _forget_peers() -> str:
    """Forget what TCP has learnt of its peers (tcp_metrics(8)); give what was complained of, or is still there."""
    ended = subprocess.run(
        ["ip", "-batch", "-"],
        input=b"tcp_metrics flush\ntcp_metrics show\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ended.stdout.decode(errors="replace").strip() or ("" if ended.returncode == 0 else "ip failed")


def _ask(family: int, kind: int, request: bytes) -> str:
    """Send one request; give what the kernel says against it."""
    with _netlink(family) as asked:
        asked.send(_HEADER.pack(16 + len(request), kind, NLM_F_REQUEST_ACK, 0, 0) + request)
        answer = _received(asked)
        number: int = -struct.unpack_from("=i", answer, 16)[0]
        return "" if number == 0 else f"request {kind}: error {number}"


def _netlink(family: int) -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)


def _received(asked: socket.socket) -> bytes:
    if not select.select([asked], [], [], ANSWERS_WITHIN_S)[0]:
        raise TimeoutError("the kernel does not answer")
    return asked.recv(ANSWER_BYTES)


def _dumped(diag: socket.socket) -> list[bytes]:
    bodies: list[bytes] = []
    while True:
        answer, start = _received(diag), 0
        while start < len(answer):
            length, kind, *_ = _HEADER.unpack_from(answer, start)
            if kind == NLMSG_DONE:
                return bodies
            if kind == NLMSG_ERROR:
                _raise_unless_absent(answer, start + 16)
                return bodies
            bodies.append(answer[start + 16 : start + length])
            start += (length + 3) & ~3  # NLMSG_ALIGN


def _raise_unless_absent(answer: bytes, body: int) -> None:
    """Raise what the kernel said, but for a protocol that it was built without."""
    number = -struct.unpack_from("=i", answer, body)[0]
    if number not in (0, errno.ENOENT, errno.EINVAL, errno.EAFNOSUPPORT):
        raise OSError(number, os.strerror(number))

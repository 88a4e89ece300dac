"""Makes a host's network stack forget a run, and looks whether it has: the tap alone has the rights.

The interface is down from then on, until the host is brought back: what the run's other hosts still say reaches
nobody, and with it go the neighbours, the routes' exceptions and what waited to be sent. The programs have ended
before. What cannot be made to go is told; a host is used again only where nothing is.

The kernel's counters (/proc/net/netstat, /proc/net/dev) cannot be set back by anybody. So a host on which a
program of somebody else's has run is never used again, whatever this says of it.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import subprocess
import time
from contextlib import suppress
from typing import Any

from kit.tap import files, netlink
from kit.tap.link import routes_to_everyone, run_ip
from kit.tap.sockets import ALL_STATES

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914  # netdevice(7)
IFF_UP, IFF_RUNNING = 0x1, 0x40
_FLAGS = struct.Struct("=16sH6x")
SOCK_DESTROY = 21  # linux/sock_diag.h
FLUSH_CONNECTIONS = 1 << 8 | 2  # linux/netfilter/: NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
BACK_WITHIN_S = 2.0  # a link is up at once
LOOK_S = 0.001  # between two looks at what the kernel tells nobody
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
        complaint = _forget_peers() or _forget_connections()
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


def _forget_connections() -> str:
    """Have the firewall forget what it remembers; give what the kernel says against it."""
    error = netlink.told(netlink.NETLINK_NETFILTER, FLUSH_CONNECTIONS, bytes(4))
    return os.strerror(error) if error else ""


def take_down(interface: str) -> None:
    """Make an interface deaf and dumb."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        down = _FLAGS.pack(interface.encode(), _flags(control, interface) & ~IFF_UP)
        fcntl.ioctl(control, SIOCSIFFLAGS, down)


def bring_back(interface: str) -> str:
    """Bring the interface up again and wait until it carries packets; give what was complained of."""
    if complaint := run_ip([f"link set {interface} up", *routes_to_everyone(interface)]):
        return complaint
    gives_up = time.monotonic() + BACK_WITHIN_S
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
    with netlink.opened(netlink.NETLINK_SOCK_DIAG) as diag:
        for family in _FAMILIES:
            for protocol in _PROTOCOLS:
                request = _REQUEST.pack(family, protocol, 0, 0, ALL_STATES, bytes(48))
                bodies = netlink.dumped(diag, netlink.SOCK_DIAG_BY_FAMILY, request)
                found.update((family, protocol, body[_IDENTITY]) for body in bodies)
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
    netlink.told(
        netlink.NETLINK_SOCK_DIAG, SOCK_DESTROY, _REQUEST.pack(family, protocol, 0, 0, ALL_STATES, identity)
    )


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

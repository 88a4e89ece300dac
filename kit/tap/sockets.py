"""The socket table of this network namespace, from the kernel's sock_diag (man 7 sock_diag).

A row is a list, as it goes over the wire:
[protocol, local address, local port, remote address, remote port, state, recv_queue, send_queue].
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from kit.tap import netlink

TCPDIAG_GETSOCK = 18  # linux/inet_diag.h: the older question, whose answer has TCP's sockets of both families
ALL_STATES = 0xFFFFFFFF
# But 13: the kernel keeps those in a table of their own, and reading that takes as long as all the others
ALL_BUT_BOUND = 0x1FFF
LISTENERS = 1 << 10  # these, too, are in a table of their own, a small one

# inet_diag_req_v2: family, protocol, ext, pad, states, then an empty inet_diag_sockid of 48 bytes
_REQUEST = struct.Struct("=BBBBI48x")
# inet_diag_req: the states come last
_OLDER_REQUEST = struct.Struct("=52xI4x")
# inet_diag_msg: family, state, timer, retrans, sport, dport, src, dst, if, cookie, expires, rqueue, wqueue
_ROW = struct.Struct("=BBxx2s2s16s16s12x4xII")
_PORT = struct.Struct("!H")

# include/net/tcp_states.h, in the words of RFC 9293 3.3.2
_TCP_STATES = {
    1: "ESTABLISHED",
    2: "SYN-SENT",
    3: "SYN-RECEIVED",
    4: "FIN-WAIT-1",
    5: "FIN-WAIT-2",
    6: "TIME-WAIT",
    7: "CLOSED",
    8: "CLOSE-WAIT",
    9: "LAST-ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "SYN-RECEIVED",
    13: "CLOSED",  # bound, and neither listening nor connected
}
_UDP_STATES = {1: "ESTABLISHED", 7: "UNCONN"}
_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 2.5.5.2: an IPv4 address in an IPv6 socket

Row = list[Any]


class SocketTable:
    """Reads the table again and again over one netlink socket."""

    def __init__(self) -> None:
        self._socket = netlink.opened(netlink.NETLINK_SOCK_DIAG)

    def read(self, states: int = ALL_STATES) -> list[Row]:
        """Give all UDP sockets and those TCP sockets that are in `states`, over IPv4 and IPv6, sorted.

        TCP is asked once for both families: each question has the kernel walk through its whole table.
        """
        rows = self._dump("tcp", _TCP_STATES, TCPDIAG_GETSOCK, _OLDER_REQUEST.pack(states))
        for family in (socket.AF_INET, socket.AF_INET6):
            request = _REQUEST.pack(family, socket.IPPROTO_UDP, 0, 0, ALL_STATES)
            rows += self._dump("udp", _UDP_STATES, netlink.SOCK_DIAG_BY_FAMILY, request)
        rows.sort()
        return rows

    def _dump(self, protocol: str, states: dict[int, str], question: int, request: bytes) -> list[Row]:
        bodies = netlink.dumped(self._socket, question, request)
        return [_row(protocol, states, _ROW.unpack_from(body)) for body in bodies]


def _row(protocol: str, states: dict[int, str], fields: tuple[Any, ...]) -> Row:
    family, state, local_port, remote_port, local, remote, recv_queue, send_queue = fields
    return [
        protocol,
        _address(family, local),
        _PORT.unpack(local_port)[0],
        _address(family, remote),
        _PORT.unpack(remote_port)[0],
        states.get(state, str(state)),
        recv_queue,
        send_queue,
    ]


def _address(family: int, data: bytes) -> str:
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[:4])
    if data.startswith(_MAPPED):
        return socket.inet_ntop(socket.AF_INET, data[12:])
    return socket.inet_ntop(socket.AF_INET6, data)

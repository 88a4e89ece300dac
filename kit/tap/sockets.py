"""The socket table of this network namespace, from the kernel's sock_diag (man 7 sock_diag).

A row is a list, as it goes over the wire:
[protocol, local address, local port, remote address, remote port, state, recv_queue, send_queue].
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from typing import Any

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH
NLMSG_ERROR = 2
NLMSG_DONE = 3
ALL_STATES = 0xFFFFFFFF

_NETLINK_HEADER = struct.Struct("=IHHII")
# inet_diag_req_v2: family, protocol, ext, pad, states, then an empty inet_diag_sockid of 48 bytes
_REQUEST = struct.Struct("=BBBBI48x")
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
_PROTOCOLS = (
    ("tcp", socket.IPPROTO_TCP, _TCP_STATES),
    ("udp", socket.IPPROTO_UDP, _UDP_STATES),
)
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_ANSWER_BYTES = 1 << 17
_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 2.5.5.2: an IPv4 address in an IPv6 socket

Row = list[Any]


class SocketTable:
    """Reads the table again and again over one netlink socket."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)

    def read(self) -> list[Row]:
        """Give all TCP and UDP sockets over IPv4 and IPv6, sorted."""
        rows: list[Row] = []
        for protocol, number, states in _PROTOCOLS:
            for family in _FAMILIES:
                rows += self._dump(protocol, number, states, family)
        rows.sort()
        return rows

    def _dump(self, protocol: str, number: int, states: dict[int, str], family: int) -> list[Row]:
        request = _REQUEST.pack(family, number, 0, 0, ALL_STATES)
        header = _NETLINK_HEADER.pack(
            _NETLINK_HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, 0, 0
        )
        self._socket.send(header + request)
        rows: list[Row] = []
        while True:
            answer = self._socket.recv(_ANSWER_BYTES)
            start = 0
            while start < len(answer):
                length, kind, *_ = _NETLINK_HEADER.unpack_from(answer, start)
                body = start + _NETLINK_HEADER.size
                if kind == NLMSG_DONE:
                    return rows
                if kind == NLMSG_ERROR:
                    _raise_unless_absent(answer, body)
                    return rows
                rows.append(_row(protocol, states, _ROW.unpack_from(answer, body)))
                start += (length + 3) & ~3  # NLMSG_ALIGN


def _raise_unless_absent(answer: bytes, body: int) -> None:
    """Raise what the kernel said, but for a protocol that it was built without (IPv6, udp_diag)."""
    number = -struct.unpack_from("=i", answer, body)[0]
    if number not in (0, errno.ENOENT, errno.EINVAL, errno.EAFNOSUPPORT):
        raise OSError(number, os.strerror(number))


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

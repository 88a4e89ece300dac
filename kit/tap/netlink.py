"""Questions to the kernel over netlink (man 7 netlink): a request, and all that is answered to it."""

from __future__ import annotations

import errno
import os
import socket
import struct

NETLINK_SOCK_DIAG, NETLINK_NETFILTER = 4, 12  # linux/netlink.h
SOCK_DIAG_BY_FAMILY = 20  # linux/sock_diag.h
REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH
REQUEST_ACK = 0x5  # NLM_F_REQUEST | NLM_F_ACK
NLMSG_ERROR, NLMSG_DONE = 2, 3
ANSWERS_WITHIN_S = 2.0  # a kernel answers at once
ANSWER_BYTES = 1 << 17

_HEADER = struct.Struct("=IHHII")  # nlmsghdr
_ERROR = struct.Struct("=i")
# What the kernel says of a protocol that it was built without (IPv6, udp_diag)
_ABSENT = frozenset({errno.ENOENT, errno.EINVAL, errno.EAFNOSUPPORT})


def opened(family: int) -> socket.socket:
    """Open a socket for questions; one that is not answered in time raises TimeoutError."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)
    made.settimeout(ANSWERS_WITHIN_S)
    return made


def dumped(asked: socket.socket, kind: int, request: bytes) -> list[bytes]:
    """Ask for all that there is of a kind; give the messages without their headers. Raises OSError with what the kernel said.

    There is nothing of a protocol that the kernel was built without.
    """
    _send(asked, kind, REQUEST_DUMP, request)
    bodies: list[bytes] = []
    while True:
        answer, start = asked.recv(ANSWER_BYTES), 0
        while start < len(answer):
            length, what, *_ = _HEADER.unpack_from(answer, start)
            body = start + _HEADER.size
            if what == NLMSG_DONE:
                return bodies
            if what == NLMSG_ERROR:
                number = -_ERROR.unpack_from(answer, body)[0]
                if number and number not in _ABSENT:
                    raise OSError(number, os.strerror(number))
                return bodies
            bodies.append(answer[body : start + length])
            start += (length + 3) & ~3  # NLMSG_ALIGN


def told(family: int, kind: int, request: bytes) -> int:
    """Ask the kernel to do something; give the number of its error, 0 for none (errno(3))."""
    with opened(family) as asked:
        _send(asked, kind, REQUEST_ACK, request)
        return -int(_ERROR.unpack_from(asked.recv(ANSWER_BYTES), _HEADER.size)[0])


def _send(asked: socket.socket, kind: int, flags: int, request: bytes) -> None:
    asked.send(_HEADER.pack(_HEADER.size + len(request), kind, flags, 0, 0) + request)

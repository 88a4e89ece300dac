"""Answers of the kernel as literals, and the kernel itself."""

from __future__ import annotations

import errno
import socket
import struct
from typing import cast

import pytest

from kit.tap import netlink

DONE = struct.pack("=IHHIIi", 20, netlink.NLMSG_DONE, 0, 0, 0, 0)
FIVE = struct.pack("=IHHII5s3x", 21, 20, 0, 0, 0, b"12345")  # the next message begins at a multiple of four


def error(number: int) -> bytes:
    return struct.pack("=IHHIIi16x", 36, netlink.NLMSG_ERROR, 0, 0, 0, -number)


class Kernel:
    """A socket whose other end says what it was given, a piece a time."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.asked = b""

    def send(self, data: bytes) -> None:
        self.asked = data

    def recv(self, _most: int) -> bytes:
        return self._answers.pop(0)


def dumped(*answers: bytes) -> list[bytes]:
    return netlink.dumped(cast("socket.socket", Kernel(*answers)), 20, b"ask")


def test_a_request_has_its_length_and_kind_and_asks_for_all() -> None:
    kernel = Kernel(DONE)
    netlink.dumped(cast("socket.socket", kernel), 20, b"ask")
    assert kernel.asked == struct.pack("=IHHII", 19, 20, netlink.REQUEST_DUMP, 0, 0) + b"ask"


def test_messages_of_several_answers_come_without_their_headers() -> None:
    assert dumped(FIVE + FIVE, FIVE + DONE) == [b"12345"] * 3


@pytest.mark.parametrize("number", [0, errno.ENOENT, errno.EINVAL, errno.EAFNOSUPPORT])
def test_of_what_the_kernel_was_built_without_there_is_nothing(number: int) -> None:
    assert dumped(error(number)) == []


def test_any_other_refusal_is_raised_in_the_kernels_words() -> None:
    with pytest.raises(PermissionError, match="not permitted"):
        dumped(error(errno.EPERM))


def test_the_kernel_tells_the_number_of_what_it_cannot_do() -> None:
    no_such_socket = struct.pack("=BBBBI48x", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
    assert netlink.told(netlink.NETLINK_SOCK_DIAG, 21, no_such_socket) in (
        errno.ENOENT,  # there is none
        errno.EOPNOTSUPP,  # this kernel ends no sockets for others
        errno.EPERM,
        errno.EINVAL,
    )

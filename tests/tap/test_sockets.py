"""The socket table, read from this machine's kernel."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from kit.tap.sockets import ALL_BUT_BOUND, SocketTable

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def table() -> Iterator[SocketTable]:
    table = SocketTable()
    yield table
    table._socket.close()


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_sockets_of_both_families_and_protocols_are_in_one_answer(
    table: SocketTable, family: socket.AddressFamily, address: str
) -> None:
    with ExitStack() as stack:
        stream = stack.enter_context(socket.socket(family))
        datagrams = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        try:
            stream.bind((address, 0))
        except OSError:
            pytest.skip(f"this machine has no {address}")
        stream.listen(7)
        datagrams.bind((address, 0))
        ports = {stream.getsockname()[1]: "LISTEN", datagrams.getsockname()[1]: "UNCONN"}
        client = stack.enter_context(socket.create_connection((address, stream.getsockname()[1])))
        near, far = client.getsockname()[1], stream.getsockname()[1]
        rows = table.read(ALL_BUT_BOUND)
    for port, state in ports.items():
        found = [row for row in rows if row[1:3] == [address, port] and row[5] == state]
        assert len(found) == 1, rows
    listening = next(row for row in rows if row[1:3] == [address, far] and row[5] == "LISTEN")
    assert listening[6:] == [1, 7]  # one waits in the queue, and so many fit
    assert ["tcp", address, near, address, far, "ESTABLISHED", 0, 0] in rows


def test_one_that_is_only_bound_is_left_out_where_nobody_asks_for_it(table: SocketTable) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert not [row for row in table.read(ALL_BUT_BOUND) if row[2] == port]
        assert {row[5] for row in table.read() if row[2] == port} <= {"CLOSED"}  # from Linux 6.8 on

"""Calls whose socket had no address left when strace looked get it from the packets that they caused."""

from __future__ import annotations

from typing import Any

from kit.evidence.join import with_addresses
from kit.evidence.model import Call, Capture
from kit.packets.model import Endpoint
from tests.packets.build import PLACES, trace

SERVER, CLIENT, OTHER = PLACES["s"], PLACES["c"], PLACES["d"]
SHAKE = """
    0.010 c > s S 0
    0.011 s > c S. 0 ack 1
    0.012 c > s . 1 ack 1
    0.013 s > c R. 1 ack 1
"""
HOSTS = {"client": "client", "server": "server"}


def call(program: str, name: str, enter_ms: int, return_ms: int | None, **more: Any) -> Call:
    ends = {"protocol": "tcp", "descriptor": 3, **more}
    return_ns = None if return_ms is None else return_ms * 1_000_000
    return Call(1, program, 7, name, enter_ms * 1_000_000, return_ns, **ends)


def joined(*calls: Call, packets: str = SHAKE) -> list[tuple[Endpoint | None, Endpoint | None]]:
    captures = {host: Capture(host, trace(packets)) for host in ("client", "server")}
    return [(one.local, one.remote) for one in with_addresses(calls, HOSTS, captures)]


def test_a_connect_has_the_address_that_its_syn_left_from_and_so_have_later_calls() -> None:
    calls = (
        call("client", "socket", 1, 2),
        call("client", "connect", 9, 12, peer=SERVER, result=0),
        call("client", "recvfrom", 13, 14),
        call("client", "close", 15, 16),
    )
    assert joined(*calls) == [(None, None), *[(CLIENT, SERVER)] * 3]


def test_a_connect_that_has_not_returned_is_joined_too() -> None:
    assert joined(call("client", "connect", 9, None, peer=SERVER)) == [(CLIENT, SERVER)]


def test_a_syn_outside_the_call_is_not_its_own() -> None:
    late = call("client", "connect", 20, 30, peer=SERVER)
    elsewhere = call("client", "connect", 9, 12, peer=Endpoint("198.18.0.9", 8001))
    early = call("client", "connect", 5, 7, peer=SERVER), call("client", "connect", 9, 12, peer=SERVER)
    assert joined(late) == joined(elsewhere) == [(None, None)]
    assert joined(*early) == [(None, None), (CLIENT, SERVER)]


def test_a_return_that_strace_tells_too_early_does_not_matter() -> None:
    assert joined(call("client", "connect", 8, 9, peer=SERVER)) == [(CLIENT, SERVER)]


def test_an_accept_has_the_address_that_answered_its_client() -> None:
    calls = (
        call("server", "accept4", 5, 12, peer=CLIENT, local=Endpoint("0.0.0.0", 8001), result=4),
        call("server", "sendto", 13, 14, descriptor=4),
        call("server", "close", 15, 16, descriptor=4),
        call("server", "read", 17, 18, descriptor=4),
    )
    assert joined(*calls) == [*[(SERVER, CLIENT)] * 3, (None, None)]


def test_an_accept_of_a_client_that_nobody_saw_stays_unknown() -> None:
    listener = Endpoint("0.0.0.0", 8001)
    assert joined(call("server", "accept4", 5, 12, peer=OTHER, local=listener, result=4)) == [
        (listener, None)
    ]


def test_what_strace_told_is_kept() -> None:
    told = call("client", "sendto", 1, 2, local=OTHER, remote=SERVER)
    assert joined(told, call("client", "recvfrom", 3, 4)) == [(OTHER, SERVER)] * 2


def test_a_new_socket_of_the_same_number_begins_anew() -> None:
    calls = (
        call("client", "connect", 9, 12, peer=SERVER, result=0),
        call("client", "socket", 13, 14),
        call("client", "recvfrom", 15, 16),
    )
    assert joined(*calls)[2] == (None, None)


def test_calls_on_no_tcp_connection_are_left_alone() -> None:
    assert joined(call("client", "sendto", 1, 2, protocol="udp", peer=SERVER)) == [(None, None)]
    assert joined(call("client", "poll", 1, 2, protocol=None, descriptor=None)) == [(None, None)]


def test_a_client_that_was_bound_to_every_address_has_the_one_that_its_syn_left_from() -> None:
    anywhere = Endpoint("0.0.0.0", CLIENT.port)
    calls = (
        call("client", "connect", 9, 12, local=anywhere, remote=SERVER, peer=SERVER, result=0),
        call("client", "recvfrom", 13, 14, local=anywhere, remote=SERVER),
        call("client", "recvfrom", 15, 16, local=anywhere, remote=OTHER),
    )
    assert joined(*calls) == [(CLIENT, SERVER), (CLIENT, SERVER), (anywhere, OTHER)]

"""Whose an address is: hosts by their address, programs by their calls."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence
    from kit.packets.model import Endpoint

# The calls of these families also work on files: only those on a socket speak with a peer (man 2 read, write).
_FILE_CALLS = ("recv", "send")
_ANY = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104  # names that a table shows for "every address"


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(plain(address)).is_loopback
    except ValueError:
        return False


def plain(address: str) -> str:
    """Give the IPv4 address of one that an IPv6 socket shows as `::ffff:198.18.0.2` (RFC 4291 2.5.5.2)."""
    return address.removeprefix("::ffff:") if "." in address else address


def host_at(evidence: Evidence, seen_at: str, endpoint: Endpoint) -> str | None:
    """Give the host of an endpoint in something seen at a host: loopback is that host itself."""
    return seen_at if is_loopback(endpoint.address) else evidence.host_of(plain(endpoint.address))


def host_of_place(evidence: Evidence, place: str) -> str:
    """Give the host that a program or host means; a program's name goes first, as in the timeline."""
    program = evidence.programs.get(place)
    return place if program is None else program.host


def socket_calls(evidence: Evidence, program: str, kind: str) -> tuple[Call, ...]:
    """Give the calls of one family on sockets: no read of stdin, no write to stdout."""
    return tuple(
        call
        for call in evidence.calls_of(program)
        if kind in (call.kind, call.name) and (call.kind not in _FILE_CALLS or call.protocol is not None)
    )


def succeeded(evidence: Evidence, program: str, kind: str) -> list[Call]:
    """Give the socket calls of one family that returned without an error, in order of their return."""
    done = (call for call in socket_calls(evidence, program, kind) if call.error is None)
    returned = [call for call in done if call.return_ns is not None and call.result is not None]
    return sorted(returned, key=lambda call: call.return_ns or 0)


def same(shown: Endpoint, endpoint: Endpoint) -> bool:
    """Whether a socket's address is the endpoint's, or covers it (bound to every address)."""
    if shown.port != endpoint.port:
        return False
    return shown.address in _ANY or plain(shown.address) == plain(endpoint.address)


def owner(evidence: Evidence, seen_by: str, endpoint: Endpoint) -> str | None:
    """Give the program behind the endpoint that a program speaks with.

    The program whose own calls were made from that endpoint; else the only other one on its host.
    """
    host = host_at(evidence, evidence.programs[seen_by].host, endpoint)
    there = [fact.name for fact in evidence.programs.values() if fact.host == host and fact.name != seen_by]
    for program in there:
        if spoke_from(evidence, program, endpoint):
            return program
    return there[0] if len(there) == 1 else None


def spoke_from(evidence: Evidence, program: str, endpoint: Endpoint) -> bool:
    """Whether a call of the program was made on a socket with this local address."""
    return any(call.local is not None and same(call.local, endpoint) for call in evidence.calls_of(program))


def peer_name(evidence: Evidence, seen_by: str, endpoint: Endpoint | None) -> str:
    """Name who is behind an endpoint; nobody's is said by its address."""
    if endpoint is None:
        return "an unknown peer"
    return owner(evidence, seen_by, endpoint) or str(endpoint)


def listens_elsewhere(evidence: Evidence, host: str, port: int | None) -> str:
    """Say why a host cannot be reached on the port, as far as its calls and snapshots show; else nothing."""
    listening = _listening(evidence, host)
    only_local = [local for local in listening if is_loopback(local.address) and port in (None, local.port)]
    reachable = [local for local in listening if not is_loopback(local.address)]
    if only_local and not any(port in (None, local.port) for local in reachable):
        return f"; {host} listens on {only_local[0]} only, which no other host can reach"
    if port is not None and reachable and not any(local.port == port for local in reachable):
        return f"; {host} listens on {', '.join(map(str, reachable))} instead"
    return f"; nothing listened on {host}" if evidence.calls_traced and not listening else ""


def _listening(evidence: Evidence, host: str) -> list[Endpoint]:
    seen: dict[Endpoint, None] = {}  # an ordered set
    for snapshot in evidence.snapshots.values():
        if (table := snapshot.tables.get(host)) is not None:
            seen.update((row.local, None) for row in table.sockets if row.state == "LISTEN")
    for fact in evidence.programs.values():
        if fact.host == host:
            calls = evidence.calls_of(fact.name, "listen")
            seen.update((call.local, None) for call in calls if call.local is not None and call.error is None)
    return list(seen)

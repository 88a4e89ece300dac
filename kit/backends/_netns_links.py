"""What the hub's `ip -batch` is told: pure text.

The hub is one private network namespace with a bridge; every host's `eth0` is one end of a veth pair whose
other end is a port of that bridge. Nothing is ever made in the machine's own namespace, so neither its
firewall nor its bridge filter nor its names can meet ours.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Answered with one line of output when all before it is done: `ip -batch` flushes after each `show`.
ACKNOWLEDGE = "link show dev br0\n"


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """The host's place on the bridge, its address, and a process in its network namespace."""

    number: int
    address: str
    pid: int


def bridge() -> str:
    """Make the bridge: a plain wire. A port forwards at once (no spanning tree), nothing is snooped."""
    return "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\nlink set br0 up\n"


def links(ends: Iterable[LinkEnd]) -> str:
    """Connect each host. The peer is made inside the host's namespace and stays down until its tap takes it up."""
    return "".join(
        f"link add h{end.number} up master br0 type veth peer name eth0 address {mac(end.address)} netns {end.pid}\n"
        for end in ends
    )


def mac(address: str) -> str:
    """Give the MAC address of an IPv4 address, as Docker makes them: locally administered, the same every run."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x42, *ipaddress.IPv4Address(address).packed))

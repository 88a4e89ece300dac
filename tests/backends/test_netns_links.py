"""The batch for `ip` is right by its text: a plain bridge, and one veth pair a host."""

from __future__ import annotations

from kit.backends._netns_links import LinkEnd, bridge, links, mac


def test_bridge_forwards_at_once_and_snoops_nothing() -> None:
    assert bridge().splitlines() == [
        "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        "link set br0 up",
    ]


def test_each_host_gets_one_pair_whose_peer_is_in_its_namespace() -> None:
    ends = [LinkEnd(2, "198.18.0.2", 41), LinkEnd(3, "198.18.0.3", 42)]
    assert links(ends).splitlines() == [
        "link add h2 up master br0 type veth peer name eth0 address 02:42:c6:12:00:02 netns 41",
        "link add h3 up master br0 type veth peer name eth0 address 02:42:c6:12:00:03 netns 42",
    ]


def test_mac_is_local_unicast_and_a_function_of_the_address() -> None:
    assert mac("198.18.1.255") == "02:42:c6:12:01:ff"

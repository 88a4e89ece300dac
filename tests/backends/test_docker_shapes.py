"""What containers and networks are like: what they may, what they share, and that nothing of this machine is in them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from kit.backends import _docker_shapes as shapes
from kit.exercise.plan import Limits
from tests.backends.contract import plan

RUN = shapes.Run("ab12", "wirekit-host:1", {"wirekit": "1"})
SUBNET = IPv4Network("198.18.4.16/28")
PLAN = plan({"server": b"", "client": b""}).on(SUBNET)
TAP = shapes.tap(RUN, PLAN, "client")
RUNNER = shapes.runner(RUN, Limits(processes=10, memory_bytes=1 << 20), "client")


def test_subnets_are_aligned_parts_of_the_benchmark_range() -> None:
    for prefix in (28, 27, 25):
        for _ in range(50):
            chosen = shapes.random_subnet(prefix)  # IPv4Network refuses host bits
            assert chosen.prefixlen == prefix
            assert chosen.subnet_of(IPv4Network("198.18.0.0/15"))
    assert len({shapes.random_subnet(28) for _ in range(100)}) > 90


def test_the_bridge_has_no_address_on_older_and_newer_engines() -> None:
    older = shapes.network(RUN, SUBNET, (1, 41))
    newer = shapes.network(RUN, SUBNET, (1, 48))
    assert older["internal"] is newer["internal"] is True
    assert older["options"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
    assert newer["options"] == {"com.docker.network.bridge.gateway_mode_ipv4": "isolated"}
    assert older["ipam"]["Config"] == [{"Subnet": "198.18.4.16/28", "Gateway": "198.18.4.17"}]


def test_a_host_has_its_name_and_its_plans_address() -> None:
    assert TAP["Hostname"] == "client"
    endpoint = TAP["NetworkingConfig"]["EndpointsConfig"]["wirekit-ab12"]
    assert endpoint == {"IPAMConfig": {"IPv4Address": "198.18.4.19"}}
    assert TAP["HostConfig"]["NetworkMode"] == "wirekit-ab12"


def test_a_hosts_settings_are_made_with_it_and_a_refused_one_is_named() -> None:
    chosen = replace(PLAN, sysctl={"server": {"net.core.somaxconn": "4"}})
    quiet = {"net.ipv6.conf.all.disable_ipv6": "1"}
    assert shapes.tap(RUN, chosen, "server")["HostConfig"]["Sysctls"] == {**quiet, "net.core.somaxconn": "4"}
    assert shapes.tap(RUN, chosen, "client")["HostConfig"]["Sysctls"] == quiet
    said = (
        "error during container init: open /proc/sys/net/ipv4/tcp_no_such: no such file or directory: unknown"
    )
    refused = "sysctl: net.ipv4.tcp_no_such cannot be set here: no such file or directory"
    assert shapes.refused_setting(said) == refused
    assert shapes.refused_setting("unable to start container process") is None


def test_with_ipv6_a_host_has_it_on_from_the_start_and_hears_no_router() -> None:
    settings = shapes.tap(RUN, replace(PLAN, ipv6=True), "client")["HostConfig"]["Sysctls"]
    for scope in ("all", "default"):
        for name in ("disable_ipv6", "accept_ra", "accept_dad", "autoconf"):
            assert settings.pop(f"net.ipv6.conf.{scope}.{name}") == "0"
    assert settings == {}


def test_a_program_joins_its_hosts_network_stack() -> None:
    assert RUNNER["HostConfig"]["NetworkMode"] == "container:wirekit-ab12-host-client"
    assert "NetworkingConfig" not in RUNNER


def test_capabilities_are_those_that_are_named_and_no_others() -> None:
    for shape in (TAP, RUNNER):
        assert shape["HostConfig"]["CapDrop"] == ["ALL"]
        assert shape["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]
    assert set(TAP["HostConfig"]["CapAdd"]) == {"NET_ADMIN", "NET_RAW", "SETUID", "SETGID"}
    assert not {"NET_RAW", "NET_ADMIN", "SYS_ADMIN", "DAC_OVERRIDE"} & set(RUNNER["HostConfig"]["CapAdd"])


def test_nothing_of_the_engines_machine_is_mounted_or_published() -> None:
    for shape in (TAP, RUNNER):
        host = shape["HostConfig"]
        assert not {"Binds", "Mounts", "VolumesFrom", "Devices", "PortBindings", "Privileged"} & host.keys()
    assert RUNNER["HostConfig"]["ReadonlyRootfs"] is True
    assert sorted(RUNNER["HostConfig"]["Tmpfs"]) == ["/dev/shm", "/run/kit", "/tmp", "/work"]  # noqa: S108  # in the container


def test_the_end_of_the_stream_ends_all() -> None:
    for shape in (TAP, RUNNER):
        assert shape["OpenStdin"] is shape["StdinOnce"] is shape["AttachStdin"] is True
        assert shape["HostConfig"]["AutoRemove"] is True
        assert shape["Labels"] == RUN.labels


def test_limits_are_the_plans_and_the_runners_own_room() -> None:
    host = RUNNER["HostConfig"]
    assert host["PidsLimit"] == 10 + shapes.RUNNER_PROCESSES
    assert host["Memory"] == host["MemorySwap"] == (1 << 20) + shapes.RUNNER_MEMORY_BYTES

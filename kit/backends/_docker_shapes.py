"""What a run's network and containers are like, as values of the Engine API. Pure.

A tap holds a host: its network stack, its name, its /etc/hosts. A runner joins its tap's network stack and
nothing else of it. Neither outlives kit: the end of the attached stream ends the helper (StdinOnce), and
the engine removes the container of a process that ended (AutoRemove).
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.backends._docker_engine import ISOLATED_GATEWAY_API
from kit.backends.payload import BOOT_FROM_STREAM, CPU_SHARES, ENVIRONMENT, FOLDERS, folder_options

if TYPE_CHECKING:
    from kit.exercise.plan import Limits, Plan

# A container sees its own cgroups here, in one hierarchy (version 2) or one for each controller (version 1)
COUNTED: dict[str, Any] = {
    "met": [
        ["memory_bytes", "/sys/fs/cgroup/memory/memory.oom_control", "oom_kill"],
        ["memory_bytes", "/sys/fs/cgroup/memory.events", "oom_kill"],
        ["processes", "/sys/fs/cgroup/pids/pids.events", "max"],
        ["processes", "/sys/fs/cgroup/pids.events", "max"],
    ],
    "peak": [
        ["memory_bytes", "/sys/fs/cgroup/memory/memory.max_usage_in_bytes", ""],
        ["memory_bytes", "/sys/fs/cgroup/memory.peak", ""],
        ["processes", "/sys/fs/cgroup/pids/pids.peak", ""],
        ["processes", "/sys/fs/cgroup/pids.peak", ""],
    ],
    "folders": list(FOLDERS),
}

POOL = ipaddress.IPv4Network("198.18.0.0/15")  # RFC 2544, section C.2.2: for benchmarks, routed by nobody
STUDENT = {"user": [1000, 1000], "user_name": "student"}  # of compose/Dockerfile, as the runner wants it
WORK = "/work"
QUIET_SETTINGS6 = (
    "accept_ra",
    "accept_dad",
    "autoconf",
)  # no router advertisement changes anything, no address waits
PRLIMIT = "/usr/bin/prlimit"  # of util-linux, which every Debian has
RUN_FOLDER = "/run/kit"

# The link; tcpdump, which becomes the user that it already is (SETUID, SETGID).
TAP_CAPABILITIES = ["NET_ADMIN", "NET_RAW", "SETUID", "SETGID"]
# Become the student (SETUID, SETGID), trace it (SYS_PTRACE), name the sockets behind its descriptors
# (DAC_READ_SEARCH, for `strace -yy`), end what it left behind (KILL). The program itself has none of them.
RUNNER_CAPABILITIES = ["SETUID", "SETGID", "SYS_PTRACE", "DAC_READ_SEARCH", "KILL"]

TAP_PROCESSES = 64
TAP_MEMORY_BYTES = 1 << 28
RUNNER_PROCESSES = 4  # the runner's own room beside its program: itself, strace
RUNNER_MEMORY_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class Run:
    """One run's names on the engine. `labels` are on everything."""

    identity: str
    image: str
    labels: dict[str, str]

    @property
    def network(self) -> str:
        return f"wirekit-{self.identity}"

    def container(self, kind: str, name: str) -> str:
        return f"wirekit-{self.identity}-{kind}-{name}"


def random_subnet(prefix: int) -> ipaddress.IPv4Network:
    size = 1 << (32 - prefix)
    first = int(POOL.network_address) + size * secrets.randbelow(POOL.num_addresses // size)
    return ipaddress.IPv4Network((first, prefix))


def network(run: Run, subnet: ipaddress.IPv4Network, api: tuple[int, ...]) -> dict[str, Any]:
    """Give an internal network whose bridge has no address: with one, programs reach the machine's services on it."""
    option, value = (
        ("gateway_mode_ipv4", "isolated") if api >= ISOLATED_GATEWAY_API else ("inhibit_ipv4", "true")
    )
    return {
        "name": run.network,
        "driver": "bridge",
        "internal": True,
        "options": {f"com.docker.network.bridge.{option}": value},
        "ipam": {"Driver": "default", "Config": [{"Subnet": str(subnet), "Gateway": str(subnet[1])}]},
        "labels": run.labels,
    }


def tap(run: Run, plan: Plan, host: str) -> dict[str, Any]:
    return _container(run, "host") | {
        "Hostname": host,
        "NetworkingConfig": {
            "EndpointsConfig": {run.network: {"IPAMConfig": {"IPv4Address": plan.address_of(host)}}}
        },
        "HostConfig": {
            **_HOST_CONFIG,
            "NetworkMode": run.network,
            "CapAdd": TAP_CAPABILITIES,
            "Sysctls": {
                **_ipv6(plan),
                **plan.sysctl.get(host, {}),  # /proc/sys is read-only in a container
            },
            "Tmpfs": {RUN_FOLDER: "size=16m,mode=0700"},
            **_limits(TAP_PROCESSES, TAP_MEMORY_BYTES),
        },
    }


def _ipv6(plan: Plan) -> dict[str, str]:
    """Turn IPv6 off, for the sake of captures without its noise; or on, with no router to be heard."""
    if not plan.ipv6:
        return {"net.ipv6.conf.all.disable_ipv6": "1"}
    scopes = ("all", "default")
    quiet = {f"net.ipv6.conf.{scope}.{name}": "0" for scope in scopes for name in QUIET_SETTINGS6}
    return {f"net.ipv6.conf.{scope}.disable_ipv6": "0" for scope in scopes} | quiet


def runner(run: Run, limits: Limits, host: str) -> dict[str, Any]:
    return _container(run, "program") | {
        "WorkingDir": WORK,
        "HostConfig": {
            **_HOST_CONFIG,
            "NetworkMode": f"container:{run.container('host', host)}",
            "CapAdd": RUNNER_CAPABILITIES,
            "ReadonlyRootfs": True,
            "Tmpfs": {
                RUN_FOLDER: "size=16m,mode=0700",
                **{path: f"{folder_options(limits, path)},uid=1000,gid=1000,exec" for path in FOLDERS},
            },
            "CpuShares": CPU_SHARES,
            **_limits(limits.processes + RUNNER_PROCESSES, limits.memory_bytes + RUNNER_MEMORY_BYTES),
        },
    }


def trial(run: Run, command: tuple[str, ...]) -> dict[str, Any]:
    """Give a container that runs one command with a tap's rights and no network but its own, and stays to be read."""
    return {
        "Image": run.image,
        "Cmd": list(command),
        "User": "0",
        "Labels": run.labels,
        "HostConfig": {
            "CapDrop": ["ALL"],
            "CapAdd": ["NET_ADMIN"],
            "SecurityOpt": ["no-new-privileges"],
            "NetworkMode": "none",
            **_limits(TAP_PROCESSES, TAP_MEMORY_BYTES),
        },
    }


_HOST_CONFIG: dict[str, Any] = {
    "AutoRemove": True,
    "CapDrop": ["ALL"],
    "SecurityOpt": ["no-new-privileges"],
    "LogConfig": {"Type": "none"},  # all that is said goes over the stream; the engine need not keep it
}


# What a container's runtime says of a sysctl that it could not set
_REFUSED_SETTING = re.compile(r"/proc/sys/(net/[\w/-]+): ([a-z ]+)")
SETTING_REMEDY = "a host's kernel has, and lets be set, what is each network namespace's own; take another setting or another kernel"


def refused_setting(text: str) -> str | None:
    """Say which setting the engine's kernel refused and why, None where its trouble is another."""
    found = _REFUSED_SETTING.search(text)
    return None if found is None else f"sysctl: {found[1].replace('/', '.')} cannot be set here: {found[2]}"


def _container(run: Run, entry: str) -> dict[str, Any]:
    return {
        "Image": run.image,
        "Cmd": ["python3", "-I", "-S", "-c", BOOT_FROM_STREAM, entry],
        "User": "0",
        "Env": [f"{name}={value}" for name, value in (ENVIRONMENT | {"TMPDIR": RUN_FOLDER}).items()],
        "Labels": run.labels,
        **dict.fromkeys(("OpenStdin", "StdinOnce", "AttachStdin", "AttachStdout", "AttachStderr"), True),
    }


def _limits(processes: int, memory_bytes: int) -> dict[str, int]:
    return {"PidsLimit": processes, "Memory": memory_bytes, "MemorySwap": memory_bytes}

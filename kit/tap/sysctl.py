"""Settings of this network namespace's kernel (sysctl(8), names below `net.`): written as asked, and read back.

In a namespace other than the first, only what the kernel keeps for each namespace is there and may be written; the
rest is missing or read-only (net/sysctl_net.c, `ensure_safe_net_sysctl`). So what can be set here is this host's alone.
An engine sets them when it makes the container, where /proc/sys is read-only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.tap import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What decides how TCP behaves in an exercise, and differs between kernels: read back from every host
STANDARD = (
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_abort_on_overflow",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_orphan_retries",
    "net.ipv4.tcp_retries1",
    "net.ipv4.tcp_retries2",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syn_linear_timeouts",
    "net.ipv4.tcp_syn_retries",
    "net.ipv4.tcp_synack_retries",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_tw_reuse",
    "net.ipv4.tcp_wmem",
)


def path_of(name: str) -> str:
    return "/proc/sys/" + name.replace(".", "/")


def read(names: Iterable[str]) -> dict[str, str]:
    """Give the values of those that this kernel has, each on one line, its words one space apart."""
    found = {}
    for name in names:
        try:
            found[name] = " ".join(files.read(path_of(name)).split())
        except OSError:  # another kernel has it
            continue
    return found


def put(asked: Mapping[str, str]) -> list[str]:
    """Set what is not so already; say for each that the kernel does not have so why not."""
    complaints = []
    for name, value in asked.items():
        try:
            if read([name]).get(name) != value:
                files.write(path_of(name), value)
        except OSError as error:
            complaints.append(f"{name} cannot be {value} here: {error.strerror}")
            continue
        if (now := read([name]).get(name)) != value:
            complaints.append(f"{name} is {now} and not {value}, as it was set")
    return complaints

"""The interfaces of this host: addresses, offloads, and the plug.

Unplugging takes the address away and keeps the interface: what is sent to this host is then dropped by its
IP layer without an answer, on every kernel, with no module and no rule, and tcpdump goes on (it ends when
an interface goes down). Established connections survive it: Linux keeps them when an address goes.
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct
import subprocess
from contextlib import suppress

from kit.tap import files

SIOCETHTOOL, SIOCGIFMTU = 0x8946, 0x8921
ENGINES_RESOLVER = "127.0.0.11"  # Docker's, in every container of a network of its own
# linux/ethtool.h: with these on, a send of 6000 bytes would be one 6000-byte packet in the capture
_OFFLOADS = {"tso": 0x1F, "gso": 0x24, "gro": 0x2C, "tx": 0x17}

# A program that knows nothing of interfaces reaches all hosts by these, where no default route leads anywhere:
# multicast groups (joined by the same route, see ip_mc_find_dev of net/ipv4/igmp.c), and the limited broadcast
_EVERYONE = ("224.0.0.0/4", "255.255.255.255")

SMALLEST_MTU6 = 1280

# What may leave at once: so many segments that no honest exchange of an exercise waits
BURST_BYTES = 1 << 18
QUEUE_BYTES = 1 << 20


def run_ip(lines: list[str]) -> str:
    """Run `ip -batch`; give what it complained of."""
    return run(["ip", "-batch", "-"], "\n".join(lines))


def run(command: list[str], said: str = "") -> str:
    """Run a command; give what it complained of."""
    try:
        ended = subprocess.run(command, input=said.encode(), capture_output=True, check=False)
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    return ended.stderr.decode(errors="replace").strip() if ended.returncode else ""


def quiet_ipv6() -> None:
    """Turn IPv6 off: its neighbour and listener noise is in every capture otherwise."""
    _set6({"disable_ipv6": "1"}, ("all", "default"))


def allow_ipv6(interface: str) -> None:
    """Turn IPv6 on, deaf to routers and without a wait for an address's uniqueness (RFC 4862 5.4)."""
    quiet = {"accept_ra": "0", "accept_dad": "0", "autoconf": "0"}
    _set6({"disable_ipv6": "0", **quiet}, ("all", "default", "lo", interface))


def _begin_ipv6_anew(interface: str) -> list[str]:
    """Give the lines of `ip` after which the interface has the settings that are the default.

    An engine sets those before /proc/sys is read-only, but the interface was there before. An MTU that is too small
    for IPv6 (RFC 8200 5) takes it from the interface, and a larger one gives it back (addrconf_notify of the kernel).
    """
    mtu = files.read(f"/sys/class/net/{interface}/mtu").strip()
    return [f"link set {interface} mtu {SMALLEST_MTU6 - 1}", f"link set {interface} mtu {mtu}"]


def _set6(values: dict[str, str], scopes: tuple[str, ...]) -> None:
    for scope in scopes:
        for name, value in values.items():
            with suppress(
                OSError
            ):  # no IPv6 in this kernel, or the engine has set it and made /proc/sys read-only
                files.write(f"/proc/sys/net/ipv6/conf/{scope}/{name}", value)


def allow_low_ports() -> None:
    """Let a program without rights listen on port 80, as in a container of Docker (ip_unprivileged_port_start)."""
    with suppress(OSError):  # an engine has set it and made /proc/sys read-only
        files.write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0")


def offloads_off(interface: str) -> list[str]:
    """Turn segmentation and checksum offloads off; give the names of those that would not."""
    refused = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for name, command in _OFFLOADS.items():
            value = array.array("I", [command, 0])
            request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                refused.append(name)
    return refused


def mtu_of(interface: str) -> int:
    """Ask the kernel (netdevice(7)): /sys may be another network namespace's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, SIOCGIFMTU, struct.pack("16sI20x", interface.encode(), 0))
    mtu: int = struct.unpack("16sI20x", answer)[1]
    return mtu


def addresses(interface: str) -> list[str]:
    """Give the interface's IPv4 and IPv6 addresses with their prefix lengths."""
    shown = subprocess.run(
        ["ip", "-o", "address", "show", "dev", interface, "scope", "global"],
        capture_output=True,
        check=True,
        text=True,
    )
    return [line.split()[3] for line in shown.stdout.splitlines() if line.split()[2].startswith("inet")]


def address_lines(verb: str, addresses: list[str], interface: str) -> list[str]:
    """Give the lines of `ip` that add or delete them; an IPv6 one is used at once."""
    at_once = " nodad" if verb == "add" else ""
    return [
        f"address {verb} {address} dev {interface}{at_once if ':' in address else ''}"
        for address in addresses
    ]


def configure(interface: str, address: str | None, address6: str | None) -> str:
    """Bring up loopback and the interface, alone on its segment: no route leads anywhere else.

    Without an address an engine has made it; its resolver asks the machine's name servers for whoever asks it.
    """
    if address6 is None:
        quiet_ipv6()
    else:
        allow_ipv6(interface)
    allow_low_ports()
    lines = ["link set lo up"]
    if address is None:
        lines.append(f"route add unreachable {ENGINES_RESOLVER} table local")
        if address6 is not None:
            lines += _begin_ipv6_anew(interface)
    else:
        lines.append(f"address add {address} broadcast + dev {interface}")
    if address6 is not None:  # with no link-local address beside it the kernel asks for no router
        lines.append(f"link set {interface} addrgenmode none")
    lines.append(f"link set {interface} up")
    if address6 is not None:
        lines.append(f"address flush dev {interface} scope link")
        lines += address_lines("add", [address6], interface)
    lines += routes_to_everyone(interface)
    if _has_default_route():  # without one a stray connect fails at once instead of timing out
        lines.append("route del default")
    return run_ip(lines)


def routes_to_everyone(interface: str) -> list[str]:
    """Give the lines of `ip` for them; they go with the interface's last address."""
    return [f"route replace {everyone} dev {interface}" for everyone in _EVERYONE]


def make_door(outside: str, inside: str, interface: str) -> str:
    """Make a pair of veth: what is sent into `inside` comes in by the interface; give what was complained of."""
    lines = [
        f"link add {outside} type veth peer name {inside}",
        f"link set {outside} up",
        f"link set {inside} up",
    ]
    if complaint := run_ip(lines):
        return complaint
    redirect = f"protocol all u32 match u32 0 0 action mirred ingress redirect dev {interface}"
    return run(["tc", "qdisc", "add", "dev", outside, "ingress"]) or run(
        ["tc", "filter", "add", "dev", outside, "parent", "ffff:", *redirect.split()]
    )


def hold_back(interface: str, bytes_per_s: int, packets_per_s: int) -> str:
    """Let no more than this leave by the interface, beyond a first burst (tc-tbf(8)); give what `tc` complained of.

    A small packet counts as many bytes as make `packets_per_s` of them: one bucket serves both limits.
    """
    smallest = smallest_bytes(bytes_per_s, packets_per_s)
    shape = f"rate {8 * bytes_per_s}bit burst {BURST_BYTES} limit {QUEUE_BYTES} mpu {smallest}"
    return run(["tc", "qdisc", "replace", "dev", interface, "root", "tbf", *shape.split()])


def smallest_bytes(bytes_per_s: int, packets_per_s: int) -> int:
    """Give what a packet counts as at least."""
    return max(1, bytes_per_s // packets_per_s)


def was_held_back(interface: str, smallest: int) -> bool:
    """Tell whether packets had to wait (`overlimits` of tc-stats); `tc` is asked only where more than a burst has left."""
    if (sent := _sent(interface)) is not None:
        left_bytes, left, dropped = sent
        if not dropped and left_bytes + left * smallest < BURST_BYTES:
            return False
    shown = ""
    with suppress(OSError):  # without `tc` nothing was held back
        command = ["tc", "-s", "qdisc", "show", "dev", interface]
        shown = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    words = shown.partition(" tbf ")[2].split()
    return "overlimits" in words and int(words[words.index("overlimits") + 1]) > 0


def _sent(interface: str) -> tuple[int, int, int] | None:
    """Give the bytes and packets that have left by it, and the packets that it dropped (proc_net(5), /proc/net/dev)."""
    rows = (line.partition(":") for line in files.read("/proc/net/dev").splitlines())
    counts = next((values.split() for name, _, values in rows if name.strip() == interface), None)
    return None if counts is None else (int(counts[8]), int(counts[9]), int(counts[11]))


def _has_default_route() -> bool:
    """Read the kernel's table (proc_net(5), /proc/net/route): a default route's destination is 0.0.0.0."""
    return any(line.split()[1] == "00000000" for line in files.read("/proc/net/route").splitlines())

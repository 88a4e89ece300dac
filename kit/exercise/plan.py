"""A plan: the exercise with every choice made. Same exercise, submission and seed: same plan, same digest."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 2544 keeps 198.18.0.0/15 for benchmarks: no VPN and no cloud routes it. Backends may move a plan
# to another part of it, for the sake of runs side by side.
DEFAULT_SUBNET = ipaddress.IPv4Network("198.18.0.0/28")
SUBNET6 = ipaddress.IPv6Network(
    "fd00::/64"
)  # RFC 4193: for local use; nothing leads there but a lab's own segment


@dataclass(frozen=True, slots=True)
class HostPlan:
    """`number` is the host's place in the subnet: 2 is .2 (.1 stays free for an engine's gateway)."""

    name: str
    number: int
    names: tuple[str, ...] = ()  # further names for this host's address on every host: `localhost`
    capture_loopback: bool = False  # several programs here may speak over 127.0.0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use. Times in seconds, sizes in bytes."""

    wall_s: float = 30.0  # the whole run
    step_s: float = 5.0  # one gate, unless it says `within`
    output_bytes: int = 1 << 20  # a program's stdout and stderr together
    output_bytes_per_s: int = 1 << 22  # the same, beyond what one second allows
    trace_bytes: int = 1 << 20  # a program's calls, as strace writes them
    trace_bytes_per_s: int = 1 << 20  # the same, beyond what one second allows
    capture_bytes: int = 1 << 26  # a host's packets: more than fit through its links in `wall_s`
    link_bytes_per_s: int = 2_000_000  # that a host sends, beyond a first burst
    link_packets_per_s: int = 5_000  # the same, of small packets
    processes: int = 64
    memory_bytes: int = 1 << 28  # all its processes together, its files in /work, /tmp and /dev/shm included
    cpu_s: int = 10  # processor time of one process
    open_files: int = 256  # descriptors of one process
    file_bytes: int = 1 << 26  # one file
    disk_bytes: int = 1 << 26  # each of /work, /tmp and /dev/shm
    disk_files: int = 4096  # in each of them

    def words(self, name: str) -> str:
        """Say what a limit allows, and what became of what was above it."""
        return LIMIT_WORDS[name].format(getattr(self, name))


# What a build may use: a compiler is bigger than what it compiles, and its result must find room.
BUILD_LIMITS = {
    "wall_s": 60.0,
    "cpu_s": 10,
    "output_bytes": 1 << 16,
    "processes": 64,
    "memory_bytes": 1 << 29,
    "disk_bytes": 1 << 28,
}

LIMIT_WORDS = {
    "output_bytes": "at most {} bytes of output, the rest was cut",
    "output_bytes_per_s": "at most {} bytes of output a second, more had to wait",
    "trace_bytes": "at most {} bytes of traced calls, the rest was not recorded",
    "trace_bytes_per_s": "at most {} bytes of traced calls a second, more had to wait",
    "capture_bytes": "at most {} bytes of packets at a host, the rest was not recorded",
    "link_bytes_per_s": "at most {} bytes a second from a host, more had to wait",
    "processes": "at most {} processes and threads at once, a further one was refused",
    "memory_bytes": "at most {} bytes of memory, the kernel ended a process",
    "cpu_s": "at most {} s of processor time for a process, one was ended",
    "open_files": "at most {} open files and sockets in a process, a further one was refused",
    "file_bytes": "at most {} bytes in a file, more was refused",
    "disk_bytes": "at most {} bytes in each folder, more was refused",
    "disk_files": "at most {} files in each folder, a further one was refused",
}


@dataclass(frozen=True, slots=True)
class Build:
    """`command` is run on `files` in a sandbox of its own; it makes the files `makes`, or only says what is wrong.

    `source` is the file that it is about.
    """

    language: str
    source: str
    command: tuple[str, ...]
    files: Mapping[str, bytes]
    makes: tuple[str, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """`command` is run in the folder that holds `files`. With `cells`, `script` is run cell by cell.

    `build` comes before, and what it makes is put beside `files`.
    """

    name: str
    host: str
    command: tuple[str, ...]
    files: Mapping[str, bytes]  # relative name -> content, as the program sees them
    script: str | None = None  # the file's name among `files`, where the program is a Python script
    cells: int = 0  # number of cells that the timeline runs; 0: an ordinary program
    submitted: bool = False
    language: str = "python"
    build: Build | None = None
    executables: tuple[str, ...] = ()  # those of `files` that can be run
    traced: bool = True


# What a link did to a packet, as its host's tap tells; `overflowed` is of no rule: too much was on its way
LINK_ACTS = (
    "dropped",
    "delayed",
    "duplicated",
    "reordered",
    "corrupted",
    "held",
    "released",
    "overflowed",
)


@dataclass(frozen=True, slots=True)
class Netem:
    """What tc-netem(8) does by chance: percentages in its words, "" for never; times in milliseconds."""

    seed: int
    loss: str = ""
    delay_ms: float = 0
    jitter_ms: float = 0
    duplicate: str = ""
    reorder: str = ""
    corrupt: str = ""


@dataclass(frozen=True, slots=True)
class LinkRule:
    """One thing that the link does to IPv4 packets from one host to another.

    It acts on those from the `first` to the `last` (None: all from there on) of the packets that it `counts` and that
    fit the filter (a tree of kit.tap.fields, hosts by name).
    """

    number: int  # from 1, as the author wrote them
    from_host: str
    to_host: str
    do: str  # drop, delay, duplicate, reorder, corrupt, hold; rate: `bytes_per_s`, netem: `netem`, for all packets
    counts: str = "packet"  # segment, datagram: those with payload
    first: int = 1
    last: int | None = 1
    filter: tuple[Any, ...] | None = None
    ms: float = 0  # of a delay
    until: str = ""  # of a hold: what releases it
    bytes_per_s: int | None = None
    netem: Netem | None = None


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step, resolved. `action` is the key the author wrote; `within_s` is the gate's limit."""

    number: int
    action: str  # start, cell, stdin, freeze, thaw, signal, snapshot, wait, unplug, plug, release
    arguments: Mapping[str, Any]  # of the typed step, as plain values
    text: str  # on one line, for people
    within_s: float


@dataclass(frozen=True)
class Plan:
    exercise: str
    exercise_digest: str
    submission: str  # a name for people: the folder's or archive's
    seed: str | None  # None: the parameters' defaults
    params: Mapping[str, str]
    hosts: Mapping[str, HostPlan]
    programs: Mapping[str, ProgramPlan]
    steps: tuple[StepPlan, ...]
    limits: Limits
    subnet: ipaddress.IPv4Network = DEFAULT_SUBNET
    link: tuple[LinkRule, ...] = ()
    ipv6: bool = False
    sysctl: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # host -> name -> value

    def address_of(self, host: str) -> str:
        return str(self.subnet[self.hosts[host].number])

    def address6_of(self, host: str) -> str:
        """Give the host's IPv6 address, "" where the exercise has none. Every lab has its segment to itself."""
        return str(SUBNET6[self.hosts[host].number]) if self.ipv6 else ""

    def on(self, subnet: ipaddress.IPv4Network) -> Plan:
        """Give the same plan on another subnet; its digest stays."""
        return replace(self, subnet=subnet)

    def with_made(self, made: Mapping[str, Mapping[str, bytes]]) -> Plan:
        """Give the plan with what was built, by program; what is told of it is told of the plan before."""
        programs = {
            name: replace(program, files={**program.files, **made.get(name, {})})
            for name, program in self.programs.items()
        }
        return replace(self, programs=programs)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that a machine must have to build and run the programs."""
        return frozenset(program.language for program in self.programs.values())

    @property
    def hosts_file(self) -> str:
        """The text of /etc/hosts, the same on every host. A name that a host claims is not loopback's.

        With IPv6 a host's name means both addresses, and NAME.ipv4 and NAME.ipv6 (no host's name has a dot) one each.
        """
        claimed = {name for host in self.hosts.values() for name in host.names}
        loopback = ("127.0.0.1", "::1") if self.ipv6 else ("127.0.0.1",)
        rows = [] if "localhost" in claimed else [f"{address} localhost" for address in loopback]
        for name, host in self.hosts.items():
            own = (f"{name}.ipv4",) if self.ipv6 else ()
            rows.append(" ".join((self.address_of(name), name, *host.names, *own)))
            if self.ipv6:
                rows.append(" ".join((self.address6_of(name), name, *host.names, f"{name}.ipv6")))
        return "\n".join(rows) + "\n"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything but the subnet, which is the machine's choice."""
        value = asdict(replace(self, subnet=DEFAULT_SUBNET))
        # A plan without what came later has the digest that it had before
        for rule in value["link"]:
            if rule["netem"] is None:
                del rule["netem"]
        for name in ("link", "sysctl", "ipv6"):
            if not value[name]:
                del value[name]
        for program in value["programs"].values():
            for name, usual in _LATER.items():
                if program[name] == usual:
                    del program[name]
        return hashlib.sha256(json.dumps(value, sort_keys=True, default=_plain).encode()).hexdigest()


_LATER: Mapping[str, Any] = {"language": "python", "build": None, "executables": (), "traced": True}


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(value)


def smallest_subnet(hosts: int) -> int:
    """Give the prefix length that holds so many hosts beside network, gateway and broadcast; at most 28."""
    return min(28, 32 - (hosts + 2).bit_length())

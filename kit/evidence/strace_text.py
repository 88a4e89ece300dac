r"""The words of strace's output: descriptors, addresses, strings, results (man 1 strace).

    4<TCP:[127.0.0.1:28001->127.0.0.1:46280]>          a descriptor with its connection (-yy)
    3<TCP:[37920]>                                     before there is one: the socket's inode
    {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}
    "hello\n\344\275\240"...                           cut at the length that -s gave
    setsockopt(3<TCP:[37920]>, SOL_SOCKET, SO_REUSEADDR, [1], 4)
    = -1 EAGAIN (Resource temporarily unavailable) <0.000010145>

Nothing here raises: what is not found is None or empty.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from kit.packets.model import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTION = re.compile(
    r", \w+, (?P<name>\w+)(?: /\*[^/]*\*/)?, (?P<value>.*), \[?\d+(?: => \d+)?\]?", re.DOTALL
)
_STRING = r'"((?:[^"\\]|\\.)*)"'
_SOCKET = re.compile(r"(?P<number>\d{1,10})<(?P<protocol>TCP|UDP)(?:v6)?:\[(?P<inside>[^\"<]*?)\]>")
_INODE = re.compile(r"\d{1,19}")
_SOCKADDR = re.compile(
    r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]*)"\)'
    r'|sin6_port=htons\((\d+)\), sin6_flowinfo=[^,]*, inet_pton\(AF_INET6, "([^"]*)"'
)
_TAIL = re.compile(
    r"(?P<arguments>.*)\) += (?P<value>\?|0x[0-9a-f]{1,16}|-?\d{1,19})(?![0-9a-fx])(?P<note>.*?)(?: <(?P<seconds>\d{1,10}\.\d{1,9}|unavailable)>)?",
    re.DOTALL,
)
_ERROR = re.compile(r" (E[A-Z0-9_]+) ")
_SECOND_ARGUMENT = re.compile(r"\d+<[^\"]*?>, " + _STRING, re.DOTALL)
_SECOND_AND_SIZE = re.compile(_SECOND_ARGUMENT.pattern + r"(?:\.\.\.)?, (\d{1,19})(?:,|$)", re.DOTALL)
_IOVEC = re.compile(r"iov_base=" + _STRING, re.DOTALL)
_IOVEC_AND_SIZE = re.compile(_IOVEC.pattern + r"(?:\.\.\.)?, iov_len=(\d{1,19})", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A socket as strace names it. `inode` is there only while it has no address."""

    number: int
    protocol: Literal["tcp", "udp"]
    local: Endpoint | None = None
    remote: Endpoint | None = None
    inode: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What follows the arguments. `value` None: `?`. `duration_ns` None: strace could not tell."""

    arguments: str
    value: int | None
    error: str | None
    duration_ns: int | None
    descriptor: Descriptor | None


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a socket (man 7 socket, ip, tcp, udp), its value without the brackets, braces or quotes around it."""

    name: str
    value: str

    def has(self, wanted: str) -> bool:
        """Whether this is the value, or has these fields among others; nothing wanted is always there."""
        fields = self.value.split(", ")
        return all(field in fields for field in wanted.split(", ") if field)


def option(arguments: str) -> Option | None:
    """Give the option in the arguments of setsockopt and getsockopt, None where there is none."""
    socket = _SOCKET.match(arguments)
    found = None if socket is None else _OPTION.fullmatch(arguments, socket.end())
    if found is None:
        return None
    value = found["value"]
    bare = value[1:-1] if value[:1] in ("[", "{", '"') else value
    # of two layouts of struct timeval, SO_RCVTIMEO and SO_SNDTIMEO have a name each (asm-generic/socket.h)
    return Option(found["name"].removesuffix("_OLD").removesuffix("_NEW"), bare)


def descriptors(text: str) -> Iterator[Descriptor]:
    """Give every socket that the text names."""
    for found in _SOCKET.finditer(text):
        descriptor = _descriptor(found)
        if descriptor is not None:
            yield descriptor


def first_descriptor(arguments: str) -> Descriptor | None:
    """Give the socket that is the first argument, or None."""
    found = _SOCKET.match(arguments)
    return None if found is None else _descriptor(found)


def _descriptor(found: re.Match[str]) -> Descriptor | None:
    number = int(found["number"])
    protocol: Literal["tcp", "udp"] = "tcp" if found["protocol"] == "TCP" else "udp"
    inside = found["inside"]
    if _INODE.fullmatch(inside):
        return Descriptor(number, protocol, inode=int(inside))
    local, _, remote = inside.partition("->")
    return Descriptor(number, protocol, _place(local), _place(remote))


@lru_cache(maxsize=4096)  # a program speaks with few, and often
def _place(text: str) -> Endpoint | None:
    address, _, port = text.rpartition(":")
    return _endpoint(address.strip("[]"), port)


def _endpoint(address: str, port: str) -> Endpoint | None:
    """An IPv4 peer of an IPv6 socket (RFC 4291 2.5.5.2) is IPv4 on the wire, and so it is here."""
    try:
        known = ipaddress.ip_address(address)
        number = int(port)
    except ValueError:
        return None
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return Endpoint(str(mapped or known), number)


def sockaddr(arguments: str) -> Endpoint | None:
    """Give the address in the arguments. A payload cannot imitate one: its quotes are escaped."""
    found = _SOCKADDR.search(arguments)
    if found is None:
        return None
    port4, address4, port6, address6 = found.groups()
    return _endpoint(address4, port4) if port4 else _endpoint(address6, port6)


def result(text: str) -> Result | None:
    """Split `ARGUMENTS) = VALUE NOTE <SECONDS>`; None for a call that has not returned."""
    found = _TAIL.fullmatch(text)
    if found is None:
        return None
    value = None if found["value"] == "?" else int(found["value"], 16 if "x" in found["value"] else 10)
    error = _ERROR.match(found["note"] + " ")
    seconds = found["seconds"]
    duration = None if seconds in (None, "unavailable") else nanoseconds(*seconds.split("."))
    descriptor = first_descriptor(found["value"] + found["note"])
    return Result(
        found["arguments"].removesuffix("<unfinished ...>").rstrip(),
        value,
        error[1] if error else None,
        duration,
        descriptor,
    )


def nanoseconds(seconds: str, fraction: str) -> int:
    return int(seconds) * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))


def buffer(arguments: str) -> bytes:
    """Give the string that is the second argument (read, write, sendto, recvfrom), as far as it is shown."""
    found = _SECOND_ARGUMENT.match(arguments)
    return b"" if found is None else unescape(found[1])


def iovecs(arguments: str) -> bytes:
    """Give the strings of all iovecs, one after the other (readv, writev, sendmsg, recvmsg, ...)."""
    return b"".join(unescape(found[1]) for found in _IOVEC.finditer(arguments))


def buffer_size(arguments: str) -> int | None:
    """Give how many bytes the second argument has, or has room for: the third."""
    found = _SECOND_AND_SIZE.match(arguments)
    return None if found is None else int(found[2])


def iovecs_size(arguments: str) -> int | None:
    """Give how many bytes all iovecs have, or have room for."""
    sizes = [int(found[2]) for found in _IOVEC_AND_SIZE.finditer(arguments)]
    return sum(sizes) if sizes else None


def unescape(text: str) -> bytes:
    """Undo C's escapes: what strace prints in quotes is bytes."""
    return _ESCAPE.sub(_unescaped, text).encode("latin-1", "replace")


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    if escape[0] in "01234567":
        return chr(int(escape, 8) & 0xFF)
    if escape[0] == "x" and len(escape) == 3:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)

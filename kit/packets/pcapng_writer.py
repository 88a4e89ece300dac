"""Values -> the bytes of a pcapng file (draft-ietf-opsawg-pcapng): one section, little-endian, nanoseconds.

A file is `section`, an `interface` each, `names`, then `packet` and `statistics` blocks in any order.
Unlike classic pcap it names interfaces and addresses, and a packet can carry comments.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from struct import Struct, pack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kit.packets.model import Frame

# Block types, section 10.1 of the draft's IANA considerations.
_SECTION, _INTERFACE, _NAMES, _STATISTICS, _PACKET = 0x0A0D0D0A, 1, 4, 5, 6
_BYTE_ORDER_MAGIC = 0x1A2B3C4D
_UNKNOWN_LENGTH = -1  # of the section: a reader goes from block to block
_NO_LIMIT = 0  # of a packet's length
_NANOSECONDS = b"\x09"  # if_tsresol: 10 to the minus 9

# Options, by block; 0 ends a list, 1 is a comment everywhere (section 3.5).
_END, _COMMENT = 0, 1
_HARDWARE, _SYSTEM, _APPLICATION = 2, 3, 4
_IF_NAME, _IF_DESCRIPTION, _IF_RESOLUTION = 2, 3, 9
_RECEIVED, _DROPPED_BY_SYSTEM = 4, 7
_LONGEST_OPTION_BYTES = 0xFFFF

_ADDRESS_RECORD = {4: 1, 6: 2}  # version of IP -> type of a name resolution record; 0 ends the list
_HEAD = Struct("<II")
_TAIL = Struct("<I")

Options = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What a whole file is about."""

    hardware: str
    system: str
    application: str
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interface:
    """Where packets were captured. `link_type` is libpcap's number."""

    name: str
    link_type: int
    description: str = ""


def section(about: Section) -> bytes:
    options = _texts(_COMMENT, about.comments) + _texts(_HARDWARE, [about.hardware])
    options += _texts(_SYSTEM, [about.system]) + _texts(_APPLICATION, [about.application])
    return _block(_SECTION, pack("<IHHq", _BYTE_ORDER_MAGIC, 1, 0, _UNKNOWN_LENGTH), options)


def interface(one: Interface) -> bytes:
    """Give the block of an interface; packets name it by its place among these blocks, from 0."""
    options = _texts(_IF_NAME, [one.name]) + _texts(_IF_DESCRIPTION, [one.description])
    options += ((_IF_RESOLUTION, _NANOSECONDS),)
    return _block(_INTERFACE, pack("<HHI", one.link_type, 0, _NO_LIMIT), options)


def names(of_addresses: Mapping[str, Iterable[str]]) -> bytes:
    """Give the block that tells what addresses (IPv4 or IPv6) are called."""
    records = b""
    for address, called in of_addresses.items():
        packed = ipaddress.ip_address(address)
        value = packed.packed + b"".join(name.encode() + b"\0" for name in called)
        records += _option(_ADDRESS_RECORD[packed.version], value)
    return _block(_NAMES, records + _option(_END, b""))


def packet(number: int, frame: Frame, comments: Iterable[str] = ()) -> bytes:
    """Give the block of a frame that the interface with this number captured."""
    high, low = divmod(frame.time_ns, 1 << 32)
    head = pack("<IIIII", number, high, low, len(frame.data), frame.length)
    return _block(_PACKET, head + _padded(frame.data), _texts(_COMMENT, comments))


def statistics(number: int, time_ns: int, received: int, dropped: int | None) -> bytes:
    """Give the block that tells how many packets came, and how many the kernel dropped, where that is known."""
    high, low = divmod(time_ns, 1 << 32)
    options: Options = ((_RECEIVED, pack("<Q", received)),)
    if dropped is not None:
        options += ((_DROPPED_BY_SYSTEM, pack("<Q", dropped)),)
    return _block(_STATISTICS, pack("<III", number, high, low), options)


def _block(kind: int, body: bytes, options: Options = ()) -> bytes:
    if options:
        body += b"".join(_option(code, value) for code, value in options) + _option(_END, b"")
    length = _HEAD.size + len(body) + _TAIL.size
    return _HEAD.pack(kind, length) + body + _TAIL.pack(length)


def _texts(code: int, texts: Iterable[str]) -> Options:
    return tuple((code, _cut(text)) for text in texts if text)


def _cut(text: str) -> bytes:
    """Give UTF-8 that fits into an option, whatever characters the text has."""
    data = text.encode("utf-8", "backslashreplace")
    return data[:_LONGEST_OPTION_BYTES].decode("utf-8", "ignore").encode()


def _option(code: int, value: bytes) -> bytes:
    return pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)

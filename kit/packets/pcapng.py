"""pcapng files: bytes -> frames (draft-ietf-opsawg-pcapng).

A file is blocks of a type, a length, a body and the length again. A section header tells the byte order of what
follows it; an interface block tells the link type and the unit of time of the packets that name it.
A block of a type that carries no packet is passed over, as the format asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct
from struct import error as struct_error
from typing import TYPE_CHECKING

from kit.packets.model import Frame
from kit.packets.pcap import CaptureFile, PcapError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAGIC = b"\x0a\x0d\x0d\x0a"  # the type of a section header, the same in both byte orders
_SECTION = 0x0A0D0D0A
_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_LEAST_BLOCK_BYTES = 12
_IF_TSRESOL, _IF_TSOFFSET = 9, 14
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Interface:
    link_type: int
    snap_length: int
    units_per_s: int = 1_000_000
    offset_s: int = 0

    def time_ns(self, high: int, low: int) -> int:
        return (high << 32 | low) * _NS // self.units_per_s + self.offset_s * _NS


@dataclass(slots=True)
class _Section:
    """The interfaces of the section that is being read, in its byte order."""

    order: str
    interfaces: list[_Interface] = field(default_factory=list)

    def unpack(self, form: str, body: bytes, at: int = 0) -> tuple[int, ...]:
        return Struct(self.order + form).unpack_from(body, at)


def read(data: bytes) -> CaptureFile:
    """Read a whole file. Raises PcapError for bytes that are no pcapng.

    `link_type` is the first interface's: each frame has its own.
    """
    if data[:4] != MAGIC[: len(data[:4])]:
        raise PcapError(0, f"not a pcapng file: it begins with {data[:4].hex(' ')}")
    frames: list[Frame] = []
    section = _Section("<")
    link_type = None
    at = 0
    while at + _LEAST_BLOCK_BYTES <= len(data):
        if data[at : at + 4] == MAGIC:
            section = _Section(_byte_order(data, at))
        kind, length = section.unpack("II", data, at)
        if length < _LEAST_BLOCK_BYTES or length % 4:
            raise PcapError(at, f"a block of {length} bytes cannot be")
        if at + length > len(data):
            break
        take = _BLOCKS.get(kind)
        if take is not None:
            try:
                frames.extend(take(section, data[at + 8 : at + length - 4]))
            except (struct_error, IndexError) as error:
                raise PcapError(at, f"block of type {kind}: {error}") from None
        if link_type is None and section.interfaces:
            link_type = section.interfaces[0].link_type
        at += length
    return CaptureFile(tuple(frames), at < len(data) or not data, link_type)


def _byte_order(data: bytes, at: int) -> str:
    magic = data[at + 8 : at + 12]
    if magic not in _ORDERS:
        raise PcapError(at, f"a section's byte order cannot be {magic.hex(' ')}")
    return _ORDERS[magic]


def _interface(section: _Section, body: bytes) -> Iterator[Frame]:
    link_type, _, snap_length = section.unpack("HHI", body)
    options = dict(_options(section, body, 8))
    units_per_s = 1_000_000
    if resolution := options.get(_IF_TSRESOL):
        units_per_s = 2 ** (resolution[0] & 0x7F) if resolution[0] & 0x80 else 10 ** resolution[0]
    offset = options.get(_IF_TSOFFSET, b"")
    (offset_s,) = section.unpack("q", offset) if len(offset) == 8 else (0,)
    section.interfaces.append(_Interface(link_type, snap_length, units_per_s, offset_s))
    return iter(())


def _options(section: _Section, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(body):
        code, length = section.unpack("HH", body, at)
        if code == 0:
            return
        yield code, body[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4


def _enhanced(section: _Section, body: bytes) -> Iterator[Frame]:
    number, high, low, captured, length = section.unpack("IIIII", body)
    yield _frame(section, number, (high, low), body[20 : 20 + captured], length)


def _obsolete(section: _Section, body: bytes) -> Iterator[Frame]:
    number, _, high, low, captured, length = section.unpack("HHIIII", body)
    yield _frame(section, number, (high, low), body[20 : 20 + captured], length)


def _simple(section: _Section, body: bytes) -> Iterator[Frame]:
    """Without a time; cut at the first interface's snap length."""
    (length,) = section.unpack("I", body)
    captured = min(length, section.interfaces[0].snap_length or length)
    yield _frame(section, 0, (0, 0), body[4 : 4 + captured], length)


def _frame(section: _Section, number: int, time: tuple[int, int], data: bytes, length: int) -> Frame:
    interface = section.interfaces[number]
    return Frame(interface.time_ns(*time), data, length, interface.link_type)


_BLOCKS: Mapping[int, Callable[[_Section, bytes], Iterator[Frame]]] = {
    1: _interface,
    2: _obsolete,
    3: _simple,
    6: _enhanced,
}

from __future__ import annotations

import struct

import pytest

from kit.packets.model import Frame
from kit.packets.pcap import PcapError
from kit.packets.pcapng import read


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link_type: int = 1, options: bytes = b"", order: str = "<", snap_length: int = 0) -> bytes:
    return block(1, struct.pack(f"{order}HHI", link_type, 0, snap_length) + options, order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(data: bytes, units: int, number: int = 0, order: str = "<", length: int | None = None) -> bytes:
    head = struct.pack(
        f"{order}IIIII",
        number,
        units >> 32,
        units & 0xFFFFFFFF,
        len(data),
        len(data) if length is None else length,
    )
    return block(6, head + data, order)


NANOSECONDS = option(9, b"\x09") + option(0, b"")


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_of_both_byte_orders_are_read(order: str) -> None:
    data = section(order) + interface(order=order) + packet(b"abcde", 1_500_000, order=order, length=9)
    found = read(data)
    assert found.frames == (Frame(1_500_000_000, b"abcde", 9, 1),)
    assert (found.truncated, found.link_type) == (False, 1)


def test_each_interface_has_its_link_type_unit_and_offset() -> None:
    binary = option(9, b"\x8a") + option(14, struct.pack("<q", 100))
    data = section() + interface(1, NANOSECONDS) + interface(101, binary)
    data += packet(b"a", 1_600_000_000_123_456_789) + packet(b"b", 512, number=1)
    assert [(frame.time_ns, frame.link_type) for frame in read(data).frames] == [
        (1_600_000_000_123_456_789, 1),
        (100_500_000_000, 101),
    ]


def test_a_new_section_has_interfaces_of_its_own() -> None:
    data = section() + interface(1) + packet(b"a", 1) + section(">") + interface(101, order=">")
    data += packet(b"b", 2, order=">")
    assert [frame.link_type for frame in read(data).frames] == [1, 101]


def test_simple_and_obsolete_packets_are_read_and_other_blocks_passed_over() -> None:
    simple = block(3, struct.pack("<I", 9) + b"abcd")
    obsolete = block(2, struct.pack("<HHIIII", 0, 0, 0, 7, 3, 3) + b"xyz")
    data = section() + interface(snap_length=4) + block(0xBAD, b"whatever") + simple + obsolete
    assert read(data).frames == (Frame(0, b"abcd", 9, 1), Frame(7_000, b"xyz", 3, 1))


def test_a_file_that_ends_inside_a_block_is_truncated() -> None:
    whole = section() + interface() + packet(b"abcd", 1)
    found = read(whole + packet(b"abcd", 2)[:-3])
    assert (len(found.frames), found.truncated) == (1, True)
    assert read(b"").truncated


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xa1\xb2\xc3\xd4", "byte 0: not a pcapng"),
        (section() + interface() + struct.pack("<III", 6, 4, 4), "byte 48: a block of 4 bytes"),
        (section() + packet(b"a", 1), "byte 28: block of type 6"),
        (b"\x0a\x0d\x0d\x0a" + bytes(8), "byte 0: a section's byte order"),
        (section() + interface() + block(6, b"short"), "byte 48: block of type 6"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(PcapError, match=said):
        read(data)

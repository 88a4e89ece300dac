"""The bytes of pcapng, as the draft has them: each block read back by hand."""

from __future__ import annotations

from struct import unpack, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kit.packets.model import Frame
from kit.packets.pcapng import read
from kit.packets.pcapng_writer import Interface, Section, interface, names, packet, section, statistics

TIME_NS = 1_795_347_281_867_747_052


def body(block: bytes, kind: int) -> bytes:
    """Give what is between the head and the tail of one block, whose lengths must be right."""
    found, length = unpack_from("<II", block)
    assert (found, length, len(block) % 4) == (kind, len(block), 0)
    assert unpack("<I", block[-4:]) == (length,)
    return block[8:-4]


def options(data: bytes) -> list[tuple[int, bytes]]:
    """Give code and value of each option; the list must end with the end and nothing behind it."""
    found = []
    while data:
        code, length = unpack_from("<HH", data)
        padded = (length + 3) // 4 * 4
        found.append((code, data[4 : 4 + length]))
        assert data[4 + length : 4 + padded] == bytes(padded - length)
        data = data[4 + padded :]
    assert not found or found.pop() == (0, b"")
    return found


def test_a_section_says_the_byte_order_the_version_and_where_it_was_made() -> None:
    data = body(section(Section("wood", "Linux 6", "kit", ("one", "two!"))), 0x0A0D0D0A)
    assert data[:4] == b"\x4d\x3c\x2b\x1a"
    assert unpack_from("<HHq", data, 4) == (1, 0, -1)
    assert options(data[16:]) == [(1, b"one"), (1, b"two!"), (2, b"wood"), (3, b"Linux 6"), (4, b"kit")]


def test_an_interface_has_its_link_type_its_name_and_nanoseconds() -> None:
    data = body(interface(Interface("server", 113, "198.18.0.2")), 1)
    assert unpack_from("<HHI", data) == (113, 0, 0)
    assert options(data[8:]) == [(2, b"server"), (3, b"198.18.0.2"), (9, b"\x09")]


def test_what_is_not_known_is_left_out() -> None:
    assert options(body(interface(Interface("h", 1)), 1)[8:]) == [(2, b"h"), (9, b"\x09")]
    assert body(section(Section("", "", "")), 0x0A0D0D0A)[16:] == b""


def test_names_are_records_of_both_versions_of_ip() -> None:
    data = body(names({"198.18.0.2": ["server", "s"], "fd00::3": ["client"]}), 4)
    assert unpack_from("<HH", data) == (1, 4 + 9)
    assert data[4:17] == bytes([198, 18, 0, 2]) + b"server\0s\0"
    assert unpack_from("<HH", data, 20) == (2, 16 + 7)
    assert data[24:47] == bytes.fromhex("fd00") + bytes(13) + b"\x03client\0"
    assert data[48:] == bytes(4)


def test_a_packet_keeps_its_nanosecond_its_lengths_and_its_comments() -> None:
    data = body(packet(2, Frame(TIME_NS, b"12345", 99, 1), ["first", "second"]), 6)
    number, high, low, captured, length = unpack_from("<IIIII", data)
    assert (number, (high << 32) + low, captured, length) == (2, TIME_NS, 5, 99)
    assert data[20:28] == b"12345\0\0\0"
    assert options(data[28:]) == [(1, b"first"), (1, b"second")]


@pytest.mark.parametrize("size", range(5))
def test_packets_of_any_length_are_padded_and_need_no_options(size: int) -> None:
    data = body(packet(0, Frame(0, b"x" * size, size, 1)), 6)
    assert data[20:] == b"x" * size + bytes(-size % 4)


def test_statistics_tell_what_was_dropped_where_it_is_known() -> None:
    data = body(statistics(1, TIME_NS, 7, 3), 5)
    assert unpack_from("<III", data) == (1, *divmod(TIME_NS, 1 << 32))
    assert options(data[12:]) == [(4, (7).to_bytes(8, "little")), (7, (3).to_bytes(8, "little"))]
    assert [code for code, _ in options(body(statistics(1, TIME_NS, 7, None), 5)[12:])] == [4]


@pytest.mark.parametrize("text", ["é" * 40_000, "x" + "é" * 40_000, "x" * 70_000, "a\ud800"])
def test_a_comment_of_any_length_and_any_characters_fits(text: str) -> None:
    ((code, value),) = options(body(packet(0, Frame(0, b"", 0, 1), [text]), 6)[20:])
    assert code == 1
    assert 65_530 <= len(value) <= 65_535 or value == b"a\\ud800"
    assert text.encode("utf-8", "backslashreplace").startswith(value.decode().encode())


FRAMES = some.builds(
    lambda time_ns, data, more: Frame(time_ns, data, len(data) + more, 113),
    some.integers(0, 2**63),
    some.binary(max_size=40),
    some.integers(0, 2000),
)


@given(
    some.lists(
        some.tuples(some.integers(0, 1), FRAMES, some.lists(some.text(max_size=9), max_size=2)), max_size=9
    )
)
def test_kits_own_reader_finds_every_frame_again(packets: list[tuple[int, Frame, list[str]]]) -> None:
    blocks = [section(Section("h", "o", "a")), *(interface(Interface(name, 113)) for name in ("one", "two"))]
    blocks += [names({"198.18.0.2": ["server"]})]
    blocks += [packet(number, frame, comments) for number, frame, comments in packets]
    blocks += [statistics(0, TIME_NS, 1, 0)]
    found = read(b"".join(blocks))
    assert found.frames == tuple(frame for _, frame, _ in packets)
    assert (found.truncated, found.link_type) == (False, 113)

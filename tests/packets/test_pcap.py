"""Claims about kit/packets/pcap.py."""

from __future__ import annotations

import struct

import pytest

from kit.packets.model import Frame
from kit.packets.pcap import PcapError, Reader, header, read, record

FRAMES = (
    Frame(1_795_343_967_292_277_066, b"hello", 5, 1),
    Frame(1_795_343_967_999_999_999, b"", 1500, 1),  # nothing kept of 1500 bytes
)
FILE = header(1, 65535) + b"".join(map(record, FRAMES))


def test_what_was_written_is_read_again() -> None:
    found = read(FILE)
    assert found.frames == FRAMES
    assert not found.truncated
    assert found.link_type == 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "unit_ns"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_both_byte_orders_and_both_units_are_read(order: str, magic: int, unit_ns: int) -> None:
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 113)
    data += struct.pack(order + "IIII", 17, 123_456, 3, 60) + b"abc"
    assert read(data).frames == (Frame(17_000_000_000 + 123_456 * unit_ns, b"abc", 60, 113),)


def test_bits_that_tell_of_a_check_sequence_are_no_part_of_the_link_type() -> None:
    assert read(header(0x1400_0001, 65535)).link_type == 1


@pytest.mark.parametrize("size", range(len(FILE)))
def test_a_file_cut_anywhere_gives_the_whole_frames_and_says_that_it_is_cut(size: int) -> None:
    found = read(FILE[:size])
    ends = (24, 24 + 16 + 5, len(FILE))
    assert found.truncated is (size not in ends)
    assert found.frames == FRAMES[: sum(size >= end for end in ends[1:])]
    assert found.link_type == (1 if size >= 24 else None)


@pytest.mark.parametrize("step", [1, 2, 7, 24, 25])
def test_bytes_may_come_in_any_split(step: int) -> None:
    reader = Reader()
    frames = [frame for at in range(0, len(FILE), step) for frame in reader.feed(FILE[at : at + step])]
    assert tuple(frames) == FRAMES
    assert reader.pending == 0


def test_a_frame_is_given_as_soon_as_it_is_whole() -> None:
    reader = Reader()
    assert reader.feed(FILE[:44]) == []
    assert reader.feed(FILE[44:46]) == [FRAMES[0]]
    assert reader.pending == 1


def test_garbage_is_refused_with_its_place() -> None:
    with pytest.raises(PcapError, match=r"byte 0: not a pcap file: it begins with 7f 45 4c 46") as caught:
        read(b"\x7fELF and more")
    assert isinstance(caught.value, ValueError)


def test_pcapng_is_refused_with_the_remedy() -> None:
    with pytest.raises(PcapError, match="tcpdump -r FILE -w NEW"):
        read(bytes.fromhex("0a0d0d0a1c000000"))


def test_an_impossible_record_is_refused_at_its_own_place() -> None:
    bad = FILE + struct.pack("<IIII", 1, 1, 1 << 30, 1 << 30)
    with pytest.raises(PcapError, match=f"byte {len(FILE)}: a record of 1073741824 bytes cannot be"):
        read(bad)
    reader = Reader()
    reader.feed(FILE)
    with pytest.raises(PcapError, match=f"byte {len(FILE)}: "):
        reader.feed(bad[len(FILE) :])

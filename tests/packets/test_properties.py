"""No bytes, in any order, cut anywhere, make a reader raise what it does not say, or work longer than they are long.

Work is counted in lines of kit that are executed: it does not depend on the machine.
"""

from __future__ import annotations

import random
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.packets import pcap, pcapng
from kit.packets.decode import decode
from kit.packets.model import Frame
from tests.packets import frames
from tests.packets.questions import ask_everything
from tests.random_tcp import capture

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from kit.packets.model import Packet

LINK_TYPES = (0, 1, 101, 113, 228, 229, 276, 7)
WHOLE = (
    frames.ethernet(frames.ipv4(frames.tcp(b"hello", options=bytes.fromhex("0101080a0000000100000002")))),
    frames.ethernet(frames.ipv6(frames.udp(b"hello"), following=17), 0x86DD),
    frames.ethernet(
        frames.ipv4(frames.icmp(3, 3, frames.ipv4(frames.udp(b"hello"), protocol=17)), protocol=1)
    ),
    frames.ethernet(frames.arp(), 0x0806),
)


@cache
def random_frames(seed: int) -> tuple[Frame, ...]:
    return pcap.read(capture(random.Random(seed), conversations=4, segments=40)).frames  # noqa: S311  # a test's input


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Give a good frame with some bytes overwritten, and cut somewhere."""
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for at, value in draw(
        st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=6)
    ):
        data[at] = value
    return bytes(data[: draw(st.integers(0, len(data)))])


@given(st.lists(st.tuples(st.binary(max_size=120) | spoilt(), st.sampled_from(LINK_TYPES))))
def test_any_bytes_are_decoded_and_analysed(data: list[tuple[bytes, int]]) -> None:
    ask_everything([
        decode(Frame(number, each, len(each), link_type), number)
        for number, (each, link_type) in enumerate(data, 1)
    ])  # fmt: skip


@settings(max_examples=40)
@given(st.integers(0, 3), st.randoms(use_true_random=False))
def test_segments_in_any_order_are_analysed(seed: int, order: random.Random) -> None:
    shuffled = list(random_frames(seed))
    order.shuffle(shuffled)
    ask_everything([decode(frame, number) for number, frame in enumerate(shuffled, 1)])


@pytest.mark.parametrize("read", [pcap.read, pcapng.read])
@given(st.binary(max_size=200))
def test_a_file_of_any_bytes_is_read_or_refused(
    read: Callable[[bytes], pcap.CaptureFile], data: bytes
) -> None:
    for magic in (b"", pcapng.MAGIC, b"\xa1\xb2\xc3\xd4"):
        try:
            read(magic + data)
        except pcap.PcapError:  # whose message has its place; anything else fails the test
            continue


def work(action: Callable[[], object]) -> int:
    """Count the lines of kit that an action executes."""
    root = str(Path(kit.__file__).parent)
    lines = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(root):
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # typeshed asks for a recursive type
    try:
        action()
    finally:
        sys.settrace(before)
    return lines


def many(line: Callable[[int], str], count: int) -> list[Packet]:
    from tests.packets.build import trace  # noqa: PLC0415  # its name is the tracer's here

    return list(trace("\n".join(line(number) for number in range(count))))


# Hostile to a list that is walked for every segment: each makes one grow, and touches it again and again.
HOSTILE: dict[str, Callable[[int], str]] = {
    "never acknowledged": lambda n: f"c > s . {10 * n}:{10 * n + 10}(10) ack 1",
    "holes without end": lambda n: f"c > s . {20 * n}:{20 * n + 10}(10) ack 1",
    "holes, backwards": lambda n: f"c > s . {90_000 - 20 * n}:{90_010 - 20 * n}(10) ack 1",
    "SYNs from one side": lambda _n: "c > s S 0",
    "SYNs from both sides": lambda n: ("c > s S 0", "s > c S 0")[n % 2],
    "SYNs, each another": lambda n: f"c > s S {n}",
    "acknowledged byte by byte": lambda n: (
        f"c > s . {10 * n}:{10 * n + 1000}(1000) ack 1" if n % 2 else f"s > c . 1 ack {n}"
    ),
    "the same again and again": lambda _n: "c > s P. 1:6(5) ack 1",
    "FINs and resets": lambda n: ("c > s F. 1 ack 1", "s > c R. 1 ack 1")[n % 2],
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_segments_are_at_most_a_little_more_than_twice_the_work(line: Callable[[int], str]) -> None:
    small, large = many(line, 200), many(line, 400)
    once, twice = work(lambda: ask_everything(small)), work(lambda: ask_everything(large))
    assert twice < 2.3 * once


def test_twice_the_bytes_are_at_most_a_little_more_than_twice_the_work_to_decode() -> None:
    def frame(size: int) -> Frame:
        extensions = bytes([60, 0, 0, 0, 0, 0, 0, 0]) * size
        data = frames.ethernet(frames.ipv6(extensions, following=60), 0x86DD)
        return Frame(0, data, len(data), 1)

    once, twice = (work(lambda size=size: decode(frame(size), 1)) for size in (500, 1000))  # type: ignore[misc]
    assert twice < 2.3 * once

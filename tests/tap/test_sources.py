"""What is read of real pipes, when, and what is held back."""

from __future__ import annotations

import os
import selectors
from typing import TYPE_CHECKING

import pytest

from kit.tap.rate import Bucket
from kit.tap.sources import Room, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reader:
    """Sources and what they tell; `turn` does what there is to do now."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.met: list[str] = []
        self.ends = 0
        self.read: list[bytes] = []
        self.is_dull = False
        self.sources = Sources(self.selector, self.met.append, self._ended)

    def _ended(self) -> None:
        self.ends += 1

    def take(self, data: bytes) -> bool:
        self.read.append(data)
        return self.is_dull

    def pipe(self, room: Room | None = None) -> tuple[int, int]:
        read_end, write_end = os.pipe()
        self.sources.add(read_end, self.take, room)
        return read_end, write_end

    def turn(self) -> None:
        for key, _ in self.selector.select(0):
            key.data()


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.sources.close_all()
    made.selector.close()


def small_room() -> Room:
    return Room("output_bytes_per_s", Bucket(at_once=3, per_s=0.001))


def test_what_comes_is_read_and_the_end_of_the_last_is_told_once(reader: Reader) -> None:
    (first, into_first), (second, into_second) = reader.pipe(), reader.pipe()
    os.write(into_first, b"one")
    os.close(into_second)
    reader.turn()
    assert reader.read == [b"one"]
    assert first in reader.sources
    assert second not in reader.sources
    assert reader.ends == 0
    os.close(into_first)
    reader.turn()
    assert reader.ends == 1


def test_who_writes_more_than_there_is_room_for_waits_and_the_limit_is_told(reader: Reader) -> None:
    _, into = reader.pipe(small_room())
    os.write(into, b"more")
    reader.turn()
    os.write(into, b"again")
    reader.turn()
    assert reader.read == [b"more"]
    assert reader.met == ["output_bytes_per_s"]
    assert (reader.sources.wait_s() or 0) > 100
    reader.sources.read_on()
    reader.turn()
    assert reader.read == [b"more"]
    os.close(into)


def test_of_a_dead_program_all_is_read_at_once(reader: Reader) -> None:
    _, into = reader.pipe(small_room())
    for piece in (b"much", b"more", b"of it"):
        os.write(into, piece)
        reader.turn()
        reader.sources.hurry()
    reader.turn()
    assert reader.read == [b"much", b"more", b"of it"]
    assert reader.sources.wait_s() is None
    os.close(into)


def test_what_is_dull_is_not_looked_at_for_a_moment_and_then_again(reader: Reader) -> None:
    reader.is_dull = True
    _, into = reader.pipe(Room("trace_bytes_per_s", Bucket(1 << 20, 1 << 20)))
    os.write(into, b"dull")
    reader.turn()
    assert reader.met == []
    assert 0 <= (reader.sources.wait_s() or 0) <= 0.001
    os.write(into, b"still")
    while reader.sources.wait_s():
        reader.sources.read_on()
    reader.sources.read_on()
    reader.turn()
    assert reader.read == [b"dull", b"still"]
    os.close(into)


def test_one_that_is_held_back_can_be_closed(reader: Reader) -> None:
    read_end, into = reader.pipe(small_room())
    os.write(into, b"more")
    reader.turn()
    reader.sources.close(read_end)
    assert reader.ends == 1
    assert reader.sources.wait_s() is None
    os.close(into)

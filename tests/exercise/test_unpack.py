"""What is packed grows no further than is allowed, and takes no more memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from kit.exercise import unpack
from kit.exercise.entries import RefusedError
from kit.exercise.unpack import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

PACKERS = [gzip.compress, bz2.compress, lzma.compress]
DATA = bytes(range(256)) * 1000


@pytest.mark.parametrize("pack", PACKERS)
def test_what_is_packed_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    assert unpacked(pack(DATA)) == DATA


def test_what_is_not_packed_is_left_as_it_is() -> None:
    source = b"BZh = 9  # no bzip2, whatever its beginning\n"
    assert unpacked(source) is source


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb_is_refused_while_it_is_read(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(16 << 20))
    tracemalloc.start()
    with pytest.raises(RefusedError, match=r"the archive unpacks to more than \d+ bytes; pack the source"):
        unpacked(bomb)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 14 << 20


def test_a_bomb_of_many_gigabytes_is_refused_by_its_first_megabytes() -> None:
    packed = io.BytesIO()
    with gzip.open(packed, "wb", 1) as file:
        file.write(bytes(1 << 20))
    member = packed.getvalue()  # members may follow one another (RFC 1952 2.2)
    with pytest.raises(RefusedError, match="more than 67108864 bytes"):
        unpacked(member * 500)


def test_an_archive_of_ordinary_size_may_grow_beyond_the_ratio() -> None:
    zeros = bytes(unpack.ALWAYS_UNPACKED_BYTES)
    assert unpacked(lzma.compress(zeros)) == zeros


def test_an_xz_that_needs_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    strong = lzma.compress(DATA, preset=9)
    assert unpacked(strong) == DATA
    monkeypatch.setattr(unpack, "MAX_XZ_MEMORY_BYTES", 32 << 20)
    with pytest.raises(RefusedError, match="Memory usage limit exceeded"):
        unpacked(strong)


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("length", [11, 100, -1])
def test_a_truncated_one_is_damaged(pack: Callable[[bytes], bytes], length: int) -> None:
    with pytest.raises(RefusedError, match=r"the archive cannot be read \(.+\); pack it again as \.zip"):
        unpacked(pack(DATA)[:length])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_very_many_streams_of_nothing_are_refused_in_time(pack: Callable[[bytes], bytes]) -> None:
    began = time.process_time()
    with pytest.raises(RefusedError, match="packed in more than 1000 pieces"):
        unpacked(pack(b"x") + pack(b"") * 1_000_000)
    assert time.process_time() - began < 2

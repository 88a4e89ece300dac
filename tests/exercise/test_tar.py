"""Tar archives, right and wrong ones: read as `tarfile` reads them, but in one pass."""

from __future__ import annotations

import io
import os
import tarfile
import time

import pytest

from kit.exercise.entries import RefusedError, collected
from kit.exercise.tar import is_tar, tar_entries
from tests.exercise.packing import tar_header, tar_of

CODE = b"print('mine')\n"
END = bytes(1024)


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        collected(tar_entries(data))
    assert str(refused.value).isprintable()
    return str(refused.value)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize(
    "name",
    ["server.py", "-c.py", "作业/服务器.py", "a" * 60 + "/" + "b" * 90 + ".py", "x" * 100, "new\nline"],
)
def test_every_format_is_read(format_: int, name: str) -> None:
    data = tar_of({name: CODE, "empty.py": b"", "after.py": b"x" * 513}, format_)
    assert is_tar(data)
    found = dict(tar_entries(data))
    assert {name: entry.read(1000) for name, entry in found.items()} == {
        name: CODE,
        "empty.py": b"",
        "after.py": b"x" * 513,
    }
    assert found[name].read(3) == CODE[:3]


@pytest.mark.parametrize("format_", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["长" * 85, "/".join(["folder" * 20] * 5)])
def test_long_names_are_read(format_: int, name: str) -> None:
    assert [name for name, _ in tar_entries(tar_of({name: CODE, "b": b""}, format_))] == [name, "b"]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (tarfile.REGTYPE, "file"),
        (tarfile.AREGTYPE, "file"),
        (tarfile.CONTTYPE, "file"),
        (tarfile.DIRTYPE, "folder"),
        (tarfile.SYMTYPE, "link"),
        (tarfile.LNKTYPE, "link"),
        (tarfile.CHRTYPE, "special"),
        (tarfile.BLKTYPE, "special"),
        (tarfile.FIFOTYPE, "special"),
        (tarfile.GNUTYPE_SPARSE, "special"),
    ],
)
def test_links_devices_and_pipes_are_only_named(type_: bytes, kind: str) -> None:
    data = tar_header(b"server.py", type_) + tar_header(b"next.py") + END
    assert [(name, entry.kind) for name, entry in tar_entries(data)] == [
        ("server.py", kind),
        ("next.py", "file"),
    ]


def test_a_folder_of_old_archives_ends_in_a_slash() -> None:
    ((name, entry),) = tar_entries(tar_header(b"work/", b"\0") + END)
    assert (name, entry.kind) == ("work/", "folder")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("服务器.py".encode("gbk"), "服务器.py"),
        (b"\xff\xff.py", os.fsdecode(b"\xff\xff.py")),
        (b"server.py\0.txt", "server.py"),  # the name ends at a NUL, in every tar
    ],
)
def test_names_of_other_encodings_are_read(name: bytes, text: str) -> None:
    assert [name for name, _ in tar_entries(tar_header(name) + END)] == [text]


def test_an_end_without_its_blocks_is_an_end() -> None:
    data = tar_header(b"a.py", size=3) + padded(b"abc")
    for archive in (data, data[:-509], data + b"\0" * 100, data + END + b"more"):
        ((_, entry),) = tar_entries(archive)
        assert entry.read(10) == b"abc"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (tar_header(b"a.py", size=600) + b"x" * 512, "it ends in the middle of a file"),
        (tar_header(b"a.py", size=0o77777777777), "it ends in the middle of a file"),  # 8 GiB, it says
        (tar_header(b"a.py", size=5)[:300], "it ends in the middle of a file"),
        (tar_header(b"a.py").replace(b"a.py", b"b.py"), "a wrong checksum at byte 0"),
        (tar_header(b"a.py") + b"garbage" * 100, "b'arbagega' is no number"),
    ],
)
def test_a_damaged_archive_says_how(data: bytes, said: str) -> None:
    assert refusal(data) == f"the archive cannot be read ({said}); pack it again as .zip"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (b"\x80" + b"\xff" * 11, "it ends in the middle of a file"),  # 2^88 bytes
        (b"\xff" * 12, "is no number"),  # a negative size
        (b"-0000000001\0", "is no number"),
        (b"00000000009\0", "is no number"),
    ],
)
def test_a_size_that_lies_is_damage(field: bytes, said: str) -> None:
    header = bytearray(tar_header(b"a.py"))
    header[124:136] = field
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert said in refusal(bytes(header) + END)


def test_a_binary_size_is_read() -> None:
    header = bytearray(tar_header(b"a.py"))
    header[124:136] = b"\x80" + (3).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    ((_, entry),) = tar_entries(bytes(header) + padded(b"abc"))
    assert entry.read(10) == b"abc"


def pax(records: bytes, type_: bytes = b"x") -> bytes:
    return tar_header(b"pax", type_, len(records)) + padded(records) + tar_header(b"a.py") + END


@pytest.mark.parametrize(
    "records",
    [
        b"999 path=x\n",
        b"0 path=x\n",
        b"2 path=x\n",
        b"-9 path=x\n",
        b"path=x\n",
        b"1" * 1000,
        b"10 size=-1\n",
    ],
)
def test_a_wrong_pax_record_is_damage(records: bytes) -> None:
    assert refusal(pax(records)).startswith("the archive cannot be read (")


def test_a_pax_header_says_name_and_size_of_the_next_file_alone() -> None:
    records = "15 path=作业\n".encode() + b"9 size=3\n" + b"20 comment=whatever\n"[:20]
    data = tar_header(b"pax", b"x", len(records)) + padded(records) + tar_header(b"a.py") + padded(b"abc")
    found = list(tar_entries(data + tar_header(b"b.py") + END))
    assert [(name, entry.read(9)) for name, entry in found] == [("作业", b"abc"), ("b.py", b"")]


def test_a_pax_header_for_all_files_names_none() -> None:
    assert [name for name, _ in tar_entries(pax(b"10 path=x\n", b"g"))] == ["a.py"]


@pytest.mark.parametrize("type_", [b"x", b"g", b"L", b"K"])
def test_a_header_of_megabytes_is_refused(type_: bytes) -> None:
    said = "the archive has a header of 3000000 bytes; pack the source files again as .zip"
    assert refusal(pax(b"1" * 3_000_000, type_)) == said


def test_a_name_of_almost_a_megabyte_is_refused() -> None:
    assert "is a name of" in refusal(pax(b"a/" * 500_000, b"L"))


def test_a_header_that_keeps_tarfile_busy_costs_nothing() -> None:
    data = pax(
        b"1" * 1_000_000
    )  # 40 kB of it keep tarfile of Python 3.11.7 busy for 2 s, and it grows by the square
    began = time.process_time()
    refusal(data)
    assert time.process_time() - began < 0.1


def test_endless_headers_are_refused() -> None:
    assert refusal(b"".join(tar_header(b"%d" % number) for number in range(20_001))).startswith(
        "more than 20000 files"
    )


def test_headers_that_name_no_file_have_an_end_too() -> None:
    began = time.process_time()
    assert collected(tar_entries((tar_header(b"", b"L", 1) + padded(b"x")) * 10_000)) == {}
    assert time.process_time() - began < 2


def test_a_whole_tar_of_tarfile_with_links_is_read() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        link = tarfile.TarInfo("server.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd" * 20  # a GNU long link
        archive.addfile(link)
    ((name, entry),) = tar_entries(packed.getvalue())
    assert (name, entry.kind) == ("server.py", "link")


def test_headers_of_very_many_records_are_refused_in_time() -> None:
    records = b"5 a=\n" * 200_000
    header = tar_header(b"", b"x", len(records)) + padded(records)
    began = time.process_time()
    assert refusal(header * 20) == (
        "the archive has more than 16777216 bytes of headers; pack the source files alone"
    )
    assert time.process_time() - began < 5

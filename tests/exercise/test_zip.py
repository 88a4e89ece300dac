"""Zip archives, right and wrong ones."""

from __future__ import annotations

import struct
import zipfile

import pytest

from kit.exercise.entries import RefusedError, collected
from kit.exercise.zip import zip_entries
from tests.exercise.packing import zip_of

CODE = b"print('mine')\n"


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        _ = [entry.read(100) for entry in collected(zip_entries(data)).values()]
    assert str(refused.value).isprintable()
    return str(refused.value)


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """Write other bytes for a name, of the same length, in both lists."""
    assert len(old) == len(new)
    return data.replace(old, new)


def list_alone(name: bytes, times: int = 1) -> bytes:
    """Give an archive that is nothing but its list of files (APPNOTE 4.3.12 and 4.3.16)."""
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", *[20] * 2, *[0] * 7, len(name), *[0] * 6) + name
    listed = entry * times
    return (
        listed
        + b"PK\x05\x06"
        + struct.pack("<4H2IH", 0, 0, times & 0xFFFF, times & 0xFFFF, len(listed), 0, 0)
    )


def names(data: bytes) -> list[str]:
    return [name for name, _ in zip_entries(data)]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("服务器.py".encode("gbk"), "服务器.py"),  # as Chinese Windows packs it, with no flag
        ("服务器.py".encode(), "服务器.py"),  # as macOS packs it, with no flag
        ("乗.py".encode("gbk"), "乗.py"),  # its second byte is a backslash
        ("作业\\乗.py".encode("gbk"), "作业/乗.py"),
        (b"caf\x82.py\xff", "café.py\xa0"),  # neither UTF-8 nor GBK: cp437, as the format says
    ],
)
def test_a_name_without_the_flag_of_utf_8_is_read_as_its_packer_meant_it(raw: bytes, name: str) -> None:
    plain = b"x" * len(raw)
    data = renamed(zip_of({plain.decode(): CODE}), plain, raw)
    assert names(data) == [name]
    assert next(zip_entries(data))[1].read(100) == CODE


@pytest.mark.parametrize("name", ["作业.py", "-rf", "x" * 255, "new\nline.py", "\x1b[2J.py", "'\".py"])
def test_an_odd_name_is_kept(name: str) -> None:
    assert names(zip_of({name: CODE})) == [name]


def test_a_name_does_not_end_at_a_nul() -> None:
    """Else `server.py` would be found in what other programs unpack as something else."""
    assert names(renamed(zip_of({"server.py.txt": CODE}), b"server.py.txt", b"server.py\0txt")) == [
        "server.py\0txt"
    ]


def test_a_name_that_is_no_utf_8_in_spite_of_its_flag_is_damage() -> None:
    data = renamed(zip_of({"é.py": CODE}), "é.py".encode(), b"\xff\xff.py")
    assert refusal(data).startswith("the archive cannot be read ('utf-8' codec can't decode byte 0xff")


def test_an_empty_name_is_no_file() -> None:
    assert names(list_alone(b"")) == [""]
    assert collected(zip_entries(list_alone(b""))) == {}


@pytest.mark.parametrize(("mode", "kind"), [(0o120777, "link"), (0o010644, "special"), (0o020644, "special"), (0o060644, "special"), (0o100644, "file"), (0, "file")])  # fmt: skip
def test_links_devices_and_pipes_are_only_named(mode: int, kind: str) -> None:
    data = bytearray(zip_of({"server.py": b"/etc/passwd"}))
    place = data.index(b"PK\x01\x02") + 38  # external attributes (APPNOTE 4.3.12)
    data[place : place + 4] = struct.pack("<I", mode << 16)
    ((_, entry),) = zip_entries(bytes(data))
    assert entry.kind == kind


def test_100000_files_are_refused_before_they_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Counted(zipfile.ZipInfo):
        def __init__(self, name: str) -> None:
            super().__init__(name)
            made.append(name)

    monkeypatch.setattr(zipfile, "ZipInfo", Counted)
    said = "the archive's list of files has 5200000 bytes; leave out all but the source files"
    assert refusal(list_alone(b"a/b.py", 100_000)) == said
    assert made == []


def test_too_many_files_with_a_short_list_are_refused() -> None:
    assert refusal(list_alone(b".x", 20_001)).startswith("more than 20000 files were handed in")


def test_a_bomb_is_unpacked_no_further_than_is_asked() -> None:
    ((_, entry),) = zip_entries(zip_of({"server.py": bytes(20 << 20)}))
    assert entry.read(1000) == bytes(1000)


def test_an_archive_in_an_archive_stays_packed() -> None:
    inner = zip_of({"server.py": bytes(10 << 20)})
    ((name, entry),) = zip_entries(zip_of({"inner.zip": inner}))
    assert (name, entry.read(1 << 20)) == ("inner.zip", inner)


def test_files_that_lie_over_one_another_are_read_one_by_one_or_refused() -> None:
    """Many entries with one content: what makes 10 MB of a "better zip bomb" into 281 TB."""
    one = zip_of({"a.py": bytes(1 << 20)})
    central = one.index(b"PK\x01\x02")
    entry, end = one[central:-22], bytearray(one[-22:])
    end[8:16] = struct.pack("<HHI", 500, 500, 500 * len(entry))
    bomb = one[:central] + entry * 500 + bytes(end)
    assert refusal(bomb) == "a.py is there twice; leave one of the two"


@pytest.mark.parametrize("field", [18, 20, 22, 24])
def test_a_size_that_lies_is_damage_or_gives_no_more_than_there_is(field: int) -> None:
    data = bytearray(zip_of({"server.py": CODE * 100}))
    place = data.index(b"PK\x01\x02") + 20 + (field - 18)
    data[place : place + 2] = b"\xf0\xff"
    for _, entry in zip_entries(bytes(data)):
        try:
            assert entry.read(10_000)[:14] in (CODE, b"")
        except RefusedError as refused:
            assert "cannot be read" in str(refused)  # noqa: PT017  # one of the two


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_cannot_be_bounded_is_refused(method: int) -> None:
    said = f"server.py is packed with method {method}; pack it again as an ordinary .zip"
    assert refusal(zip_of({"server.py": CODE}, method)) == said


def test_two_entries_of_one_name_are_refused() -> None:
    data = renamed(zip_of({"server.py": CODE, "servet.py": b"x = 1\n"}), b"servet.py", b"server.py")
    assert refusal(data) == "server.py is there twice; leave one of the two"


@pytest.mark.parametrize("length", [4, 30, 100, -1, -10, -22])
def test_a_truncated_archive_is_damage(length: int) -> None:
    assert refusal(zip_of({"server.py": CODE * 10})[:length]).startswith("the archive cannot be read (")


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(zip_of({"server.py": CODE}))
    data[6] |= 1  # the general purpose flag of the local header (APPNOTE 4.4.4)
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the central directory
    assert refusal(bytes(data)) == "the archive is encrypted; pack it again without a password"

"""Names from outside: each is safe to use, or refused in words that a terminal may show."""

from __future__ import annotations

import os
import unicodedata

import pytest

from kit.exercise import entries
from kit.exercise.entries import Entry, Kind, RefusedError, collected, decoded


def entry(kind: Kind = "file") -> Entry:
    return Entry(kind, lambda limit: b"x" * limit)


def names(*raw: str) -> list[str]:
    return list(collected((name, entry()) for name in raw))


def refusal(*raw: str) -> str:
    with pytest.raises(RefusedError) as refused:
        names(*raw)
    assert str(refused.value).isprintable()
    return str(refused.value)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("./a//b.py", "a/b.py"),
        ("-rf", "-rf"),
        ("--help/-.py", "--help/-.py"),
        ("作业/服务器.py", "作业/服务器.py"),
        ('it\'s "quoted".py', 'it\'s "quoted".py'),
        ("1:intro.py", "1:intro.py"),
        ("a..b.py", "a..b.py"),
        ("x" * 255, "x" * 255),
        (os.fsdecode(b"\xff.py"), "\udcff.py"),
        (unicodedata.normalize("NFD", "ü.py"), unicodedata.normalize("NFC", "ü.py")),
    ],
)
def test_an_odd_name_is_kept(raw: str, name: str) -> None:
    assert names(raw) == [name]


@pytest.mark.parametrize("raw", ["", ".", "./", ".git/x", "a/.b/c", "__MACOSX/._server.py", "__pycache__/x"])
def test_hidden_names_and_the_folder_itself_are_left_out(raw: str) -> None:
    assert names(raw) == []


@pytest.mark.parametrize(
    "raw",
    ["/etc/passwd", "..", "../x", "a/../../x", "a/..", "//host/x", "C:/x", "c:x.py", "C:", ".git/../../x"],
)
def test_a_name_that_leads_out_is_refused(raw: str) -> None:
    assert refusal(raw) == f"the archive has '{raw}', which leads out of it; pack the folder itself again"


def test_a_refused_name_does_nothing_to_a_terminal() -> None:
    said = refusal("../\x1b[2J\x9b\n\r\0\u202e\udcff" + "y" * 200)
    assert said.startswith(r"the archive has '../\x1b[2J\x9b\x0a\x0d\x00\x202e\xffyyy")
    assert len(said) < 200


def test_a_name_of_megabytes_is_refused_before_it_is_taken_apart() -> None:
    assert refusal("a/" * 1_000_000).endswith(
        "…' is a name of 2000000 characters; pack the source files alone"
    )


def test_folders_in_folders_have_an_end() -> None:
    assert names("d/" * 31 + "x") == ["d/" * 31 + "x"]
    assert "lies more than 32 folders deep; hand in the folder of the source files" in refusal(
        "d/" * 32 + "x"
    )


@pytest.mark.parametrize(
    "raw",
    [
        ("server.py", "server.py"),
        ("server.py", "./server.py"),
        ("ü.py", unicodedata.normalize("NFD", "ü.py")),
    ],
)
def test_two_files_of_one_name_are_refused(raw: tuple[str, str]) -> None:
    assert refusal(*raw) == f"{raw[0]} is there twice; leave one of the two"


def test_a_folder_may_be_told_twice() -> None:
    assert list(collected([("a", entry("folder")), ("a/", entry("folder")), ("a/b", entry())])) == [
        "a",
        "a/b",
    ]


@pytest.mark.parametrize("kind", ["file", "link", "special"])
@pytest.mark.parametrize("order", [1, -1])
def test_what_is_no_folder_has_nothing_in_it(kind: Kind, order: int) -> None:
    found = [("a/lib", entry(kind)), ("a/lib/x.py", entry())][::order]
    with pytest.raises(RefusedError, match="a/lib is both a file and a folder; pack the folder again"):
        collected(found)


def test_no_more_is_taken_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    endless = ((f".hidden{number}", entry()) for number in range(5))
    with pytest.raises(RefusedError, match="more than 3 files were handed in"):
        collected(endless)
    assert next(endless)[0] == ".hidden4"  # the fourth was one too many


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("作业".encode(), "作业"),
        ("作业".encode("gbk"), "作业"),
        (b"plain", "plain"),
        (b"\xff\xff", None),
    ],
)
def test_a_name_without_an_encoding_is_utf_8_or_gbk(name: bytes, text: str | None) -> None:
    assert decoded(name) == text

"""What students hand in: folders, archives, files, and everything that is wrong with them, as values."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import tarfile
from typing import TYPE_CHECKING

import pytest

from kit.errors import UsageError
from kit.exercise import compiling, entries, intake, unpack
from kit.exercise.intake import read_files, read_submission
from kit.exercise.loader import load
from tests.exercise.packing import fill, tarred, zip_of, zipped
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kit.exercise.loader import Exercise

CODE = b"print('mine')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "li-lei"
    made.mkdir()
    return made


def test_a_folder_is_read_with_the_modules_beside_the_script(exercise: Exercise, folder: Path) -> None:
    fill(
        folder,
        {
            "server.py": CODE,
            "lib/helper.py": b"x = 1\n",
            "report.pdf": b"%PDF",
            ".git/x.py": b"",
            "__pycache__/a.py": b"",
        },
    )
    read = read_submission(folder, exercise)
    assert read.name == "li-lei"
    assert read.files == {"server.py": CODE, "lib/helper.py": b"x = 1\n"}
    assert read.faults == ()


def test_the_digest_is_of_names_and_contents(exercise: Exercise, folder: Path, tmp_path: Path) -> None:
    first = read_submission(fill(folder, {"server.py": CODE}), exercise)
    same = read_submission(zipped(tmp_path / "a.zip", {"server.py": CODE}), exercise)
    other = read_submission(zipped(tmp_path / "b.zip", {"server.py": CODE, "h.py": b""}), exercise)
    assert first.digest == same.digest != other.digest


def test_a_folder_in_a_folder_is_looked_into(exercise: Exercise, folder: Path) -> None:
    fill(folder, {"homework/exercise 1/server.py": CODE, "__MACOSX/x": b"", "report.pdf": b"%PDF"})
    assert read_submission(folder, exercise).files == {"server.py": CODE}


def test_one_file_alone_is_taken_for_the_one_that_was_asked_for(exercise: Exercise, folder: Path) -> None:
    path = fill(folder, {"server (1).py": CODE}) / "server (1).py"
    assert read_submission(path, exercise).files == {"server.py": CODE}


def test_one_file_is_not_enough_where_two_are_asked_for(write: Callable[[str], Path], folder: Path) -> None:
    exercise = load(write(GOOD.replace("[server.py]", "[server.py, client.py]")))
    path = fill(folder, {"server.py": CODE}) / "server.py"
    assert read_submission(path, exercise).faults == (
        "server.py: neither a folder nor a .zip, .tar, .tar.gz or .tar.xz; put server.py, client.py in one of these",
    )


def test_a_path_that_does_not_exist_is_the_callers_fault(exercise: Exercise, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody does not exist"):
        read_submission(tmp_path / "nobody", exercise)


@pytest.mark.parametrize(
    ("suffix", "compression"),
    [
        ("zip", None),
        ("tar", bytes),
        ("tar.gz", gzip.compress),
        ("tar.bz2", bz2.compress),
        ("tar.xz", lzma.compress),
    ],
)
def test_an_archive_is_read_like_its_folder(
    exercise: Exercise, tmp_path: Path, suffix: str, compression: Callable[[bytes], bytes] | None
) -> None:
    files = {"li-lei/server.py": CODE, "li-lei/lib/helper.py": b"x = 1\n"}
    path = tmp_path / f"work.{suffix}"
    if compression is None:
        zipped(path, files)
    else:
        tarred(path, files, compression)
    assert read_submission(path, exercise).files == {"server.py": CODE, "lib/helper.py": b"x = 1\n"}


def test_an_archive_of_windows_with_backslashes_is_read(exercise: Exercise, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"work\\server.py": CODE})
    assert read_submission(path, exercise).files == {"server.py": CODE}


@pytest.mark.parametrize(
    "name", ["../server.py", "/etc/server.py", "a/../../server.py", "C:/server.py", "..\\server.py"]
)
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_name_that_leads_out_of_the_archive_is_refused(
    exercise: Exercise, tmp_path: Path, make: Callable[[Path, Mapping[str, bytes]], Path], name: str
) -> None:
    if make is tarred and "\\" in name:
        name = "../" + name
    read = read_submission(make(tmp_path / "a.x", {name: CODE}), exercise)
    assert read.files == {}
    assert "leads out of it; pack the folder itself again" in read.faults[0]


def test_links_are_never_followed(exercise: Exercise, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(CODE)
    (folder / "server.py").symlink_to(tmp_path / "secret")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(folder / "server.py", "server.py")
    for path in (folder, tmp_path / "a.tar"):
        read = read_submission(path, exercise)
        assert read.files == {}
        assert read.faults == ("server.py is a link; hand in a file of this name",)


def test_a_pipe_is_not_opened(exercise: Exercise, folder: Path) -> None:
    os.mkfifo(folder / "server.py")
    assert read_submission(folder, exercise).faults == (
        "server.py is no regular file; hand in a file of this name",
    )


def test_an_archive_that_unpacks_to_far_too_much_is_refused(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zeros = b"\0" * (intake.MAX_BYTES + 1)
    read = read_submission(zipped(tmp_path / "a.zip", {"server.py": zeros}), exercise)
    assert read.faults == (
        "a.zip: the files have more than 4194304 bytes together; leave out data and copies",
    )
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 10_000)
    read = read_submission(tarred(tmp_path / "a.tgz", {"server.py": CODE, "data.bin": zeros}), exercise)
    assert read.faults == (
        "a.tgz: the archive unpacks to more than 10000 bytes; pack the source files alone",
    )


def test_too_many_files_are_refused(
    exercise: Exercise, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, {f"m{number}.py": b"" for number in range(201)})
    assert read_submission(folder, exercise).faults == (
        "li-lei: 201 source files were handed in; at most 200 are taken",
    )
    monkeypatch.setattr(entries, "MAX_ENTRIES", 200)
    assert read_submission(folder, exercise).faults == (
        "li-lei: more than 200 files were handed in; leave out all but the source files",
    )


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 no archive", b"\x1f\x8b no gzip", b"\0" * 257 + b"ustar" + b"\xff" * 300]
)
def test_a_damaged_archive_is_the_students_fault(exercise: Exercise, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    read = read_submission(path, exercise)
    assert read.faults[0].startswith("a.zip: the archive cannot be read (")
    assert read.faults[0].endswith("); pack it again as .zip")


def test_an_encrypted_archive_is_the_students_fault(exercise: Exercise, tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {"server.py": CODE}).read_bytes())
    data[6] |= 1  # the general purpose flag of the local header (APPNOTE 4.4.4)
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the central directory
    (tmp_path / "a.zip").write_bytes(data)
    assert read_submission(tmp_path / "a.zip", exercise).faults == (
        "a.zip: the archive is encrypted; pack it again without a password",
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Server.py": CODE}, "server.py is missing; found Server.py: rename it"),
        ({"server.py.txt": CODE}, "server.py is missing; found server.py.txt: rename it"),
        ({"a.py": b"", "src/server.py": CODE}, "server.py is missing; found src/server.py: move it"),
        ({"homework.py": CODE, "zz.py": CODE}, "server.py is missing; found homework.py, zz.py"),
        ({f"q{n}.doc": CODE for n in range(7)}, "server.py is missing; found q0.doc, q1.doc, q2.doc, q3.doc, q4.doc and 2 more"),
        ({"x\x1b[31m.doc": CODE}, r"server.py is missing; found x\x1b[31m.doc"),
        ({}, "server.py is missing; hand it in"),
        ({"server.py/main.py": CODE, "other.py": b""}, "server.py is a folder; hand in a file of this name"),
        ({"server.py": b""}, "server.py is empty; write the program into it"),
        ({"server.py": b"\xef\xbb\xbf \n\n"}, "server.py is empty; write the program into it"),
        ({"server.py": b"import socket\nif x\n    pass\n"}, "server.py:2:5: expected ':': if x"),
        ({"server.py": b"return 1\n"}, "server.py:1:1: 'return' outside function: return 1"),
        ({"server.py": "print('你好')\n".encode("gbk")}, "server.py:1:8: not UTF-8: it seems to be GBK; save it as UTF-8"),
        ({"server.py": b"# ok\nprint('\xff')\n"}, "server.py:2:8: not UTF-8; save it as UTF-8"),
        ({"server.py": "print(1)\n".encode("utf-16")}, "server.py seems to be UTF-16; save it as UTF-8"),
        ({"server.py": "print(1)\n".encode("utf-16-le")}, "server.py seems to be UTF-16; save it as UTF-8"),
        ({"server.py": b"x = 1\ny = '\0'\n"}, "server.py:2:6: a NUL byte; save the file as plain text, in UTF-8"),
        ({"server.py": b"# coding: klingon\nx = 1\n"}, "server.py:1:1: unknown encoding: klingon: # coding: klingon"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_run_is_told_with_its_remedy(
    exercise: Exercise, folder: Path, files: dict[str, bytes], expected: str
) -> None:
    assert read_submission(fill(folder, files), exercise).faults == (expected,)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x = 1\n  y = 2\n", r"server\.py:2:\d: unexpected indent: y = 2"),
        (b"x = " + b"(" * 300, r"server\.py:1:\d+: too many nested parentheses: x = \(+…"),
        (b"x = " + b"-" * 100_000 + b"1", r"server\.py(:1:\d+: | cannot be compiled: ).*"),
    ],
)
def test_a_fault_that_each_python_places_differently_is_told(
    exercise: Exercise, folder: Path, data: bytes, expected: str
) -> None:
    (fault,) = read_submission(fill(folder, {"server.py": data}), exercise).faults
    assert re.fullmatch(expected, fault)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfprint(1)\n",
        b"print(1)\r\nprint(2)\r\n",
        "# -*- coding: gbk -*-\nprint('你好')\n".encode("gbk"),
        b"x = '\\d'\nassert (1, 2)\n",  # Python warns of both, and runs it
    ],
)
def test_a_file_that_python_runs_is_no_fault(exercise: Exercise, folder: Path, data: bytes) -> None:
    read = read_submission(fill(folder, {"server.py": data}), exercise)
    assert read.faults == ()
    assert read.files == {"server.py": data}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x = 1\n", ("server.py: expected 2 cells marked by '# %%' lines, found 0",)),
        (b"# %%\nx = 1\n", ("server.py: expected 2 cells marked by '# %%' lines, found 1",)),
        (b"# %%\nif True:\n    pass\n# %%\nelse:\n    pass\n", ("server.py:5:1: invalid syntax: else:",)),
        ("# coding: gbk\n# %%\nx = '你'\n# %%\n".encode("gbk"), ("server.py:3:6: not UTF-8: it seems to be GBK; save it as UTF-8",)),
        (b"x = 0\n# %%\nx = 1\n", ()),
        (b"# %%\nx = 1\n# %%\ny = 2\n", ()),
    ],
)  # fmt: skip
def test_each_cell_must_be_there_and_be_python(
    write: Callable[[str], Path], folder: Path, data: bytes, expected: tuple[str, ...]
) -> None:
    exercise_folder = write(GOOD.replace("{script: server.py", "{cells: 2, script: server.py"))
    (exercise_folder / "reference/server.py").write_text("# %%\nx = 1\n# %%\ny = 2\n")
    assert read_submission(fill(folder, {"server.py": data}), load(exercise_folder)).faults == expected


def test_a_module_with_an_odd_name_is_left_out(exercise: Exercise, folder: Path) -> None:
    fill(folder, {"server.py": CODE, "new\nline.py": b"", "作业.py": b"x = 1\n", "-c.py": b""})
    (folder / os.fsdecode(b"\xff.py")).write_bytes(b"")
    assert set(read_submission(folder, exercise).files) == {"server.py", "作业.py", "-c.py"}


def test_a_module_whose_name_no_disk_can_keep_is_left_out(exercise: Exercise, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"server.py": CODE, "长" * 84 + ".py": b"", "长" * 85 + ".py": b""})
    assert set(read_submission(path, exercise).files) == {"server.py", "长" * 84 + ".py"}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"-rf", "-rf"),
        (b"\x1b[2J\n", "\x1b[2J\n"),  # who shows it makes it harmless
        (b"\xff", r"\xff"),
        ("作业".encode("gbk"), "作业"),
        (b"=HYPERLINK(1)", "=HYPERLINK(1)"),
        (b"n" * 255, "n" * 255),
    ],
)
def test_a_submission_may_be_called_anything(
    exercise: Exercise, tmp_path: Path, raw: bytes, name: str
) -> None:
    path = tmp_path / os.fsdecode(raw)
    path.mkdir()
    read = read_submission(fill(path, {"server.py": CODE}), exercise)
    assert (read.name, read.files) == (name, {"server.py": CODE})
    (path / "server.py").unlink()
    path.rmdir()
    (fault,) = read_submission(zipped(path, {"../x": CODE}), exercise).faults
    assert fault.isprintable()
    assert "leads out of it" in fault


def test_faults_of_several_files_are_told_in_the_order_in_which_they_are_asked_for(
    write: Callable[[str], Path], folder: Path
) -> None:
    exercise = load(write(GOOD.replace("[server.py]", "[server.py, client.py]")))
    fill(folder, {"client.py": b"x y\n", "server.py": b"\n"})
    assert read_submission(folder, exercise).faults == (
        "server.py is empty; write the program into it",
        "client.py:1:3: invalid syntax: x y",
    )


def test_a_source_that_would_hang_kit_is_the_students_fault(
    exercise: Exercise, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "MAX_CPU_S", 0)
    fill(folder, {"server.py": b"# coding: punycode\nx-" + b"a" * 500_000})
    assert read_submission(folder, exercise).faults == (
        "server.py cannot be compiled: it takes more than 5 s; shorten it, and nest it less deeply",
    )


def given(folder: Path, files: Mapping[str, bytes]) -> list[tuple[str, Path]]:
    """Files as a platform keeps them: under names that have the student's in them."""
    fill(folder, {f"li_1_2_{name}": data for name, data in files.items()})
    return [(name, folder / f"li_1_2_{name}") for name in files]


def test_several_files_are_one_submission_under_the_names_as_given(
    write: Callable[[str], Path], folder: Path
) -> None:
    exercise = load(write(GOOD.replace("[server.py]", "[server.py, client.py]")))
    files = given(
        folder, {"server.py": CODE, "client.py": b"x = 1\n", "report.docx": zip_of({"word/a.py": b""})}
    )
    read = read_files("1001", files, exercise)
    assert (read.name, read.files, read.faults) == ("1001", {"server.py": CODE, "client.py": b"x = 1\n"}, ())


def test_one_file_or_folder_is_read_as_it_is_alone(exercise: Exercise, folder: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x_1_2_work.zip", {"work/server.py": CODE})
    for name, there in [("work.zip", path), ("my.py", fill(folder, {"x.py": CODE}) / "x.py")]:
        assert read_files("1001", [(name, there)], exercise).files == {"server.py": CODE}
    assert read_files("1001", [("li-lei", folder)], exercise).faults == ("server.py is missing; found x.py",)


@pytest.mark.parametrize(
    ("files", "contents"),
    [
        ({"my server.py": CODE, "report.pdf": b"%PDF"}, {"server.py": CODE}),
        ({"work.zip": zip_of({"w/server.py": CODE, "w/h.py": b""}), "report.pdf": b"%PDF"}, {"server.py": CODE, "h.py": b""}),
        ({"server.py": CODE, "old.zip": zip_of({"server.py": b"old", "h.py": b""})}, {"server.py": CODE}),
        ({"h.py": b"new", "a.py": b"", "a.zip": zip_of({"server.py": CODE, "h.py": b"old"})}, {"server.py": CODE, "h.py": b"new", "a.py": b""}),
        ({"a.zip": zip_of({"server.py": CODE}), "b.zip": zip_of({"b.zip": zip_of({"c.py": b""})})}, {"server.py": CODE}),
        ({"a.zip": b"no archive", "a.py": CODE, "b.py": b""}, {"a.py": CODE, "b.py": b""}),
    ],
)  # fmt: skip
def test_archives_beside_files_are_opened_where_a_file_is_lacking(
    exercise: Exercise, folder: Path, files: Mapping[str, bytes], contents: Mapping[str, bytes]
) -> None:
    assert read_files("1001", given(folder, files), exercise).files == contents


def test_a_folder_with_an_archive_in_it_is_read_as_the_archive(exercise: Exercise, folder: Path) -> None:
    fill(folder, {"work.zip": zip_of({"server.py": CODE}), "report.pdf": b"%PDF"})
    assert read_submission(folder, exercise).files == {"server.py": CODE}


def test_a_folder_among_files_is_looked_into(exercise: Exercise, folder: Path) -> None:
    fill(folder, {"work/server.py": CODE, "report.pdf": b"%PDF"})
    files = [(name, folder / name) for name in ("work", "report.pdf")]
    assert read_files("1001", files, exercise).files == {"server.py": CODE}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"a.zip": zip_of({"server.py": CODE}), "b.zip": zip_of({"server.py": b"x"})}, "1001: server.py is in several archives; hand in one of them"),
        ({"a.zip": b"PK\x03\x04", "b.pdf": b""}, "1001: a.zip: the archive cannot be read (File is not a zip file); pack it again as .zip"),
        ({"lib": b"", "a.zip": zip_of({"lib/server.py": CODE, "x.py": b""})}, "1001: lib is both a file and a folder; pack the folder again"),
        ({"..": b""}, "1001: the archive has '..', which leads out of it; pack the folder itself again"),
    ],
)  # fmt: skip
def test_several_files_that_cannot_be_taken_are_the_students_fault(
    exercise: Exercise, folder: Path, files: Mapping[str, bytes], fault: str
) -> None:
    pairs = [*given(folder, files), *given(folder, {"more.pdf": b"%PDF"})]
    assert read_files("1001", pairs, exercise).faults == (fault,)


def test_two_files_of_one_name_are_the_students_fault(exercise: Exercise, folder: Path) -> None:
    pairs = [("server.py", fill(folder, {"a": CODE, "b": CODE}) / name) for name in "ab"]
    assert read_files("1001", pairs, exercise).faults == (
        "1001: server.py is there twice; leave one of the two",
    )


def test_several_files_keep_the_bounds_of_one(
    exercise: Exercise, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = zip_of({"server.py": CODE})
    monkeypatch.setattr(intake, "MAX_ARCHIVE_BYTES", len(packed) - 1)
    assert read_files("1001", given(folder, {"a.zip": packed, "film.mp4": b"\0" * 300}), exercise).faults == (
        f"1001: a.zip: more than {len(packed) - 1} bytes; hand in the source files alone",
    )
    assert read_files("1001", given(folder, {f"{n}.zip": packed for n in range(5)}), exercise).faults == (
        "1001: 5 archives were handed in; hand in one",
    )
    big = given(folder, {"server.py": b"#" * (intake.MAX_BYTES + 1), "film.mp4": b""})
    assert read_files("1001", big, exercise).faults == (
        "1001: the files have more than 4194304 bytes together; leave out data and copies",
    )


def test_one_of_several_files_that_is_none_is_not_opened(exercise: Exercise, folder: Path) -> None:
    os.mkfifo(folder / "server.py")
    pairs = [("server.py", folder / "server.py"), ("a.pdf", fill(folder, {"a.pdf": b""}) / "a.pdf")]
    assert read_files("1001", pairs, exercise).faults == (
        "server.py is no regular file; hand in a file of this name",
    )
    with pytest.raises(UsageError, match="gone does not exist"):
        read_files("1001", [*pairs, ("b.pdf", folder / "gone")], exercise)


TAKES_C = GOOD.replace("submit: [server.py]", "submit: [server.py]\nlanguages: [c, javascript]")
MAIN = b"int main(void) { return 0; }\n"


@pytest.fixture
def takes_c(write: Callable[[str | bytes], Path]) -> Exercise:
    return load(write(TAKES_C))


def test_a_program_in_another_language_is_read_with_what_belongs_to_it(
    takes_c: Exercise, folder: Path
) -> None:
    fill(folder, {"server.c": MAIN, "lib/wire.h": b"", "Makefile": b"", "server": b"\x7fELF", "a.pdf": b""})
    read = read_submission(folder, takes_c)
    assert read.faults == ()
    assert set(read.files) == {"server.c", "lib/wire.h", "Makefile"}


def test_one_file_alone_is_taken_in_any_language_of_the_exercise(takes_c: Exercise, tmp_path: Path) -> None:
    fill(tmp_path, {"hello.c": MAIN})
    assert read_submission(tmp_path / "hello.c", takes_c).files == {"server.c": MAIN}


def test_an_archive_with_a_folder_is_stepped_into(takes_c: Exercise, tmp_path: Path) -> None:
    path = zipped(tmp_path / "li-lei.zip", {"homework/server.c": MAIN, "homework/wire.h": b""})
    assert set(read_submission(path, takes_c).files) == {"server.c", "wire.h"}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"server.c": MAIN, "server.py": CODE}, "server.py and server.c are there; hand in one of them"),
        ({}, "server.py, server.c or server.js is missing; hand it in"),
        (
            {"server.go": b"package main\n"},
            "server.py, server.c or server.js is missing; found server.go, and this exercise takes no go",
        ),
        ({"server.c": b" \n"}, "server.c is empty; write the program into it"),
        ({"server.c": "int main;".encode("utf-16")}, "server.c seems to be UTF-16; save it as UTF-8"),
        ({"server.c": b"int\0"}, "server.c:1:4: a NUL byte; save the file as plain text, in UTF-8"),
    ],
)
def test_what_is_wrong_with_files_in_several_languages(
    takes_c: Exercise, folder: Path, files: dict[str, bytes], fault: str
) -> None:
    fill(folder, files)
    assert read_submission(folder, takes_c).faults == (fault,)


def test_an_exercise_in_python_alone_says_that_it_takes_no_other(exercise: Exercise, folder: Path) -> None:
    fill(folder, {"server.c": MAIN})
    (fault,) = read_submission(folder, exercise).faults
    assert fault == "server.py is missing; found server.c, and this exercise takes no c"

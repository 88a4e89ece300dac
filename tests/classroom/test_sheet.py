"""A sheet keeps every byte of what is not changed, and says what the csv module reads."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.classroom.sheet import Sheet
from kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

CSV_LIKE = st.text(st.sampled_from('ab,;\t"\r\n é学1.'), max_size=60)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"]


def read_by_csv(text: str, delimiter: str) -> list[list[str]]:
    """What the csv module reads; a blank line is nothing to it, and one empty cell to a sheet."""
    return [row or [""] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def as_lists(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(row) for row in cells]


@given(st.binary(max_size=200) | CSV_LIKE.map(str.encode))
def test_an_untouched_sheet_gives_the_same_bytes(data: bytes) -> None:
    assert Sheet.of(data).data == data


@given(CSV_LIKE)
def test_a_sheet_says_what_the_csv_module_reads(text: str) -> None:
    sheet = Sheet.of(text.encode())
    assert as_lists(sheet.cells) == read_by_csv(text, sheet.delimiter)


@given(CSV_LIKE, CSV_LIKE, st.sampled_from(ENCODINGS), st.randoms())
def test_one_changed_cell_changes_its_own_bytes_alone(
    text: str, value: str, encoding: str, random: object
) -> None:
    data = text.encode(encoding, "replace")
    sheet = Sheet.of(data)
    if not sheet.cells:
        return
    row = random.randrange(len(sheet.cells))  # type: ignore[attr-defined]
    column = random.randrange(len(sheet.cells[row]))  # type: ignore[attr-defined]
    try:
        changed = sheet.with_cell(row, column, value)
    except UsageError:
        return
    whole = changed.data.removeprefix(sheet.bom).decode(sheet.encoding)
    before, after = _around(sheet, row, column)
    assert whole.startswith(before)
    assert whole.endswith(after)
    assert whole[len(before) : len(whole) - len(after)] == changed.raw[row][column]
    if not _is_open(sheet):
        expected = as_lists(sheet.cells)
        expected[row][column] = value
        assert read_by_csv(whole, sheet.delimiter) == expected


def _around(sheet: Sheet, row: int, column: int) -> tuple[str, str]:
    """The text before a cell and the text after it."""
    lines = [sheet.delimiter.join(cells) + end for cells, end in zip(sheet.raw, sheet.ends, strict=True)]
    left = sheet.delimiter.join([*sheet.raw[row][:column], ""])
    right = sheet.delimiter.join(["", *sheet.raw[row][column + 1 :]]) + sheet.ends[row]
    return "".join(lines[:row]) + left, right + "".join(lines[row + 1 :])


def _is_open(sheet: Sheet) -> bool:
    """Whether the last quote is never closed, so that whatever stands before it decides what it holds."""
    return sheet.raw[-1][-1].startswith('"')


@pytest.mark.parametrize(
    ("data", "bom", "encoding", "delimiter", "cells"),
    [
        (b"a,b\n1,2\n", b"", "utf-8", ",", (("a", "b"), ("1", "2"))),
        (b"\xef\xbb\xbfa;b\r\n1;2", b"\xef\xbb\xbf", "utf-8", ";", (("a", "b"), ("1", "2"))),
        (b"\xff\xfe" + "a\t学\n".encode("utf-16-le"), b"\xff\xfe", "utf-16-le", "\t", (("a", "学"),)),
        (b"\xfe\xff" + "a\t学\n".encode("utf-16-be"), b"\xfe\xff", "utf-16-be", "\t", (("a", "学"),)),
        ("学号,姓名\n1,李雷\n".encode("gbk"), b"", "gb18030", ",", (("学号", "姓名"), ("1", "李雷"))),
        ("Müller;José\n".encode("cp1252"), b"", "cp1252", ";", (("Müller", "José"),)),
        (b"caf\xe9,\x81\n", b"", "latin-1", ",", (("café", "\x81"),)),
        (b'"a,b;c;d",e\n', b"", "utf-8", ",", (("a,b;c;d", "e"),)),
        (b'"two\nlines","a ""word"""\n\n', b"", "utf-8", ",", (("two\nlines", 'a "word"'), ("",))),
        (b"", b"", "utf-8", ",", ()),
    ],
)  # fmt: skip
def test_encoding_and_delimiter_are_found(
    data: bytes, bom: bytes, encoding: str, delimiter: str, cells: tuple[tuple[str, ...], ...]
) -> None:
    sheet = Sheet.of(data)
    assert sheet.data == data
    assert (sheet.bom, sheet.encoding, sheet.delimiter, sheet.cells) == (bom, encoding, delimiter, cells)


def test_a_cell_is_quoted_where_it_was_and_where_it_must_be() -> None:
    sheet = Sheet.of(b'a,"b",c\r\n')
    assert sheet.with_cell(0, 0, "7").with_cell(0, 1, "8").with_cell(0, 2, "9,5").data == b'7,"8","9,5"\r\n'


def test_a_row_that_is_too_short_gets_the_cells_between() -> None:
    assert Sheet.of(b"a,b,c\n1\n").with_cell(1, 2, "9").data == b"a,b,c\n1,,9\n"


def test_text_that_the_encoding_does_not_have_is_told() -> None:
    with pytest.raises(UsageError, match="cp1252, which cannot say '学'"):
        Sheet.of("Müller\n".encode("cp1252")).with_cell(0, 0, "学")


def test_a_row_knows_the_line_on_which_it_begins() -> None:
    sheet = Sheet.of(b'a,b\r\n"x\ny\r\nz",1\nlast,2\n')
    assert [sheet.line_of(row) for row in range(3)] == [1, 2, 5]

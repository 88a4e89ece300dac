"""Canvas's gradebook: the scores in, every other byte as it was."""

from __future__ import annotations

import csv
import io

import pytest

from kit.classroom.gradebooks import Grade, load, names
from kit.classroom.gradebooks.canvas import fill
from kit.classroom.people import Student
from kit.classroom.sheet import Sheet
from kit.errors import UsageError

HEADERS = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (123456),Homework 1 Current Score,Final Score (2023)"
# As Canvas exports it: a row of posting, the points, excused ones, names with commas and formulas, the test student.
ENGLISH = f'''\
{HEADERS}
,,,,,Manual Posting,,
    Points Possible,,,,,10.00,(read only),(read only)
"Smith, Alice ""Al""",77,s1,asmith,"Sec A and Sec B",5.00,50.00,F
"Jones, Bob",78,,bjones,A,,,
=HYPERLINK(1),79,s3,c@x.edu,A,EX,,
"Wu, Dan",80,s4,dwu,A,N/A,,
"Excused, Not",81,s5,e,A,3,,
"Student, Test",99,,0af3,A,,,
'''.replace("\n", "\r\n")


def grades(*of: tuple[Student, float], maximum: float = 10) -> dict[str, Grade]:
    return {student.id: Grade(student, score, maximum) for student, score in of}


ALICE = Student("alice", keys=frozenset({"canvas:77"}))
BOB = Student("BJones")
CAROL = Student("carol", keys=frozenset({"s3"}))
DAN = Student("s4")
EVE = Student("eve")


def test_scores_are_filled_in_by_ids_and_nothing_else_is_touched() -> None:
    filled = fill(
        Sheet.of(ENGLISH.encode()), grades((ALICE, 10), (BOB, 20 / 3), (CAROL, 1), (DAN, 2), (EVE, 3)), None
    )
    assert filled.sheet.data.decode() == ENGLISH.replace('B",5.00,', 'B",10,').replace(
        "bjones,A,,", "bjones,A,6.67,"
    )
    assert (filled.filled, filled.unmatched, filled.empty_rows, filled.kept, filled.scale) == (
        2,
        (EVE,),
        ("Excused, Not",),
        ("=HYPERLINK(1)", "Wu, Dan"),
        (),
    )


def cells(data: bytes, encoding: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-8", "\t"), ("utf-16", ","), ("gb18030", ";")]
)
def test_a_chinese_export_is_the_same_cell_by_cell(encoding: str, delimiter: str) -> None:
    text = (
        "Student;ID;SIS Login ID;Section;作业一 (9);期末 (10)\n"
        '    满分;;;;"100,00";"50,00"\n'
        '"李雷";5;2023001;"网络;1班";;"12,50"\n'
        '韩梅梅;6;2023002;"网络;1班";"3,50";\n'
    ).replace(";", delimiter)
    data = text.encode(encoding)
    filled = fill(Sheet.of(data), grades((Student("2023001"), 7.25)), "作业一 (9)")
    before, after = (cells(each, encoding, delimiter) for each in (data, filled.sheet.data))
    before[2][4] = "72,5"
    assert after == before
    assert filled.scale == ((10, 100),)
    assert filled.empty_rows == ("韩梅梅",)
    written = '"72,5"' if delimiter == "," else "72,5"
    assert filled.sheet.data.decode(encoding) == text.replace(
        f'1班"{delimiter}{delimiter}', f'1班"{delimiter}{written}{delimiter}'
    )


@pytest.mark.parametrize(
    ("points", "score"),
    [("20.00", "14"), ("10", "7"), ("0.00", "7"), ("", "7"), ("1,000.00", "700"), ("3", "2.1")],
)
def test_a_score_is_in_the_points_that_the_sheet_has(points: str, score: str) -> None:
    text = ENGLISH.replace("10.00,(read", f'"{points}",(read')
    filled = fill(Sheet.of(text.encode()), grades((ALICE, 7)), None)
    assert filled.sheet.cells[3][5] == score


def test_a_sheet_that_says_no_points_takes_the_score_as_it_is() -> None:
    filled = fill(Sheet.of(b"Student,ID,Section,HW (1)\nAnn,77,A,\n"), grades((ALICE, 0.005)), None)
    assert filled.sheet.data == b"Student,ID,Section,HW (1)\nAnn,77,A,0.01\n"


def test_names_in_two_columns_and_two_assignments() -> None:
    text = "LastName,FirstName,ID,SIS Login ID,Section,A (1),B (2),a (3)\n    Points Possible,,,,,10,10,10\nSmith,Ann,77,x,S,1,2,3\nStudent,Test,99,y,S,,,\n"
    sheet = Sheet.of(text.encode())
    assert fill(sheet, grades((ALICE, 9)), "b").sheet.data.decode() == text.replace("1,2,3", "1,9,3")
    assert fill(sheet, grades((ALICE, 9)), "a (3)").sheet.data.decode() == text.replace("1,2,3", "1,2,9")
    assert fill(sheet, {}, "B (2)").empty_rows == ("Smith, Ann",)


@pytest.mark.parametrize(
    ("text", "column", "said", "remedy"),
    [
        ("", None, "no gradebook of Canvas: looked for the headers Student, ID, SIS Login ID, Section; found nothing", "export"),
        ("id,name\n1,2\n", None, "found id, name", "export"),
        ("Student,ID,Section\n", None, "the gradebook has 0 assignments", "make the assignment"),
        ("Student,ID,Section,A (1),B (2)\n", None, r"has 2 assignments: A \(1\), B \(2\)", "--column"),
        ("Student,ID,Section,Homework (1),B (2)\n", "Homewrok", r"no column 'Homewrok' for scores; did you mean 'Homework \(1\)'", "header"),
        ("Student,ID,Section,A (1),a (2)\n", "A", "has 2 columns called 'A'", "whole header"),
        ("Student,ID,Section,A (1),Final Score\n", "Final Score", "no column 'Final Score' for scores", "header"),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_filled_is_told(text: str, column: str | None, said: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        fill(Sheet.of(text.encode()), {}, column)
    assert remedy in str(error.value.remedy)


def test_who_has_two_rows_or_shares_an_id_gets_nothing() -> None:
    text = b"Student,ID,SIS Login ID,Section,A (1)\nAnn,1,ann,S,\nAnn,2,ann,S,\nTwin,3,twin,S,\n"
    ann, one, two = (
        Student("ann"),
        Student("1x", keys=frozenset({"twin"})),
        Student("2x", keys=frozenset({"twin"})),
    )
    filled = fill(Sheet.of(text), grades((ann, 1), (one, 2), (two, 3)), None)
    assert filled.sheet.data == text
    assert filled.unmatched == (ann, one, two)
    assert filled.empty_rows == ("Ann", "Ann", "Twin")


def test_an_exercise_of_no_points_gives_its_score() -> None:
    filled = fill(Sheet.of(ENGLISH.encode()), grades((ALICE, 0), maximum=0), None)
    assert filled.sheet.cells[3][5] == "0"


def test_a_platform_is_loaded_by_its_name() -> None:
    assert names() == ("canvas", "moodle")
    assert load("canvas").fill is fill
    with pytest.raises(KeyError):
        load("_filling")

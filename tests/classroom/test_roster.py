"""A teacher's list of the class, in the forms in which teachers have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.classroom.people import Student
from kit.classroom.roster import MAX_BYTES, read
from kit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def keys(*words: str) -> frozenset[str]:
    return frozenset(words)


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (123)
,,,,,Manual Posting
    Points Possible,,,,,10.00
"Smith, Ann",77,s1,asmith,"A and B",
"Jones, Bob",78,,bjones,A,
"Student, Test",79,,0123abc,A,
"""


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (
            "Student ID,Name,Section,Login,E-mail\n1001,Ann Smith,A,asmith,ann@x.edu\n\n1002,Bob,,,\n",
            (Student("1001", "Ann Smith", "A", keys("asmith", "ann@x.edu")), Student("1002", "Bob")),
        ),
        (
            "学号;姓名;班级;邮箱\r\n2023001;李雷;1班;li@x.cn\r\n",
            (Student("2023001", "李雷", "1班", keys("li@x.cn")),),
        ),
        ("id\nalice\nbob\n", (Student("alice"), Student("bob"))),
        ("LOGIN\tid\nasmith\t7\n", (Student("7", keys=keys("asmith")),)),
        (
            'identifier,github_username,github_id,name\n"smith, ann",Ann-S,42,"Smith, Ann"\nbob,,,Bob\n',
            (
                Student("smith, ann", "Smith, Ann", keys=keys("github:Ann-S")),
                Student("bob", "Bob"),
            ),
        ),
        (
            CANVAS,
            (
                Student("s1", "Smith, Ann", "A and B", keys("canvas:77", "asmith")),
                Student("bjones", "Jones, Bob", "A", keys("canvas:78")),
            ),
        ),
        ("Student,ID,Section\nAnn,77,A\n", (Student("77", "Ann", "A", keys("canvas:77")),)),
        (
            "First name,Last name,ID number,Email address,Groups\nAnn,Smith,1001,ann@x.edu,\nBob,,,bob@x.edu,G\n",
            (
                Student("1001", "Ann Smith", keys=keys("ann@x.edu")),
                Student("bob@x.edu", "Bob", "G"),
            ),
        ),
        (
            "Identifier,Full name,Email address,Status,Grade\nParticipant 5,Ann,ann@x.edu,No submission,\n",
            (Student("ann@x.edu", "Ann", keys=keys("participant:5")),),
        ),
        (
            "标识符,状态,成绩,最高分,上次修改（评分）\n参与人5,,,,\n参与人06,,,,\n",
            (Student("5", keys=keys("participant:5")), Student("06", keys=keys("participant:06"))),
        ),
        ("identifier,name,github_username,a,b\nstudent1,Ann,x,,\n", (Student("student1", "Ann", keys=keys("github:x")),)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_headers_say_what_a_column_has(
    tmp_path: Path, text: str, students: tuple[Student, ...], encoding: str
) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    assert read(path) == students


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", r"class\.csv:1: the list is empty"),
        (b"first,second\n1,2\n", r"class\.csv:1: no column has ids; found the headers: first, second"),
        (b"alice\nbob\n", r"class\.csv:1: no column has ids; found the headers: alice"),
        (b'id,name\n1,"two\nlines"\n2,Ann\n1,Bob\n', r"class\.csv:5: the id '1' is there twice, first in line 2"),
        (b"id,name\n1,Ann\n,Bob\n", r"class\.csv:3: the student has no id"),
        (b"PK\x03\x04xlsx", r"class\.csv:1: this is no CSV file, but a workbook or an archive"),
        (b"\n" * (MAX_BYTES + 1), r"class\.csv has more than 16777216 bytes"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_told_with_its_line_and_remedy(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said) as error:
        read(path)
    assert error.value.remedy


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody cannot be read: No such file"):
        read(tmp_path / "nobody")

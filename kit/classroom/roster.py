"""A teacher's list of the class -> students. Any table with a line of headers: their own, or a platform's export.

Moodle's and Canvas's exports are known by their headers, so is the list of GitHub Classroom. A student's id
is the first there is of: student number, login, e-mail address, account at GitHub, number of the platform;
the others become keys.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kit.classroom.people import CANVAS, GITHUB, PARTICIPANT, Student
from kit.classroom.sheet import Sheet
from kit.errors import UsageError
from kit.exercise.faults import printable, shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAX_BYTES = 16 << 20  # a university has a few megabytes of students

# Header, without case, blanks and underscores -> what is in the column.
_HEADERS: Mapping[str, str] = {
    **dict.fromkeys(
        ("studentid", "studentnumber", "studentno", "idnumber", "sid", "sisuserid", "sisid", "matriculationnumber",
         "学号", "學號", "学生学号", "学生编号", "编号", "學生編號", "id号", "身份号", "身份识别号", "matrikelnummer"),
        "number",
    ),
    **dict.fromkeys(
        ("login", "loginid", "username", "user", "netid", "sisloginid", "account",
         "用户名", "登录名", "账号", "用戶名稱", "帳號", "anmeldename", "benutzername"),
        "login",
    ),
    **dict.fromkeys(
        ("email", "e-mail", "emailaddress", "mail", "邮箱", "电子邮箱", "电子邮件", "电子邮件地址", "邮件地址", "邮件",
         "電子郵件", "電子郵件信箱", "e-mail-adresse", "adressedecourriel", "direccióndecorreo"),
        "email",
    ),
    **dict.fromkeys(("githubusername", "githublogin", "github", "github用户名", "github账号"), "github"),
    **dict.fromkeys(("canvasid", "canvasuserid"), "canvas"),
    **dict.fromkeys(("participant", "participantnumber", "参与人", "参与者"), "participant"),
    **dict.fromkeys(("integrationid",), "other"),
    **dict.fromkeys(
        ("name", "fullname", "student", "studentname", "姓名", "学生姓名", "全名", "學生姓名",
         "vollständigername", "nomcomplet", "nombrecompleto"),
        "name",
    ),
    **dict.fromkeys(("firstname", "givenname", "名", "名字", "vorname", "prénom", "nombre"), "first"),
    **dict.fromkeys(("lastname", "surname", "familyname", "姓", "姓氏", "nachname", "nomdefamille", "apellido(s)"), "last"),
    **dict.fromkeys(
        ("section", "class", "group", "groups", "班级", "班別", "班级名称", "小组", "分组", "教学班", "gruppe", "groupe", "grupo"),
        "section",
    ),
    # Their meaning is decided by what else is there: see `columns`.
    **dict.fromkeys(("id", "identifier", "标识符", "識別碼", "識別號", "identifikator", "identifiant", "identificador"), "id"),
}  # fmt: skip

# What can be an id, the best first, and the word before it as a key.
_IDS: Mapping[str, str] = {
    "number": "",
    "login": "",
    "email": "",
    "github": GITHUB,
    "canvas": CANVAS,
    "participant": PARTICIPANT,
    "other": "",
}
# Participant 12345, 参与人12345, Teilnehmer/in12345: the word of Moodle's string `hiddenuser`, then the number.
PARTICIPANT_CELL = re.compile(r"\s*(?P<word>\D+)(?P<number>[0-9]+)\s*")
_WORKSHEET_COLUMNS = 5  # at least: Identifier, Status, Grade, Maximum grade, Last modified
_BLANKS = re.compile(r"[\s_]+")


def read(path: Path) -> tuple[Student, ...]:
    """Read the list. Raises UsageError with path:line for what it cannot be."""
    sheet = Sheet.of(_bytes_of(path))
    if not sheet.cells:
        raise UsageError(f"{printable(shown_path(path))}:1: the list is empty", remedy=_REMEDY)
    found = columns(sheet)
    if not set(found.values()) & set(_IDS):
        there = ", ".join(printable(cell, 40) for cell in sheet.cells[0][:20])
        raise UsageError(
            f"{printable(shown_path(path))}:1: no column has ids; found the headers: {there}", remedy=_REMEDY
        )
    return _students(path, sheet, found)


_REMEDY = "write a line of headers first, with a column `id`, `login`, `email` or `学号`, and perhaps `name`"


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{printable(shown_path(path))} cannot be read: {error.strerror}", remedy="give a CSV file"
        ) from None
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"{printable(shown_path(path))} has more than {MAX_BYTES} bytes", remedy="give the class alone"
        )
    if data.startswith(b"PK\3\4"):
        raise UsageError(
            f"{printable(shown_path(path))}:1: this is no CSV file, but a workbook or an archive",
            remedy="save the sheet as CSV (UTF-8)",
        )
    return data


def columns(sheet: Sheet) -> dict[int, str]:
    """Say what the known columns have: a word of `_IDS`, `name`, `first`, `last` or `section`."""
    headers = [_BLANKS.sub("", header).casefold() for header in sheet.cells[0]]
    found = {place: _HEADERS[header] for place, header in enumerate(headers) if header in _HEADERS}
    for place, what in found.items():
        if what == "id":
            found[place] = _meaning_of_id(sheet, place, headers)
    return found


def _meaning_of_id(sheet: Sheet, place: int, headers: Sequence[str]) -> str:
    """Tell Moodle's `Participant 12345` and Canvas's user id, which only these know, from a student number."""
    if headers[place] == "id" and ("sisloginid" in headers or {"student", "section"} <= set(headers)):
        return "canvas"
    is_worksheet = len(headers) >= _WORKSHEET_COLUMNS and "githubusername" not in headers
    return "participant" if is_worksheet and are_participants(sheet, place) else "number"


def are_participants(sheet: Sheet, place: int) -> bool:
    """Whether every row of a column has the same word, then a number."""
    cells = [row[place] for row in sheet.cells[1:] if len(row) > place and row[place].strip()]
    found = [PARTICIPANT_CELL.fullmatch(cell) for cell in cells]
    return len({each and each["word"] for each in found}) == 1 and all(found)


def _students(path: Path, sheet: Sheet, found: Mapping[int, str]) -> tuple[Student, ...]:
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    for number, row in enumerate(sheet.cells[1:], 1):
        line = sheet.line_of(number)
        cells = _by_meaning(row, found)
        if not any(cell.strip() for cell in row) or (
            "canvas" in found.values() and _is_no_student(row, cells)
        ):
            continue
        place = f"{printable(shown_path(path))}:{line}"
        student = _student(cells)
        if student is None:
            raise UsageError(f"{place}: the student has no id", remedy="write one, or remove the line")
        if student.id in students:
            raise UsageError(
                f"{place}: the id {printable(student.id)!r} is there twice, first in line {lines[student.id]}",
                remedy="remove one of the two lines, or give each student an id",
            )
        students[student.id], lines[student.id] = student, line
    return tuple(students.values())


def _by_meaning(row: Sequence[str], found: Mapping[int, str]) -> dict[str, str]:
    """Give what a row says, the first column of a meaning that says something."""
    said: dict[str, str] = {}
    for place, what in found.items():
        if place < len(row) and (text := row[place].strip()) and what not in said:
            said[what] = text
    return said


def _is_no_student(row: Sequence[str], cells: Mapping[str, str]) -> bool:
    """Whether it is one of the rows that Canvas puts among them: points possible, posting, the test student."""
    return "canvas" not in cells or (row[0].strip() == "Student, Test" and "number" not in cells)


def _student(cells: Mapping[str, str]) -> Student | None:
    ids = {what: _id_in(what, cells[what]) for what in _IDS if what in cells}
    if not ids:
        return None
    first = next(iter(ids.values()))
    keys = frozenset(_IDS[what] + text for what, text in ids.items()) - {first}
    name = cells.get("name") or " ".join(cells[part] for part in ("first", "last") if part in cells)
    return Student(first, name, cells.get("section", ""), keys)


def _id_in(what: str, text: str) -> str:
    found = PARTICIPANT_CELL.fullmatch(text) if what == "participant" else None
    return found["number"] if found else text

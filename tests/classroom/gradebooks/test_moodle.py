"""Moodle's offline worksheet, in the languages of its teachers: the grades in, every other byte as it was."""

from __future__ import annotations

import pytest

from kit.classroom.gradebooks import Grade
from kit.classroom.gradebooks.moodle import fill
from kit.classroom.people import Student
from kit.classroom.sheet import Sheet
from kit.errors import UsageError


def grades(*of: tuple[Student, float], maximum: float = 10) -> dict[str, Grade]:
    return {student.id: Grade(student, score, maximum) for student, score in of}


ANN = Student("1001", keys=frozenset({"participant:12345"}))
BOB = Student("bob", keys=frozenset({"BOB@x.edu"}))
EVE = Student("12347")

ENGLISH = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 12345","Ann Smith",ann@x.edu,"Submitted for grading",,100.00,Yes,"Friday, 1 September 2023, 5:10 PM",-,"<p>two
lines</p>"
"Participant 12346",=HYPERLINK(1),bob@x.edu,"No submission",80.00,100.00,Yes,-,-,
"Participant 12347",Carol,c@x.edu,"No submission",,100.00,Yes,-,-,
""".replace("\n", "\r\n")


def test_grades_are_filled_in_by_ids_and_nothing_else_is_touched() -> None:
    filled = fill(Sheet.of(ENGLISH.encode()), grades((ANN, 7.5), (BOB, 3), (EVE, 4)), None)
    assert filled.sheet.data.decode() == ENGLISH.replace('grading",,100', 'grading",75,100').replace(
        ",80.00,", ",30,"
    )
    assert (filled.filled, filled.unmatched, filled.empty_rows, filled.scale) == (
        2,
        (EVE,),
        ("Carol",),
        ((10, 100),),
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("标识符,状态,成绩,最高分,上次修改（评分）\n参与人{n},没有提交,{cell},100.00,-\n", "75"),
        ("識別碼,狀態,成績,最高分,最後修改\n參與者{n},沒有,{cell},100.00,-\n", "75"),
        (
            "ID;Status;Bewertung;Bestwertung;Bewertung kann geändert werden\nTeilnehmer/in{n};-;{cell};100,00;Ja\n",
            "75",
        ),
        ("ID;Status;Bewertung;Bestwertung;X\nTeilnehmer/in{n};-;{cell};10,00;Ja\n", "7,5"),
        ("Identifiant;Statut;Note;Note maximale;X\nParticipant {n};-;{cell};5,00000;Oui\n", "3,75"),
        (
            "Identificador;Estado;Calificación;Calificación máxima;X\nParticipante {n};-;{cell};10,00;Sí\n",
            "7,5",
        ),
        ("Tunniste;Tila;Grade;Korkein;X\nOsallistuja {n};-;{cell};100,00;K\n", "75"),
        ("Identifier,Status,Grade,Grade can be changed\nParticipant {n},-,{cell},Yes\n", "7.5"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_worksheet_is_known_in_any_language(text: str, number: str, encoding: str) -> None:
    sheet = Sheet.of(text.format(n=12345, cell="").encode(encoding))
    filled = fill(sheet, grades((ANN, 7.5)), None)
    assert filled.sheet.data == text.format(n=12345, cell=number).encode(encoding)
    assert filled.filled == 1


def test_windows_1252_is_kept() -> None:
    data = "ID;Name;Bewertung;Höchste Bewertung\nTeilnehmer/in12345;Jürgen;;10,00\n".encode("cp1252")
    assert fill(Sheet.of(data), grades((ANN, 5)), None).sheet.data == data.replace(b";;", b";5;")


def test_a_column_may_be_named() -> None:
    text = "Identifier,Status,Grade,Nota 2,Maximum grade\nParticipant 12345,-,,,10.00\n"
    filled = fill(Sheet.of(text.encode()), grades((ANN, 5)), "nota 2")
    assert filled.sheet.data.decode() == text.replace(",,,", ",,5,")
    with pytest.raises(UsageError, match="no column 'Identifier' for scores"):
        fill(Sheet.of(text.encode()), {}, "Identifier")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a word and a number, `Participant 12345`, in every row; found the headers: none"),
        ("Name,Grade\nAnn,\n", "in every row; found the headers: Name, Grade"),
        ("Identifier,Grade\nParticipant 1,\nPerson 2,\n", "in every row"),
        ("Identifier,Status\nParticipant 1,\n", "looked for one column called Grade"),
        ("Identifier,Grade,Note\nParticipant 1,,\n", "looked for one column called Grade"),
        (
            'Identifier,Grade,Maximum grade\nParticipant 1,,"Poor, Good"\n',
            "line 2: the maximum grade is 'Poor, Good'",
        ),
    ],
)
def test_a_sheet_that_cannot_be_filled_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        fill(Sheet.of(text.encode()), {}, None)
    assert error.value.remedy

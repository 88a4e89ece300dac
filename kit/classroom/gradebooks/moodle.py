"""Moodle's offline grading worksheet: `Identifier, Full name, Email address, Status, Grade, Maximum grade, ...`.

The headers are in the teacher's language. The first column is known by its shape, one word and a number in
every row; the others by the strings of Moodle's language packs (mod_assign `recordid`, `maxgrade`; core
`gradenoun`). Feedback that somebody typed, the status and the times stay as they are: Moodle compares
`Last modified (grade)` to see whether a grade was changed meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.classroom import roster
from kit.classroom.gradebooks import OtherSheetError
from kit.classroom.gradebooks._filling import Row, cells_of, column_named, filled, number_in
from kit.classroom.matching import folded
from kit.classroom.people import PARTICIPANT
from kit.errors import UsageError
from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.classroom.gradebooks import Filled, Grade
    from kit.classroom.sheet import Sheet

_GRADE = frozenset({
    "grade", "成绩", "分数", "成績", "分數", "bewertung", "note", "calificación", "calificacion", "nota", "valutazione",
    "qualificació", "avaliação", "cijfer", "beoordeling", "оценка", "ocena", "betyg", "karakter", "評点", "評定", "성적",
})  # fmt: skip
_MAXIMUM = frozenset({
    "maximum grade", "最高分", "最高成绩", "最高成績", "最高分數", "满分", "滿分", "bestwertung", "maximale bewertung", "höchste bewertung",
    "note maximale", "calificación máxima", "calificación maxima", "puntuación máxima", "valutazione massima",
    "qualificació màxima", "nota máxima", "nota massima", "maximum cijfer", "максимальная оценка", "maksymalna ocena", "maximalt betyg",
    "最大評点", "최고 성적",
})  # fmt: skip


def fill(sheet: Sheet, grades: Mapping[str, Grade], column: str | None) -> Filled:
    """Fill in the scores; the worksheet's own column needs no `column`. See `kit.classroom.gradebooks`."""
    headers = [folded(header) for header in sheet.cells[0]] if sheet.cells else []
    people = next((place for place in range(len(headers)) if roster.are_participants(sheet, place)), None)
    if people is None:
        raise _no_worksheet(sheet, "a column with a word and a number, `Participant 12345`, in every row")
    known = {**roster.columns(sheet), people: "participant"}
    grade = _grade_column(sheet, headers, known, column)
    maximum = _maximum_column(sheet, headers, grade)
    rows = [
        Row(number, _label(row, known), _keys(row, known), _points(sheet, number, maximum))
        for number, row in enumerate(sheet.cells)
        if number and people < len(row) and row[people].strip()
    ]
    numbers = cells_of(sheet, [grade] if maximum is None else [grade, maximum])
    return filled(sheet, rows, grades, grade, numbers=numbers)


def _no_worksheet(sheet: Sheet, wanted: str) -> OtherSheetError:
    there = ", ".join(printable(header, 40) for header in (sheet.cells[0] if sheet.cells else ())[:12])
    return OtherSheetError(
        f"this is no grading worksheet of Moodle: looked for {wanted}; found the headers: {there or 'none'}",
        remedy="download it in Moodle: the assignment's Submissions, Download grading worksheet",
    )


def _grade_column(sheet: Sheet, headers: Sequence[str], known: Mapping[int, str], wanted: str | None) -> int:
    own = [place for place in range(len(headers)) if place not in known and headers[place] not in _MAXIMUM]
    if wanted is not None:
        return column_named(sheet, wanted, own)
    found = [place for place in own if headers[place] in _GRADE]
    if len(found) != 1:
        raise _no_worksheet(
            sheet, "one column called Grade, 成绩, 成績, Bewertung, Note or Calificación (or --column)"
        )
    return found[0]


def _maximum_column(sheet: Sheet, headers: Sequence[str], grade: int) -> int | None:
    """Find the maximum by its header; in a language that is not known here, by its place and its one number."""
    named = next((place for place, header in enumerate(headers) if header in _MAXIMUM), None)
    if named is not None:
        return named
    beside = set(cells_of(sheet, [grade + 1]))
    return grade + 1 if len(beside) == 1 and number_in(beside.pop()) else None


def _points(sheet: Sheet, number: int, maximum: int | None) -> float | None:
    row = sheet.cells[number]
    said = row[maximum].strip() if maximum is not None and maximum < len(row) else ""
    points = number_in(said)
    if said and points is None:
        raise UsageError(
            f"line {sheet.line_of(number)}: the maximum grade is {printable(said, 40)!r}, which is no number of points",
            remedy="set the assignment's grade type to Point in Moodle, and download the worksheet again",
        )
    return points


def _said(row: Sequence[str], known: Mapping[int, str], what: str) -> list[str]:
    return [row[place].strip() for place, its in known.items() if its == what and place < len(row)]


def _label(row: Sequence[str], known: Mapping[int, str]) -> str:
    names = _said(row, known, "name") or _said(row, known, "participant")
    return names[0]


def _keys(row: Sequence[str], known: Mapping[int, str]) -> tuple[str, ...]:
    """Give the participant number, then the ids that the school shows in its worksheets."""
    numbers = [
        PARTICIPANT + found["number"]
        for cell in _said(row, known, "participant")
        if (found := roster.PARTICIPANT_CELL.fullmatch(cell))
    ]
    return (*numbers, *(cell for what in ("number", "login", "email") for cell in _said(row, known, what)))

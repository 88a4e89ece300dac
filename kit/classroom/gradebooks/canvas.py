"""Canvas's gradebook as it is exported: `Student, ID, SIS User ID, SIS Login ID, Section, Title (123456), ...`.

Between the headers and the students stand rows of Canvas's own: `Manual Posting`, and `Points Possible`,
which says how many points a column has. The last row may be the test student's. Columns of totals, which
are read only, have no number at the end of their headers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kit.classroom.gradebooks import OtherSheetError
from kit.classroom.gradebooks._filling import Row, cells_of, column_named, filled, number_in
from kit.classroom.people import CANVAS
from kit.errors import UsageError
from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.classroom.gradebooks import Filled, Grade
    from kit.classroom.sheet import Sheet

# Canvas writes these headers in English whatever the teacher's language is.
_IDS = {"ID": CANVAS, "SIS User ID": "", "SIS Login ID": "", "Integration ID": ""}
_ASSIGNMENT = re.compile(r".*\([0-9]+\)\s*", re.DOTALL)
_TEST_STUDENT = "Student, Test"
# Excused, and not assigned to this student.
_WORDS = frozenset({"ex", "n/a"})


def fill(sheet: Sheet, grades: Mapping[str, Grade], column: str | None) -> Filled:
    """Fill in the scores; the only assignment needs no `column`. See `kit.classroom.gradebooks`."""
    headers = sheet.cells[0] if sheet.cells else ()
    ids = {headers.index(name): prefix for name, prefix in _IDS.items() if name in headers}
    if "ID" not in headers or (len(ids) < 2 and "Section" not in headers):
        raise OtherSheetError(
            "this is no gradebook of Canvas: looked for the headers Student, ID, SIS Login ID, Section; found "
            + (", ".join(printable(header, 40) for header in headers[:12]) or "nothing"),
            remedy="export it in Canvas: Grades, Export, Export Entire Gradebook",
        )
    first = headers.index("ID")
    possible = _points_possible(sheet, first)
    assignments = [
        place
        for place, header in enumerate(headers)
        if _ASSIGNMENT.fullmatch(header) and not _cell(possible, place).startswith("(")  # (read only)
    ]
    place = _column(sheet, assignments, column)
    points = number_in(_cell(possible, place))
    students = [
        Row(number, _label(row, first), _keys(row, ids), points)
        for number, row in enumerate(sheet.cells)
        if number and len(row) > first and row[first].strip() and _label(row, first) != _TEST_STUDENT
    ]
    return filled(sheet, students, grades, place, numbers=cells_of(sheet, assignments), words=_WORDS)


def _column(sheet: Sheet, assignments: Sequence[int], wanted: str | None) -> int:
    if wanted is not None:
        return column_named(sheet, wanted, assignments)
    if len(assignments) == 1:
        return assignments[0]
    there = ", ".join(printable(sheet.cells[0][place], 60) for place in assignments[:20])
    raise UsageError(
        f"the gradebook has {len(assignments)} assignments{': ' + there if there else ''}",
        remedy="name the one with --column" if there else "make the assignment in Canvas, and export again",
    )


def _points_possible(sheet: Sheet, id_column: int) -> tuple[str, ...]:
    """Find the row, in whatever language: one before the students, with a name and without an id; or nothing."""
    for row in sheet.cells[1:]:
        if len(row) > id_column and row[id_column].strip():
            return ()
        if row[0].strip():
            return row
    return ()


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _label(row: Sequence[str], id_column: int) -> str:
    """Give the name, which some schools have in two columns."""
    return ", ".join(cell.strip() for cell in row[:id_column])


def _keys(row: Sequence[str], ids: Mapping[int, str]) -> tuple[str, ...]:
    """Give the row's ids, then Canvas's number as it is: so a class without a roster may call its students."""
    found = [
        prefix + row[place].strip()
        for place, prefix in ids.items()
        if place < len(row) and row[place].strip()
    ]
    return (*found, *(key.removeprefix(CANVAS) for key in found if key.startswith(CANVAS)))

"""What the gradebooks share: whose row is whose, numbers as a sheet writes them, and the filling itself."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.classroom.gradebooks import Filled, Grade
from kit.classroom.matching import folded, keyed, unique
from kit.errors import UsageError
from kit.exercise.faults import did_you_mean, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.classroom.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Row:
    """A student's row: `keys` are its ids, the surest first, `points` what is possible, None if unsaid."""

    place: int
    label: str
    keys: tuple[str, ...]
    points: float | None


# A number as a sheet writes it: 7, 7.5, 7,5, 1,000.00 and 1.000,00. The last mark is the decimal one.
_NUMBER = re.compile(r"[0-9]+(?:[.,'\u00a0\u202f ][0-9]{3})*(?:[.,][0-9]+)?")


def number_in(cell: str) -> float | None:
    """Read a cell that has a number, and nothing else."""
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    marks = re.findall("[.,]", text)
    if not marks or marks.count(marks[-1]) > 1:
        return float(re.sub("[^0-9]", "", text))
    whole, _, part = text.rpartition(marks[-1])
    return float(f"{re.sub('[^0-9]', '', whole)}.{part}")


def has_decimal_comma(cells: Sequence[str]) -> bool:
    """Whether the numbers there are written with a comma for the decimals."""
    ends = Counter(
        found[1]
        for cell in cells
        if (found := re.fullmatch(r"[0-9.\s]*([.,])(?:[0-9]{1,2}|[0-9]{4,})", cell.strip()))
    )
    return ends[","] > ends["."]


def column_named(sheet: Sheet, wanted: str, places: Sequence[int]) -> int:
    """Give the column of a header, or of the only header with that title. Raises UsageError."""
    headers = {place: sheet.cells[0][place] for place in places}
    for same in (
        lambda header: header == wanted,
        lambda header: folded(title(header)) == folded(title(wanted)),
    ):
        found = [place for place, header in headers.items() if same(header)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"the sheet has {len(found)} columns called {printable(wanted)!r}",
                remedy="give the whole header, with the number at its end",
            )
    raise UsageError(
        f"the sheet has no column {printable(wanted)!r} for scores{did_you_mean(wanted, map(printable, headers.values()))}",
        remedy="give a header of the sheet's first line",
    )


def title(header: str) -> str:
    """Give a header without Canvas's number: `Homework 1 (123456)` is `Homework 1`."""
    return re.sub(r"\s*\([0-9]+\)\s*\Z", "", header)


def cells_of(sheet: Sheet, columns: Iterable[int]) -> list[str]:
    """Give the cells of some columns below the headers."""
    return [row[place] for place in columns for row in sheet.cells[1:] if place < len(row)]


def filled(
    sheet: Sheet,
    rows: Sequence[Row],
    grades: Mapping[str, Grade],
    column: int,
    *,
    numbers: Sequence[str],
    words: frozenset[str] = frozenset(),
) -> Filled:
    """Write each grade into its student's row, with the decimal mark of `numbers`.

    A cell that has one of the words is left as it is.
    """
    comma = has_decimal_comma(numbers)
    mine = _matched(rows, grades)
    kept: list[str] = []
    empty: list[str] = []
    scale: dict[tuple[float, float], None] = {}
    count = 0
    for row in rows:
        grade = mine.get(row.place)
        cell = sheet.cells[row.place][column] if column < len(sheet.cells[row.place]) else ""
        if grade is None:
            empty.append(row.label)
        elif folded(cell) in words:
            kept.append(row.label)
        else:
            possible = row.points or grade.max_score  # where 0 are possible, all points are extra ones
            if possible != grade.max_score:
                scale[grade.max_score, possible] = None
            score = _written(grade.score * (possible / grade.max_score if grade.max_score else 1))
            sheet = sheet.with_cell(row.place, column, score.replace(".", ",") if comma else score)
            count += 1
    there = {grade.student.id for grade in mine.values()}
    unmatched = tuple(grade.student for grade in grades.values() if grade.student.id not in there)
    return Filled(sheet, count, unmatched, tuple(empty), tuple(kept), tuple(scale))


def _matched(rows: Sequence[Row], grades: Mapping[str, Grade]) -> dict[int, Grade]:
    """Give the grades by row. A student with two rows, or an id of two students, is nobody's."""
    by_key = unique((key, student.id) for grade in grades.values() for key, student in keyed(grade.student))
    found = {
        row.place: next((by_key[key] for key in map(folded, row.keys) if key in by_key), None) for row in rows
    }
    times = Counter(found.values())
    by_id = {grade.student.id: grade for grade in grades.values()}
    return {place: by_id[id_] for place, id_ in found.items() if id_ is not None and times[id_] == 1}


def _written(score: float) -> str:
    """Write points with at most two decimals, which is what the platforms show; never with an exponent."""
    text = f"{score:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text

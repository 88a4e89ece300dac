"""Which student is meant: by an id, a name, or what a file is called. What fits two means nobody."""

from __future__ import annotations

import pytest

from kit.classroom.matching import Known
from kit.classroom.people import Student

ANN = Student("ann", "Smith, Ann Mary", keys=frozenset({"a@x.edu", "canvas:1"}))
LEI = Student("2023001", "李雷", keys=frozenset({"shared"}))
HAN = Student("2023002", "韩 梅梅", keys=frozenset({"shared"}))
KNOWN = Known([ANN, LEI, HAN, Student("twin1", "Li Na"), Student("twin2", "Na Li"), Student("lei2023", "")])


@pytest.mark.parametrize(
    ("key", "student"),
    [("ANN", ANN), (" a@X.edu", ANN), ("canvas:1", ANN), ("\uff12023001", LEI), ("shared", None), ("", None), ("1", None)],
)  # fmt: skip
def test_ids_are_compared_without_case_and_width(key: str, student: Student | None) -> None:
    assert KNOWN.by_key(key) is student


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ann Mary Smith", ANN),
        ("smithannmary", ANN),
        ("Mary Ann Smith", None),
        ("韩梅梅", HAN),
        ("Li Na", None),
        ("", None),
    ],
)
def test_a_name_is_known_with_either_part_first(name: str, student: Student | None) -> None:
    assert KNOWN.by_name(name) is student


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("Ann", (ANN, "")),
        ("ann-HW_2", (ANN, "-HW_2")),
        ("anna", None),
        ("2023001李雷2", (LEI, "李雷2")),
        ("20230011", None),
        ("1班_2023001_v2", (LEI, "_v2")),
        ("李雷_作业", (LEI, "_作业")),
        ("2023001_2023002", (LEI, "_2023002")),
        ("x_2023001_2023002", None),
        ("x", None),
        ("", None),
    ],
)
def test_a_file_is_whose_id_or_name_is_in_its_name(stem: str, found: tuple[Student, str] | None) -> None:
    assert KNOWN.by_stem(stem) == found


def test_a_student_without_a_name_may_be_called_anything() -> None:
    assert KNOWN.is_called(Student("x"), "Anybody")
    assert KNOWN.is_called(ANN, "ann mary smith")
    assert not KNOWN.is_called(ANN, "Bob")

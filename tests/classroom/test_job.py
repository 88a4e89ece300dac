from __future__ import annotations

from typing import TYPE_CHECKING

from kit.classroom.job import exercise_files
from kit.exercise import catalogue, loader
from kit.exercise.packing import packed, unpacked

if TYPE_CHECKING:
    from pathlib import Path


def test_an_exercise_comes_out_of_its_archive_with_the_same_digest(tmp_path: Path) -> None:
    exercise = loader.load(catalogue.find("basic-usage"))
    for name, content in unpacked(packed(exercise_files(exercise))).items():
        path = tmp_path / "basic-usage" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert loader.load(tmp_path / "basic-usage").digest == exercise.digest

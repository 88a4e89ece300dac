from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.classroom.journal import Key
from kit.classroom.places import folder_name, forget_unfinished, new_run_dir, place_of
from kit.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path

ODD = [
    "",
    ".",
    "..",
    "-rf",
    "a/b",
    "two\nlines",
    "=HYPERLINK()",
    "n" * 300,
    "\udcff",
    "a b",
    "学" * 60,
    ".hidden",
]


@pytest.mark.parametrize("student", ODD)
def test_any_id_has_a_folder_of_its_own_directly_below(student: str, tmp_path: Path) -> None:
    name = folder_name(student)
    assert name not in ("", ".", "..")
    assert name[0] not in "-."
    assert "/" not in name
    (tmp_path / name).mkdir()


def test_no_two_ids_share_a_folder() -> None:
    names = [folder_name(student) for student in (*ODD, "ann", "a_b", "two_lines", "n" * 301)]
    assert len(set(names)) == len(names)


def test_a_plain_id_is_its_own_name() -> None:
    assert folder_name("ann.lee-2") == "ann.lee-2"
    assert folder_name("王小明") == "王小明"


def test_runs_with_one_key_are_numbered(tmp_path: Path) -> None:
    key = Key("1", "2", "3", "4")
    names = [place_of(tmp_path, key, before).name for before in range(3)]
    assert names == [key.digest[:8], f"{key.digest[:8]}-2", f"{key.digest[:8]}-3"]


def test_a_run_directory_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "ann" / "key"
    with pytest.raises(KeyError), new_run_dir(place) as folder:  # noqa: PT012  # both are of the claim
        (folder / "run.json").touch()
        raise KeyError(folder)
    assert list((tmp_path / "ann").iterdir()) == []
    with new_run_dir(place) as folder:
        (folder / "run.json").touch()
        assert not place.exists()
    assert [path.name for path in place.iterdir()] == ["run.json"]


def test_what_lies_at_a_place_stays_there(tmp_path: Path) -> None:
    """It is of another journal that keeps its runs in the same folder."""
    key = Key("1", "2", "3", "4")
    first = place_of(tmp_path, key, 0)
    first.mkdir()
    assert place_of(tmp_path, key, 0).name == f"{first.name}-2"
    (tmp_path / f"{first.name}-2").mkdir()
    assert place_of(tmp_path, key, 1).name == f"{first.name}-3"


def test_what_is_unfinished_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    for name in ("ann/key.unfinished", "ann/key", "bob/other.unfinished"):
        (tmp_path / name).mkdir(parents=True)
    forget_unfinished(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {"ann", "ann/key", "bob"}
    forget_unfinished(tmp_path / "nothing")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "ann").touch()
    with pytest.raises(MachineError, match="cannot be written"):
        new_run_dir(tmp_path / "ann" / "key").__enter__()

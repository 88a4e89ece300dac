from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import UsageError
from kit.learning.progress import Asked, Progress, load, save

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    known = Progress().solves("basic-usage").failed("send-recv", "过程", "runs/one").hinted("send-recv", 2)
    save(tmp_path / "new" / "learning.json", known)
    assert load(tmp_path / "new" / "learning.json") == known
    assert known == Progress(frozenset({"basic-usage"}), {"send-recv": Asked("过程", 2, "runs/one")})


def test_without_a_file_nothing_is_solved(tmp_path: Path) -> None:
    assert load(tmp_path / "learning.json") == Progress()


def test_hints_about_the_same_check_stay_given_and_those_about_another_do_not() -> None:
    asked = Progress().failed("one", "close", "a").hinted("one", 2)
    assert asked.failed("one", "close", "b").asked["one"] == Asked("close", 2, "b")
    assert asked.failed("one", "exit", "b").asked["one"] == Asked("exit", 0, "b")


def test_who_solves_it_needs_no_hint_any_more() -> None:
    assert Progress().failed("one", "close", "a").solves("one").asked == {}


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"solved": [], "asked": {"a": [1]}}', '{"solved": 3, "asked": {}}']
)
def test_a_file_that_kit_did_not_write_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "learning.json").write_text(text)
    with pytest.raises(UsageError, match=r"learning\.json: is not as kit wrote it"):
        load(tmp_path / "learning.json")

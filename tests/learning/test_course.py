from __future__ import annotations

from typing import TYPE_CHECKING

from kit.learning.course import before, following, is_open, ordered
from tests.cli.conftest import EXERCISE

if TYPE_CHECKING:
    from kit.exercise.model import Definition


def exercise(difficulty: int, *prerequisites: str) -> Definition:
    return EXERCISE.definition.model_copy(update={"difficulty": difficulty, "prerequisites": prerequisites})


COURSE = {
    "close": exercise(2, "greeting", "stream"),
    "queue": exercise(1, "greeting"),
    "stream": exercise(3, "queue"),
    "greeting": exercise(2),
    "datagrams": exercise(1),
}


def test_what_should_be_known_before_comes_first_and_of_several_the_easiest() -> None:
    assert ordered(COURSE) == ["datagrams", "greeting", "queue", "stream", "close"]


def test_a_prerequisite_that_is_not_there_keeps_nothing_back() -> None:
    without = {name: COURSE[name] for name in ("queue", "stream")}
    assert ordered(without) == ["queue", "stream"]
    assert before(without, "queue") == ()


def test_a_circle_is_listed_by_difficulty() -> None:
    assert ordered({"hen": exercise(2, "egg"), "egg": exercise(1, "hen")}) == ["egg", "hen"]


def test_open_is_what_is_not_solved_and_has_all_before_it_solved() -> None:
    def now(*solved: str) -> list[str]:
        return [name for name in COURSE if is_open(COURSE, name, solved)]

    assert now() == ["greeting", "datagrams"]
    assert now("greeting", "datagrams") == ["queue"]
    assert now(*COURSE) == []


def test_what_leads_on_comes_next_though_something_else_is_easier() -> None:
    assert following(COURSE, "queue", {"greeting", "queue"}) == "stream"


def test_where_nothing_leads_on_the_first_open_one_comes_next() -> None:
    assert following(COURSE, "close", {"greeting", "queue", "stream", "close"}) == "datagrams"


def test_after_the_last_one_there_is_none() -> None:
    assert following(COURSE, "close", set(COURSE)) is None

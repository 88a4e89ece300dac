"""A draw is a function of the seed, the same everywhere, and no two values of it are equal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.errors import UsageError
from kit.exercise.faults import Faults
from kit.exercise.model import Param
from kit.exercise.parameters import defaults, draw, extremes, fill, too_narrow
from kit.exercise.yaml import Scalar

if TYPE_CHECKING:
    from kit.exercise.loader import Exercise


def with_params(exercise: Exercise, **params: Param) -> Exercise:
    definition = exercise.definition.model_copy(update={"params": params})
    return type(exercise)(**{**vars(exercise), "definition": definition})


def test_a_seed_gives_these_values_on_every_python(exercise: Exercise) -> None:
    assert draw(exercise.definition, "2026/li-lei") == {"port": "23765", "word": "rgav6mdz"}


def test_another_seed_gives_other_values(exercise: Exercise) -> None:
    drawn = {draw(exercise.definition, str(seed))["word"] for seed in range(200)}
    assert len(drawn) == 200


def test_a_drawn_port_is_in_its_range_and_a_word_begins_with_a_letter(exercise: Exercise) -> None:
    for seed in range(300):
        values = draw(exercise.definition, str(seed))
        assert 20000 <= int(values["port"]) <= 29999
        assert len(values["word"]) == 8
        assert values["word"][0].isalpha()
        assert values["word"].isalnum()
        assert values["word"] == values["word"].lower()


def test_both_ends_of_a_range_are_drawn(exercise: Exercise) -> None:
    definition = with_params(exercise, port=Param(default="1", pick="7-8")).definition
    assert {draw(definition, str(seed))["port"] for seed in range(50)} == {"7", "8"}


def test_no_two_values_are_equal_not_even_to_a_fixed_one(exercise: Exercise) -> None:
    params = {f"p{n}": Param(default="1", pick="1-4") for n in range(3)} | {"fixed": Param(default="4")}
    definition = with_params(exercise, **params).definition
    for seed in range(100):
        values = draw(definition, str(seed))
        assert values["fixed"] == "4"
        assert len(set(values.values())) == 4


def test_a_range_without_a_free_value_says_so(exercise: Exercise) -> None:
    definition = with_params(
        exercise, a=Param(default="1", pick="1-1"), b=Param(default="1", pick="1-1")
    ).definition
    with pytest.raises(UsageError, match="no free value"):
        draw(definition, "x")
    assert too_narrow(definition.params) == ["a", "b"]


def test_the_defaults_serve_without_a_seed(exercise: Exercise) -> None:
    assert defaults(exercise.definition) == {"port": "8001", "word": "hello"}


def test_the_extremes_of_a_draw() -> None:
    params = {
        "p": Param(default="1", pick="10-20"),
        "t": Param(default="x", token=3),
        "f": Param(default="y"),
    }
    assert extremes(params) == ({"p": "10", "t": "aaa", "f": "y"}, {"p": "20", "t": "zzz", "f": "y"})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${a}", "1"),
        ("x${a}y${b}", "x1y2"),
        ("$${a}", "${a}"),
        ("$$", "$"),
        ("$5 and $", "$5 and $"),
        ("^a$", "^a$"),
    ],
)
def test_a_parameter_is_filled_into_any_text(text: str, filled: str) -> None:
    faults = Faults(Path("f"))
    node = fill(Scalar(text, 1, 1), {"a": "1", "b": "2"}, faults)
    assert isinstance(node, Scalar)
    assert node.text == filled
    assert not faults

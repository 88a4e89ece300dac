from __future__ import annotations

from typing import TYPE_CHECKING

from kit.ladder.order import Constraint, Rank, causal_order

if TYPE_CHECKING:
    from kit.ladder.order import Key


def order(times: dict[str, int], *constraints: tuple[str, str, Rank]) -> list[str]:
    keys: dict[Key, int] = {(name,): time_ns for name, time_ns in times.items()}
    made = [Constraint((before,), (after,), rank) for before, after, rank in constraints]
    return [str(key[0]) for key in causal_order(keys, made).keys]


def test_without_causes_time_decides() -> None:
    assert order({"late": 30, "early": 10, "middle": 20}) == ["early", "middle", "late"]


def test_of_equal_times_the_one_named_first_stands_first() -> None:
    assert order({"b": 10, "a": 10}) == ["b", "a"]


def test_a_cause_stands_first_though_its_time_is_later() -> None:
    assert order({"return": 10, "arrival": 12}, ("arrival", "return", Rank.WAKE)) == ["arrival", "return"]


def test_what_waits_for_a_cause_follows_it_at_once() -> None:
    times = {"return": 10, "arrival": 12, "other": 13}
    assert order(times, ("arrival", "return", Rank.WAKE)) == ["arrival", "return", "other"]


def test_of_a_contradiction_the_less_certain_constraint_is_dropped_and_named() -> None:
    constraints = [
        Constraint(("a",), ("b",), Rank.NATURE),
        Constraint(("b",), ("c",), Rank.CAPTURE),
        Constraint(("c",), ("a",), Rank.WAKE),
    ]
    result = causal_order({("a",): 3, ("b",): 2, ("c",): 1}, constraints)
    assert result.keys == (("a",), ("b",), ("c",))
    assert result.dropped == (constraints[2],)
    assert result.causes == {("a",): (), ("b",): (("a",),), ("c",): (("b",),)}


def test_two_rings_lose_one_constraint_each() -> None:
    rings = [
        *(Constraint((a,), (b,), Rank.NATURE) for a, b in ("ab", "bc", "cd")),
        Constraint(("b",), ("a",), Rank.STEP),
        Constraint(("d",), ("c",), Rank.INSIDE),
    ]
    result = causal_order({(name,): 0 for name in "abcd"}, rings)
    assert [key[0] for key in result.keys] == list("abcd")
    assert {one.rank for one in result.dropped} == {Rank.STEP, Rank.INSIDE}


def test_a_constraint_said_twice_counts_once() -> None:
    twice = ("a", "b", Rank.CAUSE)
    assert order({"b": 1, "a": 2}, twice, twice) == ["a", "b"]


def test_what_is_not_there_constrains_nothing() -> None:
    assert order({"a": 1}, ("nothing", "a", Rank.NATURE), ("a", "a", Rank.NATURE)) == ["a"]


def test_the_order_of_constraints_does_not_matter() -> None:
    times = {name: 100 - at for at, name in enumerate("abcdefgh")}
    chain = [(a, b, Rank.CAPTURE) for a, b in zip("abcdefg", "bcdefgh", strict=True)]
    assert order(times, *chain) == order(times, *reversed(chain)) == list("abcdefgh")

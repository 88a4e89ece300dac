from __future__ import annotations

import pytest

from bench.figures import Spread, a_minute, power, ratio, spread


def test_the_median_stands_between_the_least_and_the_most() -> None:
    assert spread([0.9, 0.3, 0.5]) == Spread(0.5, 0.3, 0.9)
    assert spread([4.0, 1.0, 2.0, 3.0]).middle == 2.5


def test_nothing_measured_has_no_median() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_a_ratio_needs_both() -> None:
    assert ratio(0.4, 0.8) == 0.5
    assert ratio(None, 0.8) is None
    assert ratio(0.4, None) is None


def test_a_rate_is_of_sixty_seconds() -> None:
    assert a_minute(20, 4.0) == 300


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.1, 2.0])
def test_the_exponent_of_a_power_is_found(exponent: float) -> None:
    found = power({x: 0.3 * x**exponent for x in (8, 16, 32, 64, 128)}, 8)
    assert found is not None
    assert found.exponent == pytest.approx(exponent)
    assert found.factor == pytest.approx(0.3)
    assert found.at(100) == pytest.approx(0.3 * 100**exponent)


def test_what_every_run_costs_is_left_out_of_the_fit() -> None:
    """Two clients take as long as four: the start weighs more than they do."""
    found = power({2: 5.0, 4: 5.0, 8: 8.0, 16: 16.0}, 8)
    assert found is not None
    assert found.exponent == pytest.approx(1)


def test_one_point_has_no_exponent() -> None:
    assert power({2: 1.0, 4: 1.0, 8: 2.0}, 8) is None

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.classroom.statistics import bin_of, statistics_of
from tests.renderers.verdicts import HANDSHAKE, ORDER, QUEUE, RECEIVED, verdict


def test_the_check_that_failed_most_often_is_first() -> None:
    found = statistics_of(
        [verdict(HANDSHAKE, ORDER), verdict(HANDSHAKE, ORDER, RECEIVED), verdict(HANDSHAKE)]
    )
    assert [(one.name, one.failed) for one in found.checks] == [
        ("accept_order", 2),
        ("handshake", 0),
        ("received", 0),
    ]
    assert found.checks[0].why == {"en": "accept takes the oldest", "zh": "accept 取出最早的一个"}
    assert found.verdicts == 3


def test_a_why_that_is_said_only_where_something_failed_is_found() -> None:
    silent = replace(ORDER, answer=HANDSHAKE.answer, why={})
    (found,) = statistics_of([verdict(silent), verdict(ORDER), verdict(silent)]).checks
    assert (found.failed, found.why, found.check) == (1, ORDER.why, ORDER.check)


def test_scores_are_counted_by_tenths_and_only_where_there_is_a_verdict() -> None:
    found = statistics_of([verdict(HANDSHAKE), verdict(HANDSHAKE, ORDER), verdict(QUEUE)])
    assert found.bins == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("score", "most", "tenth"),
    [(0, 10, 0), (0.9, 10, 0), (1, 10, 1), (0.7, 1, 7), (9.9, 10, 9), (10, 10, 10), (0, 0, 10)],
)
def test_the_full_score_is_apart_from_the_tenths(score: float, most: float, tenth: int) -> None:
    assert bin_of(score, most) == tenth

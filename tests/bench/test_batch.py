from __future__ import annotations

from bench.batch import Graded, part, wrong

PASS, FAIL = '{"outcome": "pass"}\n', '{"outcome": "fail"}\n'


def test_all_passed_is_nothing_wrong() -> None:
    assert wrong(PASS * 3, 3) == ""


def test_a_fail_and_a_verdict_that_is_missing_are_told() -> None:
    assert wrong(PASS + FAIL, 2) == "1 pass, 1 fail of 2"
    assert wrong(PASS, 2) == "1 pass of 2"


def test_a_batch_is_held_to_its_own_rate_and_to_the_rate_of_who_goes_one_by_one() -> None:
    found = {("netns", 2): [Graded(310, 0.3, ""), Graded(330, 0.4, ""), Graded(320, 0.5, "")]}
    limits = {("limit: namespaces", 2): [Graded(600, 0.2, "")]}
    text = part(found, limits, {"Mininet": 1.0, "docker-compose": None}, "here")
    assert "| kit grade -j 2, netns | 320 | 0.40 | none |" in text
    assert "| limit: namespaces, 2 at a time | 600 | 0.20 | none |" in text
    assert "| netns -j 2: runs a minute | ≥ 300 | 320 | yes |" in text
    assert "| netns -j 2 ÷ Mininet one by one | ≥ 8.00 × | 5.33 × | **no** |" in text
    assert "| docker -j 4 ÷ docker-compose one by one | ≥ 4.00 × | not measured | ? |" in text

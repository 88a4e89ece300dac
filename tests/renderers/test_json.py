from __future__ import annotations

import json

from kit.verdict import Finding, fail
from tests.renderers.verdicts import (
    BEGAN_NS,
    HANDSHAKE,
    HIDDEN,
    ORDER,
    QUEUE,
    RECEIVED,
    TABLE,
    verdict,
    writer,
)

render = writer("json")


def test_one_verdict_is_one_line_with_every_key_of_the_design() -> None:
    text = render(verdict(HANDSHAKE, ORDER, seed="s7", notes=("a note",)))
    assert text.endswith("\n")
    assert text.count("\n") == 1
    value = json.loads(text)
    assert {key: value[key] for key in value if key != "findings"} == {
        "exercise": "listen-accept",
        "submission": "alice",
        "backend": "netns",
        "seed": "s7",
        "outcome": "fail",
        "score": 1,
        "max_score": 4,
        "run_dir": "runs/one",
        "notes": ["a note"],
    }


def test_a_finding_says_all_it_knows() -> None:
    (finding,) = json.loads(render(verdict(ORDER), lang="zh"))["findings"]
    assert finding == {
        "check": "accept_order",
        "name": "accept_order",
        "outcome": "fail",
        "points": 0,
        "max_points": 3,
        "hidden": False,
        "expected": "client1, client2",
        "observed": "client2, client1",
        "evidence": [
            {
                "place": "server call 4 at 1.204 s",
                "text": "accept4 returned client2",
                "host": None,
                "program": "server",
                "packet": None,
                "call": 4,
                "time_ns": BEGAN_NS + 1_204_000_000,
            }
        ],
        "why": "accept 取出最早的一个",
        "hint": "serve it before the next accept",
    }


def test_every_outcome_has_its_word() -> None:
    findings = json.loads(render(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED)))["findings"]
    assert [finding["outcome"] for finding in findings] == ["pass", "fail", "inconclusive", "skipped"]


def test_points_may_be_fractions() -> None:
    value = json.loads(render(verdict(Finding("x", "exit", HANDSHAKE.answer, 0.5))))
    assert value["score"] == 0.5


def test_a_comparison_is_told_in_words_and_as_data() -> None:
    table = json.loads(render(verdict(HANDSHAKE, table=TABLE)))["table"]
    assert table["columns"] == ["TCP", "UDP"]
    assert table["rows"][1] == {
        "name": "delivered",
        "label": "what the receiver got",
        "cells": [
            {"text": "27 of 27 bytes received", "kind": "delivered", "numbers": [27, 27], "evidence": []},
            {"text": "calls were not traced", "kind": "untraced", "numbers": [], "evidence": []},
        ],
    }
    (cite,) = table["rows"][0]["cells"][0]["evidence"]
    assert cite["place"] == "client1 packet 1 at 0.000 s"


def test_a_hidden_finding_is_marked() -> None:
    (finding,) = json.loads(render(verdict(HIDDEN)))["findings"]
    assert finding["hidden"] is True


def test_a_student_is_told_the_weight_of_a_hidden_finding_and_null() -> None:
    value = json.loads(render(verdict(HANDSHAKE, HIDDEN), audience="student"))
    assert (value["outcome"], value["score"], value["max_score"]) == ("so far passed", 1, 1)
    assert value["hidden"] == {"checks": 1, "points": 2}
    assert {key for key, found in value["findings"][1].items() if found is not None} == {
        "max_points",
        "hidden",
    }


def test_a_students_bytes_reach_no_terminal_through_the_line() -> None:
    evil = "\x1b[2J\x9b31m\u2028\udcff您"
    text = render(verdict(Finding("x", "output", fail(expected="", observed=evil))))
    assert text.isascii()
    assert text[:-1].isprintable()
    assert json.loads(text)["findings"][0]["observed"] == evil

"""The schema for editors is one of its dialect, takes every exercise as an editor reads it, and refuses broken ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kit import checks
from kit.exercise.model import ACTIONS, CONDITIONS
from kit.exercise.own_checks import read
from kit.exercise.schema import DIALECT, schema
from tests.exercise.vocabulary import VOCABULARY
from tests.exercises.catalogue import EXERCISES, NAMES, ROOT

POLITE = b"""\
from kit.author import ProgramRef

def polite(evidence, program: ProgramRef, words: list[str], least: int = 1):
    "Did PROGRAM say the words?"
"""


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give kit's own back, which the other tests of this folder do not have."""
    monkeypatch.undo()
    assert "handshake" in checks.names()
    assert set(VOCABULARY) != set(checks.names())


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(schema({}))


def faults(text: str, by: Draft202012Validator | None = None) -> list[str]:
    """Say where an editor would underline something; it reads YAML with its types."""
    found = (by or validator()).iter_errors(yaml.safe_load(text))
    return sorted("/".join(map(str, each.absolute_path)) or each.message for each in found)


def whole(**changed: str) -> str:
    """Give a small exercise with other lines for some of its keys."""
    lines = {
        "title": "{en: a, zh: b}",
        "params": "{port: {default: 8000, pick: 20000-29999}}",
        "hosts": "[server]",
        "programs": '{server: {script: server.py, args: [8000, "${port}"]}}',
        "submit": "[server.py]",
        "timeline": '[{start: server}, {wait: {listening: server, port: "${port}", within: 3}}]',
        "checks": "[{exit: {program: server}, points: 2}]",
    }
    return "".join(f"{key}: {value}\n" for key, value in (lines | changed).items())


def test_it_is_a_schema_of_its_dialect() -> None:
    made = schema({})
    assert made["$schema"] == DIALECT
    Draft202012Validator.check_schema(made)


@pytest.mark.parametrize("name", NAMES)
def test_it_takes_every_exercise_of_the_catalogue(name: str) -> None:
    assert faults((EXERCISES / name / "exercise.yaml").read_text(encoding="utf-8")) == []


def test_it_takes_those_of_the_tests_too() -> None:
    files = [*ROOT.glob("tests/link/exercises/*/exercise.yaml"), *ROOT.glob("tests/document/*/exercise.yaml")]
    assert files
    assert {str(file): found for file in files if (found := faults(file.read_text(encoding="utf-8")))} == {}


def test_it_knows_every_action_gate_and_check() -> None:
    made: dict[str, Any] = schema({})
    steps, asked = (made["properties"][key]["items"] for key in ("timeline", "checks"))
    assert set(steps["properties"]) == {*ACTIONS, "wait"}
    assert len(steps["properties"]["wait"]["anyOf"]) == len(CONDITIONS)
    assert set(checks.names()) < set(asked["properties"])
    assert asked["properties"]["queue"]["description"].startswith("How many connections waited for accept")


@pytest.mark.parametrize(
    "line",
    [
        {"checks": "[{exit: {program: server, code: 0}, why: {en: a}, needs: [a]}]"},
        {"checks": '[{count: {host: server, filter: tcp, equals: "${port}"}, name: x, hidden: true}]'},
        {"timeline": "[{start: [server]}, {freeze: {programs: server}}, {snapshot: a}, {signal: server}]"},
        {"timeline": "[{stdin: {program: server, text: 5, close: true}}]"},
        {"link": "{from: server, to: server, drop: {packet: 1, count: all}}"},
        {"link": "[{from: server, to: server, delay: {segment: 2, ms: 1.5}}]"},
        {"limits": "{wall_s: 40, memory_bytes: 1000000}"},
        {"title": "{en: 8001, zh: true}"},
    ],
)
def test_it_takes_what_the_loader_takes(line: dict[str, str]) -> None:
    assert faults(whole(**line)) == []


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ({"titel": "x"}, ["Additional properties are not allowed ('titel' was unexpected)"]),
        ({"title": "{fr: a}"}, ["title"]),
        ({"difficulty": "9"}, ["difficulty"]),
        ({"difficulty": "high"}, ["difficulty"]),
        ({"hosts": "server"}, ["hosts"]),
        ({"hosts": "[Server]"}, ["hosts/0"]),
        ({"submit": "[../server.py]"}, ["submit/0"]),
        ({"programs": "{server: {scrpt: server.py}}"}, ["programs/server"]),
        ({"params": "{port: {default: 1, pick: 20000 to 29999}}"}, ["params/port/pick"]),
        ({"timeline": "[{strat: server}]"}, ["timeline/0", "timeline/0"]),
        ({"timeline": "[{start: server, freeze: server}]"}, ["timeline/0"]),
        ({"timeline": "[{wait: {listning: server, port: 1}}]"}, ["timeline/0/wait"]),
        ({"timeline": "[{wait: {listening: server, port: 70000}}]"}, ["timeline/0/wait"]),
        ({"checks": "[{handshke: {from: server, to: server}}]"}, ["checks/0", "checks/0"]),
        (
            {"checks": "[{handshake: {form: server, to: server}}]"},
            ["checks/0/handshake", "checks/0/handshake"],
        ),
        (
            {"checks": "[{exit: {program: server}, queue: {host: server, at: a, port: 1, length: 1}}]"},
            ["checks/0"],
        ),
        ({"checks": "[{points: 3}]"}, ["checks/0"]),
        ({"checks": "[{exit: {program: server}, points: many}]"}, ["checks/0/points"]),
        ({"checks": "[]"}, ["checks"]),
        ({"limits": "{wall: 3}"}, ["limits"]),
        ({"link": "{from: a, to: b, drop: {packet: 0}}"}, ["link"]),
        ({"feedback": "none"}, ["feedback"]),
    ],
)
def test_it_refuses_what_is_broken_at_its_place(line: dict[str, str], where: list[str]) -> None:
    assert faults(whole(**line)) == where


def test_what_must_be_there_is_missed() -> None:
    said = faults(whole().replace("submit: [server.py]\n", ""))
    assert said == ["'submit' is a required property"]


def test_for_an_exercise_it_has_the_checks_of_its_own(tmp_path: Any) -> None:
    own = read(tmp_path / "checks.py", POLITE)
    made = schema(own)
    Draft202012Validator.check_schema(made)
    by = Draft202012Validator(made)
    right = whole(checks="[{polite: {program: server, words: [please]}}]")
    assert (faults(right, by), faults(right)) == ([], ["checks/0", "checks/0"])
    assert faults(whole(checks="[{polite: {program: server, words: please, leest: 2}}]"), by) == [
        "checks/0/polite",
        "checks/0/polite/words",
    ]
    assert (
        made["properties"]["checks"]["items"]["properties"]["polite"]["description"]
        == "Did PROGRAM say the words?"
    )

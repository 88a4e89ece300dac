from __future__ import annotations

import json
import sys
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from kit.cli import choices
from kit.errors import ExerciseError, Fault
from kit.exercise.model import Handout, Role
from tests.cli.conftest import EXERCISE

if TYPE_CHECKING:
    from tests.cli.conftest import Kit


@pytest.fixture(autouse=True)
def one_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("kit.exercise.catalogue")
    vars(made).update(
        names=lambda: ["listen-accept"],
        statement=lambda _exercise, lang: {"en": "# Your task\n\nServe *them*. \x1b[2J", "zh": "# 任务"}[
            lang
        ],
    )
    monkeypatch.setitem(sys.modules, made.__name__, made)
    monkeypatch.setattr("kit.exercise.catalogue", made, raising=False)
    monkeypatch.setattr(choices, "exercise", lambda _name: EXERCISE)


def test_list_is_a_row_an_exercise_in_the_language(kit: Kit) -> None:
    assert kit("list").stdout.split() == [
        *("listen-accept", "●●", "first", "come,", "first", "served", "listen,", "accept", "·", "样例2"),
    ]
    assert "先来先得" in kit("list", "--lang", "zh").stdout


def test_list_as_json_is_a_line_an_exercise(kit: Kit) -> None:
    assert json.loads(kit("list", "--format", "json").stdout) == {
        "exercise": "listen-accept",
        "title": "first come, first served",
        "topics": ["listen", "accept"],
        "difficulty": 2,
        "document": "样例2",
    }


def test_a_broken_exercise_does_not_hide_the_others(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> object:
        if name == "broken":
            raise ExerciseError([Fault("broken/exercise.yaml", 3, 1, "no title")])
        return EXERCISE

    monkeypatch.setattr("kit.exercise.catalogue.names", lambda: ["broken", "listen-accept"])
    monkeypatch.setattr(choices, "exercise", load)
    result = kit("list")
    assert result.stdout.startswith("listen-accept")
    assert result.stderr == "kit: broken/exercise.yaml:3:1: no title\n"
    assert result.exit_code == 2


def test_list_in_a_format_that_is_none(kit: Kit) -> None:
    result = kit("list", "--format", "jsno")
    assert result.exit_code == 2
    assert "did you mean 'json'?" in result.stderr


def test_show_tells_statement_programs_checks_and_what_to_type(kit: Kit) -> None:
    text = " ".join(kit("show", "listen-accept").stdout.split())
    assert "Your task" in text
    assert "Serve them. \\x1b[2J" in text
    assert "server server python3 server.py 8001 tool server cat 'a file'" in text
    assert "queue 2 points the kernel queues" in text
    assert "kit run listen-accept" in text
    assert "kit grade listen-accept FOLDER runs and grades yours: a folder with server.py" in text


def test_show_hides_what_a_hidden_check_looks_for(kit: Kit) -> None:
    text = " ".join(kit("show", "listen-accept").stdout.split())
    assert "hidden check 1 3 points" in text
    assert "secret" not in text


def test_show_tells_with_whom_each_role_runs(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    roles = {"server": Role(files=("server.py",), points=2), "client": Role(files=("client.py",))}
    show_with(monkeypatch, roles=roles)
    text = " ".join(kit("show", "listen-accept").stdout.split())
    assert "server 2 points server.py with the reference's client.py: every check passes" in text
    assert "client.py 与参考答案的 server.py 配对" in kit("show", "listen-accept", "--lang", "zh").stdout


def test_show_of_a_handout_offers_no_reference_and_says_what_is_not_in_it(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_with(monkeypatch, handout=Handout(hidden_checks=2, hidden_points=5))
    text = " ".join(kit("show", "listen-accept").stdout.split())
    assert "hidden: 2 5 points not in this handout: your teacher runs these checks" in text
    assert "kit run" not in text
    show_with(monkeypatch, handout=Handout())
    assert "handout" not in kit("show", "listen-accept").stdout


def show_with(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    changed = replace(EXERCISE, definition=EXERCISE.definition.model_copy(update=changes))
    monkeypatch.setattr(choices, "exercise", lambda _name: changed)


def test_show_in_chinese(kit: Kit) -> None:
    text = kit("show", "listen-accept", "--lang", "zh").stdout
    assert "任务" in text
    assert "动手试试" in text

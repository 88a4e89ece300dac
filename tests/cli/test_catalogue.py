from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from kit import state
from kit.cli import choices
from kit.errors import ExerciseError, Fault
from kit.exercise.faults import shown_path
from kit.exercise.model import Handout, Role
from kit.learning import progress
from tests.cli.conftest import EXERCISE

if TYPE_CHECKING:
    from tests.cli.conftest import Kit


@pytest.fixture(autouse=True)
def nothing_solved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


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
        "prerequisites": [],
        "document": "样例2",
        "solved": False,
    }


def courses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two more: one before it, and one that is about another topic."""
    more: dict[str, dict[str, Any]] = {
        "listen-accept": {"prerequisites": ("greeting",)},
        "greeting": {"difficulty": 1, "topics": ("connect",)},
        "datagrams": {"difficulty": 3, "topics": ("udp", "accept")},
    }
    made = {
        name: replace(EXERCISE, name=name, definition=EXERCISE.definition.model_copy(update=changes))
        for name, changes in more.items()
    }
    monkeypatch.setattr("kit.exercise.catalogue.names", lambda: sorted(made))
    monkeypatch.setattr(choices, "exercise", made.__getitem__)


def listed(kit: Kit, *options: str) -> list[str]:
    lines = kit("list", "--format", "json", *options).stdout.splitlines()
    return [json.loads(line)["exercise"] for line in lines]


def test_list_is_in_the_order_to_learn_and_says_what_to_know_before(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses(monkeypatch)
    assert listed(kit) == ["greeting", "listen-accept", "datagrams"]
    assert "after greeting" in kit("list").stdout
    assert "先修 greeting" in kit("list", "--lang", "zh").stdout


def test_list_has_ones_own_first_and_says_in_which_folder_each_is(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {"zebra": Path("exercises/zebra"), "listen-accept": Path("/opt/kit/exercises/listen-accept")}
    made = {name: replace(EXERCISE, name=name, folder=folder) for name, folder in places.items()}
    monkeypatch.setattr("kit.exercise.catalogue.names", lambda: list(made))
    monkeypatch.setattr(choices, "exercise", made.__getitem__)
    assert listed(kit) == ["zebra", "listen-accept"]
    lines = [line.strip() for line in kit("list").stdout.splitlines()]
    first, second = lines.index("exercises"), lines.index("/opt/kit/exercises")
    assert first < [line.split()[:1] for line in lines].index(["zebra"]) < second
    assert "exercises" not in kit("list", "--by", "difficulty").stdout.split()


def test_list_marks_what_is_solved_and_shows_what_is_open(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    courses(monkeypatch)
    assert listed(kit, "--open") == ["greeting", "datagrams"]
    progress.save(state.place(progress.FILE), progress.Progress().solves("greeting"))
    assert listed(kit, "--open") == ["listen-accept", "datagrams"]
    text = kit("list").stdout
    assert "✓ greeting" in text
    assert "after greeting ✓" in text


def test_list_of_one_topic_or_one_difficulty(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    courses(monkeypatch)
    assert listed(kit, "--topic", "accept") == ["listen-accept", "datagrams"]
    assert listed(kit, "--difficulty", "1") == ["greeting"]
    result = kit("list", "--topic", "acept")
    assert result.exit_code == 2
    assert "unknown topic 'acept'; did you mean 'accept'?" in result.stderr


def test_list_in_groups(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    courses(monkeypatch)
    lines = [line.strip() for line in kit("list", "--by", "topic").stdout.splitlines()]
    assert [line for line in lines if line in ("connect", "listen", "udp")] == ["connect", "listen", "udp"]
    lines = kit("list", "--by", "difficulty").stdout.splitlines()
    assert [line for line in lines if line.strip("●") == ""] == ["●", "●●", "●●●"]
    assert "did you mean 'topic'?" in kit("list", "--by", "topics").stderr


def test_a_record_that_cannot_be_read_hides_no_exercise(kit: Kit) -> None:
    state.place(progress.FILE).parent.mkdir(parents=True)
    state.place(progress.FILE).write_text("?")
    result = kit("list")
    assert "listen-accept" in result.stdout
    assert "is not as kit wrote it" in result.stderr
    assert result.exit_code == 0


def test_a_broken_exercise_does_not_hide_the_others(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> object:
        if name == "broken":
            raise ExerciseError([Fault("broken/exercise.yaml", 3, 1, "no title")])
        return EXERCISE

    monkeypatch.setattr("kit.exercise.catalogue.names", lambda: ["broken", "listen-accept"])
    monkeypatch.setattr(choices, "exercise", load)
    result = kit("list")
    assert result.stdout.split()[0] == "listen-accept"
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


def test_show_tells_how_difficult_it_is_and_what_to_know_before(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_with(monkeypatch, prerequisites=("basic-usage",))
    lines = [" ".join(line.split()) for line in kit("show", "listen-accept").stdout.splitlines()]
    start = lines.index("difficulty ●●")
    assert lines[start : start + 5] == [
        "difficulty ●●",
        "topics listen, accept",
        "known before basic-usage",
        "document 样例2",
        f"folder {shown_path(EXERCISE.folder)}",
    ]
    assert "kit learn listen-accept copies the starter, runs it, helps" in lines


def test_show_tells_in_which_languages_it_may_be_written(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    show_with(monkeypatch, languages=("c", "shell"))
    text = " ".join(kit("show", "listen-accept").stdout.split())
    assert "a folder with server.py in another language: server.c, server.sh" in text
    assert "也可以用其他语言编写：server.c, server.sh" in kit("show", "listen-accept", "--lang", "zh").stdout


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

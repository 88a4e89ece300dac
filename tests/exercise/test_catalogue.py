"""Finding exercises, their statements and their wrong solutions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError, UsageError
from kit.exercise import catalogue
from kit.exercise.catalogue import beside, find, folders, named, names, own_names, statement, wrongs

if TYPE_CHECKING:
    from kit.exercise.loader import Exercise


def written(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "exercise.yaml").write_text("title: x\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two exercises in ./exercises, a folder that is none, and nothing that came with the kit."""
    monkeypatch.delenv("KIT_EXERCISES", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "CHECKOUT", tmp_path / "nowhere")
    written(tmp_path / "exercises", "send-recv", "listen-accept")
    (tmp_path / "exercises" / "notes").mkdir()
    return tmp_path


def test_the_exercises_of_the_current_folder_come_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = written(folder / "came", "backlog", "send-recv")
    monkeypatch.setattr(catalogue, "CHECKOUT", came)
    assert folders() == (Path("exercises"), came)
    assert names() == ["listen-accept", "send-recv", "backlog"]
    assert own_names() == ["listen-accept", "send-recv"]
    assert [find("send-recv"), find("backlog")] == [Path("exercises/send-recv"), came / "backlog"]
    assert (named("backlog"), named("came/backlog"), named("nothing")) == (came / "backlog", None, None)
    with pytest.raises(UsageError, match="there is no exercise 'bcklog' in exercises or came") as raised:
        find("bcklog")
    assert raised.value.remedy == "did you mean 'backlog'?"


def test_the_kits_own_folder_is_one_folder_not_two(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "CHECKOUT", (folder / "exercises").resolve())
    assert folders() == (Path("exercises"),)


def test_the_environment_comes_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "CHECKOUT", written(folder / "came", "backlog"))
    monkeypatch.setenv("KIT_EXERCISES", str(written(folder / "other", "mine")))
    assert names() == own_names() == ["mine"]
    assert named("backlog") is None


def test_an_exercise_may_ask_for_those_beside_it_and_for_those_that_came_with_the_kit(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = written(tmp_path / "came", "backlog", exercise.name)
    monkeypatch.setattr(catalogue, "CHECKOUT", came)
    there = beside(exercise)
    assert there["backlog"] == came / "backlog"
    assert there[exercise.name] == exercise.folder.resolve()


def test_an_environment_that_leads_nowhere_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_EXERCISES", str(folder / "nowhere"))
    with pytest.raises(UsageError, match="there is no such folder"):
        folders()


def test_elsewhere_the_exercises_that_came_with_the_kit_are_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "empty").mkdir()
    monkeypatch.chdir(folder / "empty")
    monkeypatch.setattr(catalogue, "CHECKOUT", folder / "exercises")
    assert names() == ["listen-accept", "send-recv"]
    monkeypatch.setattr(catalogue, "CHECKOUT", folder / "nowhere")
    with pytest.raises(UsageError, match="there are no exercises here"):
        names()


@pytest.mark.usefixtures("folder")
def test_an_exercise_is_found_by_name_and_by_path() -> None:
    assert find("send-recv") == Path("exercises/send-recv")
    assert find("exercises/send-recv") == Path("exercises/send-recv")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("listn-accept", "there is no exercise 'listn-accept' in exercises", "did you mean 'listen-accept'?"),
        ("zzz", "there is no exercise 'zzz' in exercises", "`kit list` shows what there is"),
        ("../send-recv", "there is no exercise '../send-recv' in exercises", "did you mean 'send-recv'?"),
        ("exercises/notes", "exercises/notes is no exercise: it has no exercise.yaml", "`kit list` shows what there is"),
        ("", ". is no exercise: it has no exercise.yaml", "`kit list` shows what there is"),
    ],
)  # fmt: skip
def test_an_unknown_exercise_is_told_with_the_nearest(name: str, message: str, remedy: str) -> None:
    with pytest.raises(UsageError) as raised:
        find(name)
    assert (raised.value.message, raised.value.remedy) == (message, remedy)


def test_a_statement_falls_back_on_the_other_language(exercise: Exercise) -> None:
    with pytest.raises(UsageError, match=r"first/statement\.zh\.md is missing"):
        statement(exercise, "zh")
    (exercise.folder / "statement.en.md").write_text("Do it.")
    assert statement(exercise, "zh") == "Do it."
    (exercise.folder / "statement.zh.md").write_text("做吧。", encoding="utf-8")
    assert statement(exercise, "zh") == "做吧。"


def wrong(exercise: Exercise, label: str, text: str) -> None:
    (exercise.folder / "wrong" / label).mkdir(parents=True)
    (exercise.folder / "wrong" / label / "wrong.yaml").write_text(text)


def test_wrong_solutions_name_the_findings_that_must_fail(exercise: Exercise) -> None:
    wrong(exercise, "late", "fails: [queue, timeline]\nsays: {en: too late}\n")
    wrong(exercise, "early", "fails: submission\nsays: {en: too early}\n")
    found = wrongs(exercise)
    assert list(found) == ["early", "late"]
    assert found["late"].fails == ("queue", "timeline")
    assert found["early"].fails == ("submission",)


def test_all_faults_of_all_wrong_solutions_are_told_at_once(exercise: Exercise) -> None:
    wrong(exercise, "a", "fails: [queu]\nsays: {en: x}\n")
    wrong(exercise, "b", "fails: queue\nsay: {en: x}\n")
    (exercise.folder / "wrong/c").mkdir()
    with pytest.raises(ExerciseError) as raised:
        wrongs(exercise)
    assert [str(fault) for fault in raised.value.faults] == [
        "first/wrong/a/wrong.yaml:1:9: unknown check 'queu'; did you mean 'queue'?",
        "first/wrong/b/wrong.yaml:1:1: 'says' is missing; expected a text for each language, such as {en: ..., zh: ...}",
        "first/wrong/b/wrong.yaml:2:1: unknown key 'say'; did you mean 'says'?",
        "first/wrong/c/wrong.yaml:1:1: the file is missing; say in it which checks fail, and why",
    ]

"""kit lint as a user types it: what goes where, and the exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kit.classroom import local
from tests.exercises.catalogue import EXERCISES
from tests.lint.author import Author
from tests.lint.scripted import DIED, ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Kit, ScriptedBackend

    Scripted = Callable[..., ScriptedEngine]


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path / "mine")


@pytest.fixture
def scripted(
    author: Author, backends: dict[str, ScriptedBackend], monkeypatch: pytest.MonkeyPatch
) -> Scripted:
    assert backends

    def make(**says: Any) -> ScriptedEngine:
        made = ScriptedEngine(author.written, **says)
        monkeypatch.setattr(local, "Local", lambda _command: made)
        return made

    return make


def test_files_alone_are_looked_at_without_a_run(kit: Kit) -> None:
    result = kit("lint", str(EXERCISES / "send-recv"), "--no-run")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "1 exercise: 0 errors, 0 warnings\n", "")


def test_without_a_name_the_whole_catalogue_is_looked_at(
    kit: Kit, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_EXERCISES", str(author.folder.parent))
    assert kit("lint", "--no-run").stdout == "2 exercises: 0 errors, 0 warnings\n"


def test_a_complaint_has_its_place_and_its_rule_and_costs_two(kit: Kit, author: Author) -> None:
    author.change("exercise.yaml", "difficulty: 2", "difficulty: 9")
    author.remove("statement.zh.md")
    result = kit("lint", str(author.folder), "--no-run")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[0].endswith("to 5, found '9' [format]")
    author.change("exercise.yaml", "difficulty: 9", "difficulty: 2")
    result = kit("lint", str(author.folder), "--no-run")
    assert result.exit_code == 2
    assert result.stdout == (
        "mine/listen-accept/statement.zh.md:1:1: the file is missing; write it: it is what learners read [statement-is-there]\n"
        "1 exercise: 1 error, 0 warnings\n"
    )


def test_a_warning_costs_nothing(kit: Kit, author: Author) -> None:
    author.change("exercise.yaml", "checks:", "\n\nchecks:")
    result = kit("lint", str(author.folder), "--no-run")
    assert result.exit_code == 0
    assert ": warning: the file has 69 lines" in result.stdout


def test_one_that_is_not_there_takes_the_others_not_away(kit: Kit, author: Author) -> None:
    result = kit("lint", str(author.folder / "no-such"), str(author.folder), "--no-run")
    assert result.exit_code == 2
    assert "1 exercise: 0 errors" in result.stdout
    assert "there is no exercise" in result.stderr


def test_options_of_runs_do_nothing_without_a_run(kit: Kit, author: Author) -> None:
    result = kit("lint", str(author.folder), "--no-run", "--repeats", "3")
    assert result.exit_code == 2
    assert "--repeats does nothing without a run" in result.stderr


def test_an_unknown_format_names_the_nearest(kit: Kit, author: Author) -> None:
    result = kit("lint", str(author.folder), "--format", "jsn")
    assert result.exit_code == 2
    assert "unknown format 'jsn'; did you mean 'json'?" in result.stderr


def test_runs_are_told_as_they_end_and_the_table_at_the_end(
    kit: Kit, author: Author, scripted: Scripted
) -> None:
    scripted()
    result = kit("lint", str(author.folder), "--repeats", "3", "-j", "1", "--backend", "netns")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert result.stderr.splitlines()[0] == "kit: 1 of 20: listen-accept defaults: as it must be, 2.0 s"
    assert result.stderr.splitlines()[-1].startswith(
        "kit: 20 of 20: listen-accept wrong-serves-forever: as it must"
    )
    *_, row, total = result.stdout.splitlines()
    assert row.split() == [
        "listen-accept",
        "4",
        "of",
        "4",
        "yes",
        "15",
        "of",
        "15",
        "3",
        "of",
        "3",
        "40.0",
    ]
    assert total == "1 exercise: 0 errors, 0 warnings"
    assert not (author.folder.parent.parent / "runs").exists() or not any(
        (author.folder.parent.parent / "runs").iterdir()
    )


def test_twenty_repeats_are_the_default(kit: Kit, author: Author, scripted: Scripted) -> None:
    engine = scripted()
    kit("lint", str(author.folder), "--backend", "netns")
    assert sum(name.startswith("lint-") for name in engine.ran) == 20


def test_a_false_verdict_costs_two_and_its_evidence_is_kept(
    kit: Kit, author: Author, scripted: Scripted
) -> None:
    scripted(newest_first=[{"exit": "fail"}])
    result = kit("lint", str(author.folder), "--repeats", "1", "--backend", "netns")
    assert result.exit_code == 2
    (line,) = [line for line in result.stdout.splitlines() if "[wrong-fails-where-it-says]" in line]
    run = line.split("`kit ladder ")[1].split("`")[0]
    assert (author.folder.parent.parent / run / "run.json").exists()
    assert "wrong-newest-first: NOT as it must be: it fails " in result.stderr


def test_trouble_of_the_machine_costs_three(kit: Kit, author: Author, scripted: Scripted) -> None:
    scripted(newest_first=[DIED])
    result = kit("lint", str(author.folder), "--repeats", "1", "--backend", "netns")
    assert result.exit_code == 3
    assert (
        "kit: listen-accept: the machine's trouble, not the exercise's: wrong-newest-first:" in result.stderr
    )
    assert "1 exercise: 0 errors" in result.stdout


def test_json_is_a_line_an_exercise_and_evidence_stays_where_it_is_wanted(
    kit: Kit, author: Author, scripted: Scripted, tmp_path: Path
) -> None:
    scripted()
    options = ("--repeats", "1", "--backend", "netns", "--format", "json", "--out", str(tmp_path / "kept"))
    result = kit("lint", str(author.folder), *options)
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    value = json.loads(line)
    assert (value["exercise"], value["errors"], len(value["runs"])) == ("listen-accept", 0, 18)
    assert {path.name for path in (tmp_path / "kept" / "listen-accept").iterdir()} == {
        run["label"] for run in value["runs"]
    }
    again = kit("lint", str(author.folder), *options)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr

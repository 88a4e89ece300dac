"""The exercises of the catalogue: what their files owe a learner, and that every verdict on them is right.

A seed draws other ports and words than the statements show, so that what is copied or hard-coded is found out.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kit.exercise import catalogue
from kit.exercise.languages import ALL
from kit.exercise.loader import load
from kit.exercise.model import LANGUAGES, Definition, Wrong
from kit.exercise.submission import Asked
from kit.tap.cells import split_cells
from tests.languages import is_here, languages_in

EXERCISES = Path(__file__).parents[2] / "exercises"
NAMES = tuple(sorted(file.parent.name for file in EXERCISES.glob("*/exercise.yaml")))
WRONGS = {name: sorted((EXERCISES / name / "wrong").iterdir()) for name in NAMES}
HEADINGS = {
    "en": ("Task", "Usage", "Example", "What is checked"),
    "zh": ("任务", "用法", "示例", "检查什么"),
}
LONGEST_FILE_LINES = 67  # read at a glance; texts in two languages are most of it
FEWEST_WRONGS = 5
EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}
SEED = "a seed of the tests"

each_exercise = pytest.mark.parametrize("name", NAMES)
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_wrong = pytest.mark.parametrize(
    ("name", "folder"),
    [
        pytest.param(
            name, folder, id=f"{name}-{folder.name}", marks=pytest.mark.languages(*languages_in(folder))
        )
        for name in NAMES
        for folder in WRONGS[name]
    ],
)
each_starter = pytest.mark.parametrize(
    "folder",
    [
        pytest.param(
            folder,
            id=f"{folder.parent.name}-{folder.name}",
            marks=pytest.mark.languages(*languages_in(folder)),
        )
        for folder in sorted(EXERCISES.glob("*/starter*"))
        if is_here(folder)
    ],
)
each_backend = pytest.mark.parametrize(
    "backend",
    [pytest.param("netns", marks=pytest.mark.netns), pytest.param("docker", marks=pytest.mark.docker)],
)


@cache
def definition(name: str) -> Definition:
    return load(EXERCISES / name).definition


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def wrongs(name: str) -> dict[str, Wrong]:
    return catalogue.wrongs(load(EXERCISES / name))


def section(name: str, language: str, number: int) -> str:
    """Give what a statement says below one of its headings."""
    heading = HEADINGS[language][number]
    text = text_of(EXERCISES / name / f"statement.{language}.md")
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


def findings(name: str) -> list[str]:
    """Name what a verdict answers: checks, and roles."""
    return [*(check.name for check in definition(name).checks), *(definition(name).roles or ())]


def meaning(file: Path) -> list[str]:
    """Give what a script does, whatever its comments: the syntax tree of each cell, or of the whole."""
    source = text_of(file)
    if file.suffix != ".py":
        return [source]
    return [ast.dump(ast.parse(cell)) for _line, cell in split_cells(source) or [(1, source)]]


# ---- The files


def test_the_documents_exercises_are_there() -> None:
    assert {"basic-usage", "listen-accept", "listen-accept-steps", "send-recv", "tcp-vs-udp"} <= set(NAMES)


@each_exercise
def test_what_should_be_known_before_is_an_exercise_that_does_not_ask_for_this_one(name: str) -> None:
    before: set[str] = set()
    more = set(definition(name).prerequisites)
    while more - before:
        before |= more
        more = {each for known in before for each in definition(known).prerequisites}
    assert name not in before


@each_exercise
def test_the_file_is_short(name: str) -> None:
    assert len(text_of(EXERCISES / name / "exercise.yaml").splitlines()) <= LONGEST_FILE_LINES


@each_exercise
def test_every_text_is_there_in_both_languages(name: str) -> None:
    checks = definition(name).checks
    said = [definition(name).title, *(text for check in checks for text in (check.why, check.hint) if text)]
    assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in said)


@each_exercise
def test_every_check_says_why(name: str) -> None:
    assert [check.name for check in definition(name).checks if not check.why] == []


@each_exercise
@each_language
def test_the_statement_says_the_task_and_how_each_script_is_called(name: str, language: str) -> None:
    assert section(name, language, 0).strip()
    usage = section(name, language, 1)
    for program in definition(name).programs.values():
        line = re.search(rf"^    python3 {re.escape(program.script or '')}(.*)$", usage, re.MULTILINE)
        assert line, f"no usage of {program.script}"
        said = line[1].split()
        assert len(said) == len(program.args) or said[-1:] == ["MESSAGE..."]


@each_exercise
@each_language
def test_the_example_shows_what_the_default_values_print(name: str, language: str) -> None:
    example = section(name, language, 2)
    for check in definition(name).checks:
        for line in getattr(check.params, "lines", None) or ():
            assert re.search(rf"^    {re.escape(line)}$", example, re.MULTILINE), line


@each_exercise
@each_language
def test_the_statement_names_every_check_and_role(name: str, language: str) -> None:
    said = section(name, language, 3)
    assert [finding for finding in findings(name) if f"`{finding}`" not in said] == []


@each_exercise
def test_the_starter_has_every_file_with_something_to_do(name: str) -> None:
    for language, folder in catalogue.starters(load(EXERCISES / name)).items():
        files = {file.name: text_of(file) for file in folder.iterdir()}
        assert set(files) == {
            Path(file).with_suffix(ALL[language].suffix).name for file in definition(name).submit
        }
        assert all("TODO" in text for text in files.values())
        assert language != "python" or all(ast.parse(text) for text in files.values())


@each_exercise
def test_there_are_at_least_five_wrong_solutions(name: str) -> None:
    assert len(WRONGS[name]) >= FEWEST_WRONGS


@each_exercise
def test_every_check_and_role_is_failed_by_some_wrong_solution(name: str) -> None:
    failed = {finding for wrong in wrongs(name).values() for finding in wrong.fails}
    assert set(findings(name)) - failed == set()


@each_wrong
def test_a_wrong_solution_is_complete_explained_and_differs_from_the_reference(
    name: str, folder: Path
) -> None:
    files = {file.name for file in folder.iterdir()} - {"wrong.yaml"}
    asked = Asked(definition(name).submit, definition(name).languages)
    assert {asked.files[0] if file in asked.ways(asked.files[0]) else file for file in files} == {
        *asked.files
    }
    assert set(wrongs(name)[folder.name].says) == set(LANGUAGES)
    right = [EXERCISES / name / "reference", *catalogue.rights(load(EXERCISES / name)).values()]
    for like in (one for one in right if all((one / file).exists() for file in files)):
        assert any(meaning(folder / file) != meaning(like / file) for file in files)


# ---- The verdicts


def verdict_of(*arguments: str) -> dict[str, Any]:
    """Run kit as a user does; its exit code must say what its verdict says."""
    command = [sys.executable, "-m", "kit", *arguments, "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.stdout, run.stderr
    verdict: dict[str, Any] = json.loads(run.stdout)
    assert EXIT_CODES[verdict["outcome"]] == run.returncode, run.stderr
    return verdict


def grade(name: str, submission: Path, backend: str, out: Path) -> dict[str, Any]:
    options = ("--seed", SEED, "--backend", backend, "--out", str(out))
    return verdict_of("grade", str(EXERCISES / name), str(submission), "--trust", *options)


def outcomes(verdict: dict[str, Any]) -> dict[str, str]:
    return {finding["name"]: finding["outcome"] for finding in verdict["findings"]}


@each_backend
@each_exercise
def test_the_reference_passes_with_the_documents_values(name: str, backend: str, tmp_path: Path) -> None:
    verdict = verdict_of("run", str(EXERCISES / name), "--backend", backend, "--out", str(tmp_path / "run"))
    assert set(outcomes(verdict).values()) == {"pass"}, verdict["findings"]


@each_backend
@each_exercise
def test_the_reference_passes_with_drawn_values(name: str, backend: str, tmp_path: Path) -> None:
    verdict = grade(name, EXERCISES / name / "reference", backend, tmp_path / "run")
    assert set(outcomes(verdict).values()) == {"pass"}, verdict["findings"]
    assert verdict["score"] == verdict["max_score"]


@each_backend
@each_starter
def test_the_starter_runs_and_fails(folder: Path, backend: str, tmp_path: Path) -> None:
    verdict = grade(folder.parent.name, folder, backend, tmp_path / "run")
    assert verdict["outcome"] == "fail"
    assert "submission" not in outcomes(verdict), "it can be built"


@each_backend
@each_wrong
def test_a_wrong_solution_fails_on_what_it_names_and_on_nothing_else(
    name: str, folder: Path, backend: str, tmp_path: Path
) -> None:
    found = outcomes(grade(name, folder, backend, tmp_path / "run"))
    assert {check for check, outcome in found.items() if outcome == "fail"} == set(
        wrongs(name)[folder.name].fails
    )
    assert set(found.values()) <= {"pass", "fail", "skipped"}

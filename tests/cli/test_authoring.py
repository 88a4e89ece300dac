from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from kit.cli import authoring
from kit.exercise.handout import archive
from kit.exercise.loader import load
from tests.exercises.catalogue import EXERCISES
from tests.exercises.catalogue import kit as run_kit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Kit

NAME = str(EXERCISES / "listen-accept")


def test_handout_writes_in_this_folder_and_says_where(kit: Kit, tmp_path: Path) -> None:
    result = kit("handout", NAME)
    assert (result.exit_code, result.stdout) == (0, "listen-accept-handout.zip\n")
    assert (tmp_path / "listen-accept-handout.zip").read_bytes() == archive(load(EXERCISES / "listen-accept"))


def test_what_handout_wrote_can_be_shown_and_not_run(kit: Kit, tmp_path: Path) -> None:
    kit("handout", NAME, "--out", "given.zip")
    with zipfile.ZipFile(tmp_path / "given.zip") as file:
        file.extractall(tmp_path)
    assert "accept_order" in kit("show", "./listen-accept").stdout
    result = kit("run", "./listen-accept", "--backend", "netns", "--out", "run")
    assert result.exit_code == 2
    assert result.stderr == (
        "kit: listen-accept is a handout: the reference solution is not in it\n"
        "  `kit grade` runs your own; `kit show` says how\n"
    )
    assert not (tmp_path / "run").exists()


def test_handout_of_a_handout_is_wrong_usage(kit: Kit, tmp_path: Path) -> None:
    kit("handout", NAME, "--out", "given.zip")
    with zipfile.ZipFile(tmp_path / "given.zip") as file:
        file.extractall(tmp_path)
    result = kit("handout", "./listen-accept")
    assert result.exit_code == 2
    assert "is a handout already" in result.stderr


def test_schema_goes_to_standard_output_or_into_a_file(kit: Kit, tmp_path: Path) -> None:
    result = kit("schema")
    assert json.loads(result.stdout)["title"] == "an exercise of wirekit"
    written = kit("schema", "--out", "exercises.json")
    assert (written.exit_code, written.stdout) == (0, "exercises.json\n")
    assert (tmp_path / "exercises.json").read_text(encoding="utf-8") == result.stdout


def test_schema_of_an_exercise_knows_its_own_checks(kit: Kit, tmp_path: Path) -> None:
    folder = shutil.copytree(NAME, tmp_path / "mine")
    (folder / "checks.py").write_text("def polite(evidence, word: str): ...\n", encoding="utf-8")
    asked = json.loads(kit("schema", str(folder)).stdout)["properties"]["checks"]["items"]["properties"]
    assert "polite" in asked
    assert "polite" not in json.loads(kit("schema").stdout)["properties"]["checks"]["items"]["properties"]


def test_schema_says_the_line_for_editors(kit: Kit) -> None:
    assert kit("schema", "--line").stdout == "# yaml-language-server: $schema=../schema.json\n"
    assert (
        kit("schema", "--line", "--out", "there/kit.json").stdout
        == "# yaml-language-server: $schema=../kit.json\n"
    )
    assert "# yaml-language-server: $schema=" in kit("schema", "--help").stdout


def test_new_writes_into_exercises_or_beside_and_says_where(kit: Kit, tmp_path: Path) -> None:
    result = kit(
        "new", "greet-all", "--title-en", "Greet all", "--title-zh", "问候", "--topics", "accept, queue"
    )
    assert (result.exit_code, result.stdout) == (0, "greet-all\n")
    assert "next: change its files, then kit lint greet-all" in result.stderr
    (tmp_path / "exercises").mkdir()
    result = kit("new", "greet-all", "--protocol", "udp", "--clients", "1", "--difficulty", "2")
    assert result.stdout == "exercises/greet-all\n"
    definition = load(tmp_path / "exercises" / "greet-all").definition
    assert (definition.title["en"], definition.topics, definition.difficulty) == (
        "greet all",
        ("sockets",),
        2,
    )
    assert load(tmp_path / "greet-all").definition.topics == ("accept", "queue")
    assert kit("lint", "greet-all", "--no-run").exit_code == 0


def test_new_writes_over_nothing(kit: Kit, tmp_path: Path) -> None:
    kit("new", "greet-all")
    (tmp_path / "greet-all" / "exercise.yaml").write_text("mine")
    result = kit("new", "greet-all")
    assert result.exit_code == 2
    assert "greet-all: is not empty" in result.stderr
    assert (tmp_path / "greet-all" / "exercise.yaml").read_text() == "mine"


def test_new_asks_on_a_terminal_for_what_no_option_says(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        authoring._Given, "__init__", lambda self, _asks: object.__setattr__(self, "asks", True)
    )
    result = kit("new", "greet-all", "--clients", "1", input="Greet all\n问候\naccept，queue\nudp\n\n")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("\ngreet-all\n"), "the tests' terminal shows what is typed, too"
    definition = load(tmp_path / "greet-all").definition
    assert definition.title == {"en": "Greet all", "zh": "问候"}
    assert definition.topics == ("accept", "queue")
    assert definition.checks[0].check == "datagrams"
    assert "title in English [greet all]:" in result.stderr


def test_new_with_an_unknown_protocol_names_those_that_there_are(kit: Kit) -> None:
    result = kit("new", "greet-all", "--protocol", "sctp")
    assert result.exit_code == 2
    assert "unknown protocol 'sctp'" in result.stderr
    assert "the protocols are: tcp, udp" in result.stderr


@pytest.mark.parametrize(
    "backend", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("netns", "docker")]
)
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_what_new_writes_passes_lint_at_once(backend: str, protocol: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "greet-all")
    assert run_kit("new", "greet-all", "--protocol", protocol, "--out", folder).returncode == 0
    run = run_kit("lint", folder, "--backend", backend, "--repeats", "1", within_s=600)
    assert run.returncode == 0, run.stdout
    assert "1 exercise: 0 errors" in run.stdout

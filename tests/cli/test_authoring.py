from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

from kit.exercise.handout import archive
from kit.exercise.loader import load
from tests.exercises.catalogue import EXERCISES

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

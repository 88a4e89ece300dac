"""The authors' guide tells the truth: its files are written, its commands run, its YAML loads, and nothing of the vocabulary is missing."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from kit import checks
from kit.exercise.link_spec import LINK_RULES, Chances
from kit.exercise.loader import load
from kit.exercise.model import ACTIONS, CONDITIONS, CheckSpec, Definition, LimitSpec
from kit.exercise.plan import Limits
from kit.lint.statements import HEADINGS
from tests.exercises.catalogue import NAMES, kit

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[1] / "docs" / "authors.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^\*\*`([^`]+)`(, at its end)?\*\*\n\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
ON_NETNS = ("run", "grade", "lint")  # commands that run something


@dataclass(frozen=True)
class Block:
    """A fenced block: a file to write (or a text to put at its end), a fragment of YAML, or commands."""

    file: str
    at_its_end: bool
    language: str
    text: str


BLOCKS = [Block(file, bool(end), language, text) for file, end, language, text in BLOCK.findall(TEXT)]
FRAGMENTS = [block.text for block in BLOCKS if block.language == "yaml" and not block.file]

BASE = """\
title: {en: base, zh: 基础}
params:
  port: {default: "8001", pick: 20000-29999}
  word: {default: hello, token: 7}
hosts: [server, client, client2]
programs:
  server:  {script: server.py, args: ["${port}"]}
  client:  {script: client.py, args: [server, "${port}", "${word}"]}
  client2: {script: client.py, args: [server, "${port}", "2"]}
submit: [server.py]
timeline:
  - start: [server, client, client2]
  - wait: {exited: [server, client, client2]}
checks:
  - exit: {program: server}
"""


def test_the_worked_example_is_written_in_at_most_forty_lines_of_yaml() -> None:
    (whole, end) = (block.text for block in BLOCKS if block.file.endswith("letter-box/exercise.yaml"))
    assert len((whole + end).splitlines()) <= 40


@pytest.mark.netns
def test_who_types_what_the_guide_says_ends_with_a_linted_exercise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    ran = []
    for block in BLOCKS:
        if block.file:
            path = tmp_path / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text(encoding="utf-8") if block.at_its_end else ""
            path.write_text(before + block.text, encoding="utf-8")
        elif block.language == "console":
            ran += [run(command, said) for command, said in commands(block.text)]
    assert ran == ["run", "lint", "grade", "lint", "handout", "lint"]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Part a block of a terminal at its `$ ` lines: each command, and what it says."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


def run(command: str, said: str) -> str:
    """Run a command of the guide; what it prints must have the guide's lines in it, in their order. `...` is anything."""
    program, name, *arguments = shlex.split(command)
    assert program == "kit"
    if name in ON_NETNS and "--no-run" not in arguments:
        arguments += ["--backend", "netns"] + (["--trust"] if name == "grade" else [])
        arguments += ["--repeats", "2"] if name == "lint" and "--repeats" not in arguments else []  # of 20
    done = kit(name, *arguments, within_s=900)
    assert done.returncode == (1 if name == "grade" else 0), done.stdout + done.stderr
    wanted = ".*".join(re.escape(" ".join(piece.split())) for piece in said.split("..."))
    printed = " ".join(done.stdout.split())
    assert re.search(wanted, printed), f"{command}: {printed}"
    return name


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_every_piece_of_yaml_is_read_by_the_loader(fragment: str, tmp_path: Path) -> None:
    texts = [fragment, BASE]
    keys = [set(yaml.safe_load(text)) for text in texts]
    parts = [
        part for part in re.split(r"^(?=\w)", BASE, flags=re.MULTILINE) if part.split(":")[0] not in keys[0]
    ]
    (tmp_path / "reference").mkdir()
    for name in ("server.py", "client.py", "data.txt"):
        (tmp_path / "reference" / name).write_text("# %%\nx = 1\n# %%\nx = 2\n# %%\nx = 3\n")
    (tmp_path / "exercise.yaml").write_text("".join(parts) + fragment, encoding="utf-8")
    definition = load(tmp_path).definition
    assert keys[0] <= set(Definition.model_fields)
    assert definition.checks


def section(heading: str) -> str:
    return TEXT[TEXT.index(f"\n## {heading}\n") :].split("\n## ", 2)[1]


def test_every_key_of_an_exercise_is_told() -> None:
    rows = section("exercise.yaml, key by key")
    assert [key for key in Definition.model_fields if f"`{key}`" not in rows] == []


def test_every_step_and_gate_is_told_with_all_that_it_may_say() -> None:
    told = section("Steps and gates")
    assert [action for action in [*ACTIONS, "wait"] if f"`{action}: " not in told] == []
    for name, model in CONDITIONS.items():
        (row,) = re.findall(rf"^\| `{name}: .*$", told, re.MULTILINE)
        fields = [field.alias or key for key, field in model.model_fields.items()]
        assert [field for field in fields if f"{field}:" not in row] == [], name


def test_every_check_is_told_with_all_that_it_may_ask() -> None:
    told = section("Checks")
    for name in checks.names():
        (row,) = re.findall(rf"^\| `{name}: .*$", told, re.MULTILINE)
        fields = [field.alias or key for key, field in checks.load(name).Params.model_fields.items()]
        assert [field for field in fields if f"{field}:" not in row] == [], name
    common = set(CheckSpec.model_fields) - {"check", "params"}
    assert [key for key in common if f"`{key}`" not in told] == []
    example = next(text for text in FRAGMENTS if "history:" in text)
    assert [name for name in checks.names() if f"- {name}:" not in example] == []


def test_every_rule_of_the_link_and_every_limit_is_told() -> None:
    link, limits = section("The link"), section("Limits")
    assert [rule for rule in LINK_RULES if f"| `{rule}: " not in link] == []
    assert [chance for chance in Chances.model_fields if f"{chance}" not in link] == []
    for name in LimitSpec.model_fields:
        (row,) = [line for line in limits.splitlines() if line.startswith("| `") and f"`{name}`" in line]
        assert f"{getattr(Limits(), name):g}" in row or str(getattr(Limits(), name)) in row


def test_the_headings_of_a_statement_are_those_that_lint_asks_for() -> None:
    for language, headings in HEADINGS.items():
        (text,) = (b.text for b in BLOCKS if b.file.endswith(f"statement.{language}.md") and not b.at_its_end)
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(headings)


def test_the_exercises_that_it_sends_to_are_there() -> None:
    rows = TEXT[TEXT.index("Patterns to take") : TEXT.index("## exercise.yaml, key by key")]
    sent_to = [
        name for row in rows.splitlines()[3:] for name in re.findall(r"`([a-z-]+)`", row.rpartition("|")[0])
    ]
    known = {"queued", "received", "drained", "signal", "roles", "count"}  # words of theirs
    assert [name for name in sent_to if name not in known and name not in NAMES] == []
    assert len(sent_to) > len(known)

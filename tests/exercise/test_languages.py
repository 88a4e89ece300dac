"""A submission in another language: how it is told, what is planned for it, and what an exercise may ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from kit.errors import ExerciseError
from kit.exercise.languages import ALL, FURTHER, language_of, ways
from kit.exercise.loader import load
from kit.exercise.model import LanguageName
from kit.exercise.planner import make_plan
from kit.exercise.submission import Submission
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.loader import Exercise
    from kit.exercise.plan import Plan

    Write = Callable[[str | bytes], Path]

TAKES = "submit: [server.py]\nlanguages: [c, go, javascript, shell]"


@pytest.fixture
def taking(write: Write) -> Exercise:
    return load(write(GOOD.replace("submit: [server.py]", TAKES)))


def plan(exercise: Exercise, files: dict[str, bytes]) -> Plan:
    return make_plan(exercise, Submission("mine", files, "d"), None)


def test_the_model_knows_the_languages_of_the_table() -> None:
    assert set(get_args(LanguageName)) == set(FURTHER)


def test_a_name_tells_the_language_and_python_where_it_tells_none() -> None:
    assert [language_of(name).name for name in ("a.c", "b/c.go", "d.js", "e.sh", "f.py", "run")] == [
        *("c", "go", "javascript", "shell", "python", "python")
    ]
    assert ways("lib/server.py", ["c", "shell"]) == ("lib/server.py", "lib/server.c", "lib/server.sh")


def test_what_is_built_goes_on_without_its_sources(taking: Exercise) -> None:
    files = {"server.c": b"int main;", "help.h": b"", "Makefile": b"", "notes.py": b""}
    server = plan(taking, files).programs["server"]
    assert server.command == ("stdbuf", "-oL", "./server", "8001")
    assert (server.language, dict(server.files), server.executables) == ("c", {}, ("server",))
    assert server.build is not None
    assert set(server.build.files) == {"server.c", "help.h", "Makefile"}
    assert (server.build.source, server.build.makes) == ("server.c", ("server",))
    assert server.build.command[-3:] == ("make", "--silent", "server")
    assert server.build.limits.memory_bytes > plan(taking, files).limits.memory_bytes


def test_what_needs_no_making_is_only_looked_at(taking: Exercise) -> None:
    server = plan(taking, {"server.js": b"1", "package.json": b"{}"}).programs["server"]
    assert server.command == ("node", "server.js", "8001")
    assert server.build is not None
    assert (server.build.command, server.build.makes) == (("node", "--check", "server.js"), ())
    assert set(server.files) == {"server.js", "package.json"}


def test_gates_wait_longer_for_what_takes_longer_to_come_up(taking: Exercise) -> None:
    python, node = plan(taking, {"server.py": b"1"}), plan(taking, {"server.js": b"1"})
    assert [step.within_s * 3 for step in python.steps] == [step.within_s for step in node.steps]
    assert (python.limits.wall_s * 3, python.limits.cpu_s) == (node.limits.wall_s, node.limits.cpu_s)


def test_go_is_given_the_files_beside_by_name(taking: Exercise) -> None:
    server = plan(taking, {"server.go": b"", "wire.go": b""}).programs["server"]
    assert server.build is not None
    assert server.build.command[-3:] == ("server", "server.go", "wire.go")


def test_what_else_is_handed_in_belongs_to_its_own_program(write: Write) -> None:
    text = GOOD.replace("submit: [server.py]", "submit: [server.py, client.py]\nlanguages: [c]")
    mixed = plan(load(write(text)), {"server.c": b"1", "client.py": b"2", "a.h": b"", "b.py": b""})
    built = mixed.programs["server"].build
    assert built is not None
    assert set(built.files) == {"server.c", "a.h"}
    assert set(mixed.programs["client1"].files) == {"client.py", "b.py"}
    assert mixed.languages == {"c", "python"}


def test_the_reference_stays_what_it_is(taking: Exercise) -> None:
    assert make_plan(taking, None, None).programs["server"].script == "server.py"


def test_the_digest_is_of_sources_command_and_limits(taking: Exercise, write: Write) -> None:
    files = {"server.c": b"int main;"}
    first = plan(taking, files)
    assert first.digest == plan(taking, dict(files)).digest
    slow = load(write(GOOD.replace("submit: [server.py]", f"build: {{wall_s: 9}}\n{TAKES}")))
    others = [plan(taking, {"server.c": b"int x;"}), plan(taking, {**files, "a.h": b""}), plan(slow, files)]
    assert len({first.digest, *(other.digest for other in others)}) == 4
    built = first.programs["server"].build
    assert built is not None
    assert plan(slow, files).programs["server"].build == replace(
        built, limits=replace(built.limits, wall_s=9.0)
    )


def test_what_was_made_is_put_beside_the_files(taking: Exercise) -> None:
    planned = plan(taking, {"server.c": b"int main;"})
    made = planned.with_made({"server": {"server": b"\x7fELF"}})
    assert made.programs["server"].files == {"server": b"\x7fELF"}
    assert made.programs["client1"] == planned.programs["client1"]


def test_every_language_can_say_the_smallest_that_it_builds() -> None:
    assert all(ALL[name].smallest and ALL[name].tools for name in FURTHER)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("submit:", "languages: [cobol]\nsubmit:"),
            "expected one of c, go, javascript, shell, found 'cobol'",
        ),
        (GOOD.replace("submit:", "languages: [c, c]\nsubmit:"), "the language 'c' is listed twice"),
        (
            GOOD.replace("submit:", "languages: [c]\nsubmit:").replace(
                "{script: client.py", "{script: client.py, files: [server.py]", 1
            ),
            "'server.py' is no script alone",
        ),
        (
            GOOD.replace("submit:", "languages: [c]\nsubmit:").replace(
                "{script: server.py", "{script: server.py, cells: 1", 1
            ),
            "'server.py' has cells, which no other language has",
        ),
    ],
)
def test_what_an_exercise_cannot_ask_is_told(write: Write, text: str, said: str) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(text))
    assert said in str(raised.value)

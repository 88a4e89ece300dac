"""A handout has what students need, says nothing of what is left out, and loads without a reference."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError, UsageError
from kit.exercise.handout import archive, files
from kit.exercise.loader import load
from kit.exercise.planner import make_plan
from kit.exercise.submission import Submission
from kit.exercise.yaml import plain
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.loader import Exercise

    Write = Callable[[str | bytes], Path]

WITH_HIDDEN = """\
  - segments: {count: 7}   # the secret one
    name: secret-count
    points: 2.5
    hidden: true
    why: {en: "a secret reason"}
  - accept_order: {program: server, order: [client1, client2]}
    needs: [secret-count, handshake]
    why: &why {en: "x: <<, '1' and ${word}"}
  - handshake: {from: client2, to: server}
    name: second
    needs: [secret-count]
    why: *why
"""
MINE = Submission("mine", {"server.py": b"print('mine')\n"}, "d")


@pytest.fixture
def whole(write: Write) -> Exercise:
    folder = write(GOOD + WITH_HIDDEN)
    for name in (
        "starter/server.py",
        "wrong/late/server.py",
        "statement.en.md",
        "reference/helper.py",
        "notes",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"text of {name}")
    return load(folder)


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(folder)
        (top,) = {name.split("/")[0] for name in file.namelist()}
    return folder / top


@pytest.fixture
def handed_out(whole: Exercise, tmp_path: Path) -> Exercise:
    return load(unpacked(archive(whole), tmp_path / "student"))


def test_it_has_statements_starter_and_provided_files_alone(whole: Exercise) -> None:
    assert set(files(whole)) == {
        "exercise.yaml",
        "statement.en.md",
        "starter/server.py",
        "reference/client.py",
    }


def test_nothing_in_it_tells_of_solutions_and_hidden_checks(whole: Exercise) -> None:
    data = archive(whole)
    for text in (b"secret", b"segments", b"wrong", b"print('server')", b"helper", b"notes"):
        assert text not in data
    assert b"print('client')" in data


def test_its_bytes_are_the_same_every_time(whole: Exercise) -> None:
    assert archive(whole) == archive(load(whole.folder))


def test_all_else_in_it_stands_as_it_was_written(whole: Exercise, handed_out: Exercise) -> None:
    before, after = plain(whole.tree), plain(handed_out.tree)
    assert after.pop("handout") == {"hidden_checks": "1", "hidden_points": "2.5"}
    handshake, queue, _secret, order, second = before.pop("checks")
    order["needs"] = ["handshake"]
    del second["needs"]
    assert after.pop("checks") == [handshake, queue, order, second]
    assert after == before
    assert handed_out.name == whole.name


def test_the_same_seed_gives_the_same_run(whole: Exercise, handed_out: Exercise) -> None:
    ours, theirs = make_plan(whole, MINE, "first/mine"), make_plan(handed_out, MINE, "first/mine")
    assert (ours.params, ours.steps, ours.hosts) == (theirs.params, theirs.steps, theirs.hosts)
    assert theirs.programs["client1"].files == ours.programs["client1"].files
    assert theirs.programs["server"].files == MINE.files


@pytest.mark.parametrize("role", [None, "server"])
def test_it_has_no_reference_to_run(handed_out: Exercise, role: str | None) -> None:
    with pytest.raises(UsageError, match="first is a handout: the reference solution is not in it"):
        make_plan(handed_out, MINE if role else None, None, role)


def test_a_check_that_may_be_hidden_with_some_draw_is_left_out(write: Write) -> None:
    text = GOOD.replace("params:", "params:\n  secret: {default: false}")
    exercise = load(write(text + '  - segments: {count: 7}\n    hidden: "${secret}"\n'))
    assert b"segments" not in archive(exercise)


def test_who_forgot_the_reference_without_saying_handout_is_told(whole: Exercise) -> None:
    (whole.folder / "reference/server.py").unlink()
    with pytest.raises(ExerciseError, match=r"reference/server\.py is missing"):
        load(whole.folder)


def test_a_handout_without_a_provided_file_is_told(handed_out: Exercise) -> None:
    (handed_out.folder / "reference/client.py").unlink()
    with pytest.raises(ExerciseError, match=r"reference/client\.py is missing"):
        load(handed_out.folder)


def test_a_handout_of_a_handout_is_refused(handed_out: Exercise) -> None:
    with pytest.raises(UsageError, match="first is a handout already"):
        archive(handed_out)


def test_an_exercise_of_hidden_checks_alone_has_no_handout(write: Write) -> None:
    checks = GOOD.index("checks:")
    exercise = load(write(f"{GOOD[:checks]}checks:\n  - segments: {{count: 7}}\n    hidden: true\n"))
    with pytest.raises(UsageError, match="hidden checks only"):
        archive(exercise)


def test_starters_in_every_language_of_the_exercise_go_along_and_no_right_solution(write: Write) -> None:
    folder = write(GOOD.replace("submit:", "languages: [c]\nsubmit:"))
    for name in ("starter/server.py", "starter-c/server.c", "starter-go/server.go", "right/c/server.c"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"text of {name}")
    assert {name for name in files(load(folder)) if name.startswith(("starter", "right"))} == {
        "starter/server.py",
        "starter-c/server.c",
    }

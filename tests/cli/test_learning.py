"""kit learn, with a scripted judge; once for real, on a terminal."""

from __future__ import annotations

import os
import pty
import select
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit import state
from kit.cli import choices, learning
from kit.exercise import catalogue, loader
from kit.learning import progress
from tests.cli.conftest import _replace
from tests.renderers.verdicts import HANDSHAKE, ORDER, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Judged, Kit

REFERENCE = Path(__file__).parents[2] / "exercises" / "listen-accept" / "reference"
LONGEST_WAIT_S = 60


@pytest.fixture(autouse=True)
def nothing_solved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def lesson(judged: Judged, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Give the judge of a learner of listen-accept: the exercise is real, and what becomes of a run is scripted."""
    assert kit
    monkeypatch.setattr(choices, "exercise", lambda name: loader.load(catalogue.find(name)))
    _replace(monkeypatch, "kit.cli.live", picture=lambda _folder, _options: "the ladder\n")
    return judged


def answer(judged: Judged, *findings: object) -> None:
    said = replace(verdict(*findings), run_dir="runs/one")  # type: ignore[arg-type]
    judged.answers = {"listen-accept": said, "one": said}


def test_the_first_call_copies_starter_and_given_programs_and_shows_the_statement(
    lesson: Judged, kit: Kit
) -> None:
    result = kit("learn", "listen-accept")
    assert result.exit_code == 0, result.output
    assert "first come, first served" in result.stdout
    assert "Yours to write: listen-accept/server.py" in result.stdout
    assert "Given to you: listen-accept/client.py" in result.stdout
    assert "Write, then run it: kit learn listen-accept" in result.stdout
    assert "TODO" in Path("listen-accept/server.py").read_text()
    assert Path("listen-accept/client.py").read_bytes() == (REFERENCE / "client.py").read_bytes()
    assert not lesson.asked


def test_who_writes_in_another_language_gets_its_starter(lesson: Judged, kit: Kit) -> None:
    assert lesson
    result = kit("learn", "listen-accept", "--language", "c")
    assert "Yours to write: listen-accept/server.c" in result.stdout
    assert "Given to you: listen-accept/client.py" in result.stdout
    assert sorted(path.name for path in Path("listen-accept").iterdir()) == ["client.py", "server.c"]
    answer(lesson, HANDSHAKE, ORDER)
    assert "Yours to write" not in kit("learn", "listen-accept").stdout, (
        "it is run, whatever it is written in"
    )
    result = kit("learn", "send-recv", "--language", "c")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "kit: unknown language 'c'")


def test_what_a_learner_has_written_is_run_and_never_copied_over(lesson: Judged, kit: Kit) -> None:
    Path("mine").mkdir()
    Path("mine/server.py").write_text("print('mine')\n")
    lesson.answers["mine"] = replace(verdict(HANDSHAKE, ORDER), run_dir="runs/one")
    result = kit("learn", "listen-accept", "--in", "mine")
    assert result.exit_code == 1, result.output
    assert Path("mine/server.py").read_text() == "print('mine')\n"
    assert [path.name for path in Path("mine").iterdir()] == ["server.py"]
    assert "kit learn listen-accept --in mine --hint" in result.stdout


def test_a_failed_run_shows_the_ladder_what_was_seen_and_no_more_until_it_is_asked_for(
    lesson: Judged, kit: Kit
) -> None:
    kit("learn", "listen-accept")
    answer(lesson, HANDSHAKE, ORDER)
    text = kit("learn", "listen-accept").stdout
    assert text.startswith("the ladder\n")
    assert "observed client2, client1" in text
    assert "evidence server call 4 at 1.204 s" in text
    assert "client1, client2" not in text
    assert "serve it before the next accept" not in text
    assert "3 more to ask for" in text


def test_hint_after_hint_and_they_stay_given(lesson: Judged, kit: Kit) -> None:
    kit("learn", "listen-accept")
    answer(lesson, HANDSHAKE, ORDER)
    kit("learn", "listen-accept")
    hints = ("expected client1, client2", "hint     serve it before", "why      accept takes the oldest")
    seen = [kit("learn", "listen-accept", "--hint").stdout for _ in range(4)]
    assert [[hint in text for hint in hints] for text in seen] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
        [True, True, True],
    ]
    assert "There is no more to say about it." in seen[-1]
    assert "There is no more to say about it." not in seen[-2]
    assert hints[2] in kit("learn", "listen-accept").stdout


def test_a_hint_before_any_run_says_what_to_do(lesson: Judged, kit: Kit) -> None:
    result = kit("learn", "listen-accept", "--hint")
    assert result.exit_code == 2
    assert "run it first: kit learn listen-accept" in result.stderr
    assert not lesson.asked


def test_who_solves_it_is_told_what_comes_next_and_kit_list_knows(lesson: Judged, kit: Kit) -> None:
    kit("learn", "listen-accept")
    answer(lesson, HANDSHAKE)
    result = kit("learn", "listen-accept")
    assert result.exit_code == 0
    assert "\nNext: " in result.stdout
    assert "(kit learn " in result.stdout
    assert "✓ listen-accept" in kit("list").stdout
    assert progress.load(state.place(progress.FILE)).solved == {"listen-accept"}


def test_who_has_solved_all_is_told_so(lesson: Judged, kit: Kit) -> None:
    progress.save(state.place(progress.FILE), progress.Progress(frozenset(catalogue.names())))
    kit("learn", "listen-accept")
    answer(lesson, HANDSHAKE)
    assert "You have solved them all." in kit("learn", "listen-accept").stdout


def test_the_exercise_itself_is_no_place_to_work_in(lesson: Judged, kit: Kit) -> None:
    result = kit("learn", str(REFERENCE.parent), "--in", str(REFERENCE.parent))
    assert result.exit_code == 2
    assert "is the exercise itself" in result.stderr
    assert not lesson.asked


def test_in_chinese(lesson: Judged, kit: Kit) -> None:
    assert "由你来写：listen-accept/server.py" in kit("learn", "listen-accept", "--lang", "zh").stdout
    answer(lesson, HANDSHAKE, ORDER)
    assert "实际" in kit("learn", "listen-accept", "--lang", "zh").stdout


def test_a_key_is_its_first_letter_or_the_word_and_return_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: Iterator[str | None] = iter(["\n", "r\n", "HINT\n", "x\n", "l\n", None])
    monkeypatch.setattr("kit.cli.screen.ask", lambda _question: next(typed))
    lesson = learning._Lesson("one", None, Path("one"), "auto", "en")  # type: ignore[arg-type]
    assert [lesson._asked() for _ in range(5)] == ["run", "run", "hint", "ladder", "quit"]


class Terminal:
    """A terminal with kit in it."""

    def __init__(self, *arguments: str) -> None:
        self.child, self.screen = pty.fork()
        if not self.child:
            os.execv(sys.executable, [sys.executable, "-m", "kit", *arguments])  # noqa: S606  # no shell is wanted
        self.seen = b""

    def until(self, text: str) -> str:
        """Give what was shown since the last call, up to the text."""
        while text.encode() not in self.seen:
            ready, _, _ = select.select([self.screen], [], [], LONGEST_WAIT_S)
            assert ready, self.seen.decode()
            self.seen += os.read(self.screen, 1 << 16)
        shown, _, self.seen = self.seen.partition(text.encode())
        return shown.decode()

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode() + b"\n")

    def ends_with(self) -> int:
        try:
            while os.read(self.screen, 1 << 16):
                pass
        except OSError:  # EIO: nobody holds the other side any more (pty(7))
            pass
        os.close(self.screen)
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


@pytest.mark.netns
def test_a_lesson_on_a_terminal_from_the_starter_to_the_next_exercise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    prompt = "[q]uit:"
    kit = Terminal("learn", "listen-accept", "--backend", "netns", "--lang", "en")
    assert "first come, first served" in kit.until(prompt)
    kit.type("hint")
    assert "there is no failed run" in kit.until(prompt)
    kit.type("")
    assert "server.py: not written yet" in kit.until(prompt)
    kit.type("h")
    assert "step 2 of the timeline" in kit.until(prompt)
    kit.type("h")
    assert "Bind to" in kit.until(prompt)
    kit.type("l")
    assert "waited in vain" in kit.until(prompt)
    kit.type("s")
    assert "What is checked" in kit.until(prompt)
    (tmp_path / "listen-accept" / "server.py").write_bytes((REFERENCE / "server.py").read_bytes())
    kit.type("r")
    shown = kit.until(prompt)
    assert "11 of 11 points" in shown
    assert "Next: " in shown
    kit.type("q")
    assert kit.ends_with() == 0

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.classroom.batch import Done, Task
from kit.classroom.people import HandedIn, Student
from kit.cli.progress import Progress, duration, following
from tests.renderers.verdicts import HANDSHAKE, ORDER, verdict

if TYPE_CHECKING:
    from kit.verdict import Verdict


def task(student: str, name: str = "") -> Task:
    return Task(HandedIn(Student(student, name), (), "", late=False), "seed", Path("runs"))


def done(
    student: str, outcome: str = "pass", told: Verdict | None = None, *, fresh: bool = True, last: bool = True
) -> Done:
    return Done(task(student), outcome, told, fresh=fresh, trouble="the engine\x1b was lost", last=last)


def drawn(progress: Progress) -> str:
    from rich.console import Console  # noqa: PLC0415  # as kit does: only who draws needs it

    page = io.StringIO()
    Console(file=page, width=100).print(progress.drawn())
    return page.getvalue()


def test_without_a_terminal_each_verdict_is_a_line_and_what_was_known_one_for_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with following(5, "en") as progress:
        progress.ended(done("ann", told=verdict(HANDSHAKE)))
        progress.ended(done("bob", "fail", verdict(HANDSHAKE, ORDER)))
        progress.ended(done("cy", fresh=False, told=verdict(HANDSHAKE)))
        progress.ended(done("dee", "inconclusive", verdict(), last=False))
        progress.ended(done("dee", "trouble"))
        progress.ended(done("eve", fresh=False, told=verdict(HANDSHAKE)))
    assert capsys.readouterr().err.splitlines() == [
        "kit: 1 of 5: ann: pass, 1 of 1 points",
        "kit: 2 of 5: bob: fail, 1 of 4 points",
        "kit: 3 of 5: dee: inconclusive; it is tried again, alone",
        "kit: 4 of 5: dee: inconclusive: the engine\\x1b was lost",
        "kit: 2 of 5 verdicts were in the journal already",
    ]


def test_the_table_says_what_is_done_running_waiting_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = Progress(10, "en")
    assert progress.left_s() is None
    for student in ("ann", "bob", "cy\n"):
        progress.begins(task(student, "Some One"))
    now[0] += 30
    progress.ended(Done(task("ann", "Some One"), "fail", verdict(ORDER), fresh=True))
    assert progress.left_s() == 270
    text = drawn(progress)
    assert "1 of 10 done · 2 running · 7 waiting · about 4 min left" in text
    assert "0 passed · 1 failed · 0 inconclusive" in text
    assert "▸ bob Some One  30 s" in text
    assert "▸ cy\\n Some One  30 s" in text
    assert "1 of 10: ann Some One: fail, 0 of 3 points" in text


def test_what_was_known_takes_no_time_of_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = Progress(4, "en")
    progress.ended(done("ann", fresh=False))
    assert progress.left_s() is None
    now[0] = 10
    progress.ended(done("bob"))
    assert progress.left_s() == 20


@pytest.mark.parametrize(
    ("seconds", "lang", "words"),
    [(7.4, "en", "7 s"), (89, "zh", "89 秒"), (91, "en", "2 min"), (3600, "zh", "60 分钟")],
)
def test_a_duration_is_in_seconds_or_minutes(seconds: float, lang: str, words: str) -> None:
    assert duration(seconds, lang) == words


def test_on_a_terminal_a_table_takes_the_place_of_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    out = sys.stdout
    with following(1, "en") as progress:
        progress.ended(done("ann", told=verdict(HANDSHAKE)))
        assert sys.stdout is out, "a result that is written meanwhile must not go to the terminal"
    assert "kit: 1 of 1" not in terminal.getvalue()
    assert "1 of 1 done" in terminal.getvalue()

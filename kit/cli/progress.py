"""How far a class is: a live table on a terminal, else a line a verdict; both on stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kit.classroom.journal import CONCLUSIVE
from kit.classroom.words import say
from kit.cli import screen
from kit.renderers import inert_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from kit.classroom.batch import Done, Task
    from kit.classroom.people import Student

LAST = 5  # verdicts that stay in sight
EVERY_S = 0.5  # a reader's eye needs no more, and each drawing takes a moment of what is graded


class Progress:
    """Hears what begins (from any thread) and what is done."""

    def __init__(self, total: int, lang: str) -> None:
        """`total`: the submissions of the class."""
        self.total = total
        self._lang = lang
        self._running: dict[str, float] = {}  # student -> monotonic time
        self._last: deque[str] = deque(maxlen=LAST)
        self._outcomes: Counter[str] = Counter()
        self.done = self._known = 0
        self._began = time.monotonic()

    def begins(self, task: Task) -> None:
        self._running[called(task.handed_in.student)] = time.monotonic()

    def ended(self, done: Done) -> None:
        """Take what came of one, and say it where no terminal shows it."""
        self._running.pop(called(done.task.handed_in.student), None)
        if done.last:
            self.done += 1
            self._outcomes[done.outcome if done.outcome in CONCLUSIVE else "inconclusive"] += 1
        if not done.fresh:
            self._known += 1
            return
        line = self._line(done)
        self._last.append(line)
        if not sys.stderr.isatty():
            screen.note(f"kit: {line}")

    def _line(self, done: Done) -> str:
        values: dict[str, object] = {
            "done": self.done,
            "total": self.total,
            "student": called(done.task.handed_in.student),
            "outcome": say(self._lang, done.outcome),
        }
        if not done.last:
            return say(self._lang, "again later", **values)
        if done.verdict is None:
            return say(self._lang, "one without", **values, why=inert_line(done.trouble))
        score, max_score = f"{done.verdict.score:g}", f"{done.verdict.max_score:g}"
        return say(self._lang, "one", **values, score=score, max_score=max_score)

    @property
    def known(self) -> str | None:
        """Say how many verdicts the journal had."""
        return say(self._lang, "known", known=self._known, total=self.total) if self._known else None

    def left_s(self) -> float | None:
        """Give the seconds that are left if the others take as long; None where nothing is known yet."""
        fresh = self.done - self._known
        if fresh <= 0:
            return None
        return (time.monotonic() - self._began) / fresh * (self.total - self.done)

    def drawn(self) -> RenderableType:
        """Give the live table."""
        from rich.table import Table
        from rich.text import Text

        running = dict(self._running)
        left = self.left_s()
        head = say(
            self._lang,
            "progress",
            done=self.done,
            total=self.total,
            running=len(running),
            waiting=max(self.total - self.done - len(running), 0),
        )
        if left is not None:
            head += " · " + say(self._lang, "left", minutes=duration(left, self._lang))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_row(Text(head, style="bold"))
        table.add_row(Text(say(self._lang, "so far", **self._counts())))
        for student, since in running.items():
            table.add_row(Text(f"  ▸ {student}  {time.monotonic() - since:.0f} s"))
        for line in self._last:
            table.add_row(Text(f"  {line}", style="dim"))
        return table

    def _counts(self) -> dict[str, object]:
        counts = self._outcomes
        return {"passed": counts["pass"], "failed": counts["fail"], "inconclusive": counts["inconclusive"]}


def called(student: Student) -> str:
    """Say who it is: the id, and the name where there is another."""
    return inert_line(f"{student.id} {student.name}" if student.name else student.id)


def duration(seconds: float, lang: str) -> str:
    if seconds < 90:
        return say(lang, "seconds", count=round(seconds))
    return say(lang, "minutes", count=round(seconds / 60))


@contextmanager
def following(total: int, lang: str) -> Iterator[Progress]:
    """Give what hears of a class, and show it until the end of the `with`."""
    progress = Progress(total, lang)
    if not sys.stderr.isatty():
        yield progress
    else:
        from rich.console import Console
        from rich.live import Live

        console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        live = Live(
            console=console,
            get_renderable=progress.drawn,
            refresh_per_second=1 / EVERY_S,
            transient=True,
            redirect_stdout=False,  # what is written there is the result, wherever it goes
            redirect_stderr=False,
        )
        with live:
            yield progress
    if progress.known is not None:
        screen.note(f"kit: {progress.known}")

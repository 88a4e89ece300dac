"""The ladder of a run in the terminal: while the run goes, and in short at its end.

A run writes down at once whatever it learns, so what goes on can be read from its run directory: the lab
needs no second way out, and what is drawn now is what `kit ladder` draws later. What happened a moment
ago waits, because its cause may still be under way to us: packets and calls come by different pipes.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.cli import screen
from kit.errors import EvidenceError, KitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kit.ladder.model import Event, Ladder
    from kit.renderers import Options

EVERY_S = 0.25  # how often the picture grows, for a reader's eye
SETTLE_NS = 300_000_000  # above any delay seen between a packet and the message that brings it
WORK_SHARE = 0.2  # of a processor, at most: what is drawn must not slow down what is watched


def picture(folder: Path, options: Options) -> str:
    """Give the short ladder of a finished run."""
    from kit.evidence import store
    from kit.ladder.build import build
    from kit.renderers._ladder import View, render

    try:
        ladder = build(store.load(folder))
    except EvidenceError:  # the verdict says what is to be said of a run without evidence
        return ""
    if not ladder.events:
        return ""
    return f"{render(ladder, options, View(detail='compact'))}\n"


@contextmanager
def following(folder: Path, options: Options) -> Iterator[Callable[[str], None]]:
    """Draw the run of this folder on stderr until it is over. Gives what a long work tells what it is at: nobody."""
    ended = threading.Event()
    follower = _Follower(folder, options)
    drawing = threading.Thread(target=follower.run, args=(ended,), name="kit-live", daemon=True)
    drawing.start()
    try:
        yield lambda _text: None
    finally:
        ended.set()
        drawing.join()
        follower.draw(until_ns=None)


class _Follower:
    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        self._options = options
        self._drawn: set[tuple[object, ...]] = set()
        self._headed = False

    def run(self, ended: threading.Event) -> None:
        pause_s = EVERY_S
        while not ended.wait(pause_s):
            began = time.monotonic()
            self.draw(until_ns=time.time_ns() - SETTLE_NS)
            pause_s = max(EVERY_S, (time.monotonic() - began) / WORK_SHARE)

    def draw(self, until_ns: int | None) -> None:
        """Write the rows of what has happened since the last time; all of it where `until_ns` is None."""
        ladder = self._ladder()
        if ladder is None or not ladder.events:
            return
        from kit.renderers._ladder import View, drawn

        picture = drawn(ladder, self._options, View(to_ns=until_ns))
        lines = [] if self._headed or not picture.rows else list(picture.above)
        self._headed = self._headed or bool(lines)
        idle: tuple[str, ...] = ()
        for row in picture.rows:
            names = [_identity(ladder.events[place]) for place in row.events]
            if not names:
                idle = row.lines
            elif names[0] not in self._drawn:
                lines += [*idle, *row.lines]
            if names:
                self._drawn.update(names)
                idle = ()
        if lines:
            screen.drawing(lines)

    def _ladder(self) -> Ladder | None:
        """Build from what is there; None where the run has not begun or a file is half written."""
        from kit.evidence import store
        from kit.ladder.build import build

        try:
            evidence = store.load(self._folder)
        except KitError:
            return None
        ladder = build(evidence)
        by_name = {lane.host: lane for lane in ladder.lanes}
        # Lanes are arranged by who spoke with whom; that is not yet known, and columns must not move.
        return replace(ladder, lanes=tuple(by_name[host] for host in evidence.hosts))


def _identity(event: Event) -> tuple[object, ...]:
    """Name an event the same way in every picture: places and numbers change as more becomes known."""
    where = getattr(event, "program", None) or getattr(event, "lane", None) or getattr(event, "step", None)
    return type(event), event.time_ns, where

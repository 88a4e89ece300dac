"""Events -> rows: what stands beside a lane, between two lanes, or across all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from kit.ladder import words
from kit.ladder.idle import gaps
from kit.ladder.model import (
    Arrived,
    BytesWaiting,
    CallBegan,
    CallReturned,
    Ended,
    Mark,
    QueueChanged,
    Said,
    Segment,
    StateChanged,
)
from kit.renderers._inert import inert_line
from kit.renderers._ladder.arrows import draw_arrow, labels
from kit.renderers._ladder.grid import MIN_CELL, TIME_WIDTH, wrapped
from kit.renderers._ladder.page import MAX_LINES, Page, Row, Words
from kit.renderers._words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kit.ladder.idle import Gap
    from kit.ladder.model import Event
    from kit.renderers import Options
    from kit.renderers._ladder.arrows import Part
    from kit.renderers._ladder.grid import Column
    from kit.renderers._ladder.view import Chosen, View

BOXES = 8  # a queue longer than this is a number only
MANY_LINES = 3  # more lines of output in a row are folded into their last
_RULED = {"│": "┼", "┃": "╂", " ": "─"}
PALETTE = ("cyan", "magenta", "green", "blue")  # a conversation each, again and again


class Drawing:
    """Draws the chosen events, in their order, on a page."""

    def __init__(self, chosen: Chosen, options: Options, view: View) -> None:
        self.page = Page(chosen.ladder, options)
        self._lang = options.lang
        self._view = view
        self._shown = chosen.shown
        self._events = chosen.ladder.events
        self._done: set[int] = set()
        self._states = _states_by_cause(self._events)
        self._arrivals = {one.segment: at for at, one in enumerate(self._events) if isinstance(one, Arrived)}
        self._segments = {one.number: one for one in self._events if isinstance(one, Segment)}
        self._listening = {
            (one.lane, one.local.port): one.program
            for one in self._events
            if isinstance(one, StateChanged) and one.remote is None
        }
        self._draw()

    def rows(self) -> list[Row]:
        return self.page.rows()

    def _draw(self) -> None:
        for event in self._entered_before():
            self.page.enter(event.lane, event.program)
        places = sorted(self._shown)
        idle = {places[gap.after]: gap for gap in gaps([self._events[place] for place in places])}
        for place in places:
            if place not in self._done:
                self._done.add(place)
                self._event(place, self._events[place])
            if place in idle:
                self._idle(idle[place])

    def _entered_before(self) -> Iterator[CallBegan]:
        """Give the calls in which programs are when the picture begins."""
        for place, event in enumerate(self._events):
            if place in self._shown or not isinstance(event, CallBegan):
                continue
            if event.blocked and event.returned in self._shown:
                yield event

    def _event(self, place: int, event: Event) -> None:
        _DRAWN_BY[type(event)](self, place, event)

    # Beside a lane ------------------------------------------------------------------------------------

    def _began(self, place: int, event: CallBegan) -> None:
        returned = None if event.returned is None else self._events[event.returned]
        limit = self._limit(event.lane, event.program)
        if isinstance(returned, CallReturned) and event.returned is not None and not event.blocked:
            self._done.add(event.returned)
            text = words.whole_text(event, returned, self._view.payload, limit)
            said = Words(text, "red" if returned.failed else "")
            self.page.beside(place, event.at_ns, event.lane, event.program, said)
            return
        never = "" if event.blocked else " …"
        said = Words(words.began_text(event, self._view.payload, limit) + never)
        if event.blocked:
            self.page.enter(event.lane, event.program)
            self.page.used.add("inside")
        bar = "┏" if event.blocked else None
        self.page.beside(place, event.at_ns, event.lane, event.program, said, bar)

    def _returned(self, place: int, event: CallReturned) -> None:
        text = words.returned_text(event, self._view.payload, self._limit(event.lane, event.program))
        bar = "┗" if self.page.leave(event.lane, event.program) else None
        said = Words(text, "red" if event.failed else "")
        self.page.beside(place, event.at_ns, event.lane, event.program, said, bar)

    def _limit(self, lane: str, program: str) -> int:
        """Give how many characters of payload a call may show: what its first two lines leave."""
        return max(8, 2 * self.page.column(lane, program).cell - 24)

    def _fact(self, place: int, at_ns: int, lane: str, program: str | None, said: Words) -> None:
        """Write what follows of the last row beside it, or, where that has no room, below it."""
        if not self.page.joined(place, at_ns, lane, program, said):
            self.page.beside(place, at_ns, lane, program, said)

    def _state(self, place: int, event: StateChanged) -> None:
        self._state_at(place, event.at_ns, event)

    def _state_at(self, place: int, at_ns: int, event: StateChanged) -> None:
        self._done.add(place)
        self._fact(place, at_ns, event.lane, event.program, Words(f"[{event.state}]", "green"))

    def _queue(self, place: int, event: QueueChanged) -> None:
        text = word(self._lang, "queue", length=event.length, backlog=event.backlog)
        if 0 < event.backlog <= BOXES:
            text += " " + "▮" * event.length + "▯" * (event.backlog - event.length)
        self._fact(
            place, event.at_ns, event.lane, self._holder(event.lane, event.port), Words(text, "yellow")
        )

    def _holder(self, lane: str, port: int) -> str | None:
        """Give the program that listened on a port, as far as its calls told."""
        return self._listening.get((lane, port))

    def _unread(self, place: int, event: BytesWaiting) -> None:
        text = word(self._lang, "unread", count=event.size)
        program = self._holder(event.lane, event.local.port)
        self._fact(place, event.at_ns, event.lane, program, Words(text, "yellow"))

    def _said(self, place: int, event: Said) -> None:
        alike = [place]
        for after in range(place + 1, len(self._events)):
            other = self._events[after]
            if after not in self._shown:
                continue
            if not isinstance(other, Said) or (other.program, other.stream) != (event.program, event.stream):
                break
            alike.append(after)
        folded = len(alike) > MANY_LINES
        self._done.update(alike)
        for one in alike[-1:] if folded else alike:
            said = self._events[one]
            data = said.data if isinstance(said, Said) else b""
            limit = max(8, 2 * self.page.column(event.lane, event.program).cell - 16)
            text = words.payload_text(data.rstrip(b"\r\n"), "text", limit) or '""'
            key = f"{event.stream} folded" if folded else event.stream
            style = "red" if event.stream == "stderr" else "bold"
            wording = Words(word(self._lang, key, text=text, count=len(alike)), style)
            self.page.beside(one, said.at_ns, event.lane, event.program, wording)

    def _ended(self, place: int, event: Ended) -> None:
        key = "exits" if event.signal is None else "ended by kit" if event.killed_by_kit else "killed"
        said = word(self._lang, key, code=event.code, signal=event.signal)
        style = "bold" if event.code == 0 else "red"
        self.page.end(event.lane, event.program)
        self.page.beside(place, event.at_ns, event.lane, event.program, Words(said, style))

    # Between lanes ------------------------------------------------------------------------------------

    def _segment(self, place: int, event: Segment) -> None:
        """Draw a packet; the sender's state changed before it left, the receiver's once it came."""
        self._changed(place, event.at_ns)
        arrival = self._arrivals.get(event.number)
        comes = arrival is not None and self._is_next(place, arrival)
        unsaid = ""
        if event.from_lane == event.to_lane and len(set(self._ends(event))) == 1:
            self._to_itself(place, event)
            comes = arrival is not None
        elif arrival is None:
            unsaid = self._arrow(place, event, "lost" if event.fate == "lost" else "unknown")
        else:
            unsaid = self._arrow(place, event, "whole" if comes else "leaves")
        if comes and arrival is not None:
            self._done.add(arrival)
            self._changed(arrival, self._events[arrival].at_ns)
        if unsaid:
            self._fact(place, event.at_ns, event.from_lane, event.from_program, Words(unsaid, "yellow"))

    def _came_late(self, place: int, event: Arrived) -> None:
        self._arrow(place, self._segments[event.segment], "comes")
        self._changed(place, event.at_ns)

    def _is_next(self, place: int, arrival: int) -> bool:
        between = range(place + 1, arrival)
        return all(isinstance(self._events[one], StateChanged) or one not in self._shown for one in between)

    def _changed(self, cause: int, at_ns: int) -> None:
        for place in self._states.get(cause, ()):
            state = self._events[place]
            if place in self._shown and place not in self._done and isinstance(state, StateChanged):
                self._state_at(place, at_ns, state)

    def _ends(self, event: Segment) -> tuple[Column, Column]:
        return (
            self.page.column(event.from_lane, event.from_program),
            self.page.column(event.to_lane, event.to_program),
        )

    def _arrow(self, place: int, event: Segment, part: Part) -> str:
        """Draw the packet; give what is special about it, where the arrow has no room to say so."""
        ends = self._ends(event)
        at_ns = self._events[place].at_ns
        line = self.page.line(at_ns)
        self.page.time(line, at_ns)
        style = "bold red" if part == "lost" else PALETTE[(event.dialogue - 1) % len(PALETTE)]
        self.page.used.add(part)
        facts = self._facts(event)
        texts = list(labels(event, self._view.payload, facts))
        text = draw_arrow(line, self.page.columns, ends, part, texts, style)
        right_end = max(ends, key=lambda column: column.x)
        self.page.add([line], [place], at_ns, {right_end: right_end.last + 2})
        return "" if facts in text else facts

    def _to_itself(self, place: int, event: Segment) -> None:
        ends = (event.source.port, event.target.port)
        text = f"↻ {event.label} {ends[0]} → {ends[1]} {self._facts(event)}".rstrip()
        style = PALETTE[(event.dialogue - 1) % len(PALETTE)]
        self.page.beside(place, event.at_ns, event.from_lane, None, Words(text, style))

    def _facts(self, event: Segment) -> str:
        return " ".join(fact.replace("_", " ") for fact in sorted(event.facts))

    # Across all lanes ---------------------------------------------------------------------------------

    def _mark(self, place: int, event: Mark) -> None:
        style = "red" if event.missed else "blue"
        missed = "missed gate" if event.kind == "gate" else "missed step"
        key = missed if event.missed else event.kind
        text = inert_line(word(self._lang, key, text=event.text, reason=event.reason))
        width = max(TIME_WIDTH + MIN_CELL, self.page.options.width)
        lines = [self.page.line(event.at_ns)]
        self.page.time(lines[0], event.at_ns)
        for x in range(TIME_WIDTH, width):
            bar = lines[0].char(x)
            lines[0].put(x, _RULED.get(bar, bar), style)
        for number, part in enumerate(wrapped(text, width - TIME_WIDTH - 6, MAX_LINES)):
            if number:
                lines.append(self.page.line(event.at_ns))
            lines[number].put(TIME_WIDTH + 2, f" {part} ", style)
        self.page.add(lines, [place], event.at_ns)

    def _idle(self, gap: Gap) -> None:
        line = self.page.line(gap.began_ns)
        for column in self.page.columns:
            for x in range(column.x, column.x + column.bars):
                if line.char(x) in "│┃":
                    line.put(x, "⋮", "dim")
        text = f"{gap.length_ns / 1e6:.0f} ms"
        line.put(max(0, TIME_WIDTH - 1 - cell_len(text)), text, "dim")
        line.put(self.page.columns[0].last + 2, word(self._lang, "idle"), "dim")
        self.page.add([line], [], gap.began_ns)


_DRAWN_BY: Mapping[type, Callable[[Drawing, int, Any], None]] = {
    CallBegan: Drawing._began,  # noqa: SLF001  # the table belongs to the class
    CallReturned: Drawing._returned,  # noqa: SLF001
    Segment: Drawing._segment,  # noqa: SLF001
    Arrived: Drawing._came_late,  # noqa: SLF001
    StateChanged: Drawing._state,  # noqa: SLF001
    QueueChanged: Drawing._queue,  # noqa: SLF001
    BytesWaiting: Drawing._unread,  # noqa: SLF001
    Said: Drawing._said,  # noqa: SLF001
    Ended: Drawing._ended,  # noqa: SLF001
    Mark: Drawing._mark,  # noqa: SLF001
}


def _states_by_cause(events: Sequence[Event]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        if isinstance(event, StateChanged) and event.cause:
            found[event.cause[-1]].append(place)
    return found

"""What an event says in words: the text in the picture, and the sentence for a tooltip or a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from kit.renderers import inert_line
from kit.report.rows import moved
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.ladder.model import Event, Ladder
    from kit.report.rows import Row


PREVIEW = 16  # bytes of a payload in the picture


def shown(data: bytes) -> str:
    """Give a stranger's bytes as one harmless line; what is not UTF-8 is shown as escapes."""
    return inert_line(data.decode("utf-8", "backslashreplace").rstrip("\n"))


def segment_text(segment: Segment, lang: str) -> str:
    facts = [say(lang, fact) for fact in sorted(segment.facts)]
    return " · ".join([_with_data(inert_line(segment.label), segment.payload), *facts])


def _with_data(text: str, data: bytes) -> str:
    """Add the first characters of what was carried, where they are text; the details show all of it."""
    try:
        decoded = data[:PREVIEW].decode()
    except UnicodeDecodeError:
        return text
    if not decoded or not decoded.replace("\n", "").isprintable():
        return text
    return f'{text} "{inert_line(decoded)}{"…" if len(data) > PREVIEW else ""}"'


def call_text(events: Sequence[Event], lang: str) -> str:
    """Give a call as one line: entry, return, or both where nothing stood between."""
    labels = [
        _with_data(inert_line(each.label), each.data if isinstance(each, CallReturned) else b"")
        for each in events
        if isinstance(each, CallBegan | CallReturned)
    ]
    head = events[0]
    if isinstance(head, CallReturned):
        return f"{head.kind} {labels[0] or say(lang, 'returns')}"
    if isinstance(head, CallBegan) and head.returned is None:
        labels.append(f"({say(lang, 'never returned')})")
    return " ".join(labels)


def note_text(event: Event, lang: str) -> str:
    match event:
        case StateChanged():
            return inert_line(event.state)
        case QueueChanged():
            return say(lang, "queue", length=event.length, backlog=event.backlog)
        case BytesWaiting():
            return say(lang, "bytes waiting", size=event.size)
    raise TypeError(event)


def text_of(event: Event, lang: str) -> str:
    """Say one event in a line."""
    match event:
        case Segment():
            return segment_text(event, lang)
        case Arrived():
            return say(lang, "arrives", number=event.segment)
        case CallBegan() | CallReturned():
            return call_text([event], lang)
        case Said():
            return shown(event.data)
        case Ended():
            return _end_text(event, lang)
        case Mark():
            text = say(lang, f"mark {event.kind}", text=inert_line(event.text))
            return (
                f"{text} — {say(lang, 'missed', reason=inert_line(event.reason))}" if event.missed else text
            )
        case _:
            return note_text(event, lang)


def _end_text(end: Ended, lang: str) -> str:
    if end.killed_by_kit:
        return say(lang, "exit kit")
    if end.signal is not None:
        return say(lang, "exit signal", signal=end.signal)
    return say(lang, "exit code", code=end.code)


def fold_text(ladder: Ladder, row: Row, lang: str) -> str:
    parts = []
    for part in moved(ladder, row):
        match part.kind, part.names:
            case "segments", (source, target):
                parts.append(
                    say(lang, "fold segments", count=part.count, source=source, target=target, size=part.size)
                )
            case "calls", (kind, program):
                parts.append(say(lang, "fold calls", count=part.count, kind=kind, program=program))
            case "output", (program,):
                parts.append(say(lang, "fold output", count=part.count, program=program))
            case _:
                parts.append(say(lang, "fold other", count=part.count))
    what = "；".join(parts) if lang == "zh" else "; ".join(parts)
    return say(lang, "fold", count=len(row.events), what=what)


def who(event: Event) -> str:
    """Say whose event it is."""
    if isinstance(event, Segment):
        return f"{event.from_program or event.from_lane} → {event.to_program or event.to_lane}"
    if isinstance(event, Mark):
        return ""
    return getattr(event, "program", None) or event.lane


def title_of(ladder: Ladder, row: Row, lang: str) -> str:
    """Say a whole row in one sentence."""
    if row.folded:
        return fold_text(ladder, row, lang)
    events = [ladder.events[place] for place in row.events]
    head = call_text(events, lang) if isinstance(events[0], CallBegan) else text_of(events[0], lang)
    notes = [
        f"{who(each)} {note_text(each, lang)}"
        for each in events[1:]
        if isinstance(each, StateChanged | QueueChanged | BytesWaiting)
    ]
    return "; ".join([f"{who(events[0])} {head}".strip(), *notes])

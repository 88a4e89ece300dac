"""A packet between two columns: an arrow, a cross, or the halves of an arrow that was long under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len

from kit.ladder import words
from kit.renderers._inert import inert_line
from kit.renderers._ladder.grid import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.ladder.model import Segment
    from kit.ladder.words import Payload
    from kit.renderers._ladder.grid import Column, Line

Part = Literal["whole", "leaves", "comes", "lost", "unknown"]
MAX_PAYLOAD = 40  # characters on an arrow

_HEADS = {"whole": "▶◀", "comes": "▶◀", "lost": "✗✗", "unknown": "??", "leaves": "╌╌"}
_CROSSED = {"│": "┼", "┃": "╂", "┊": "┼", "░": "░"}
_TO_RIGHT = {"│": "├", "┃": "┠", "┊": "├", "░": "░"}
_TO_LEFT = {"│": "┤", "┃": "┨", "┊": "┤", "░": "░"}


def draw_arrow(
    line: Line,
    columns: Sequence[Column],
    ends: tuple[Column, Column],
    part: Part,
    label: Sequence[str],
    style: str,
) -> str:
    """Draw from one column to another; give which of `label`, texts from the longest to the shortest, had room."""
    source, target = ends
    right = source.x < target.x
    begin, end = (source.last + 1, target.x - 1) if right else (target.last + 1, source.x - 1)
    if part in ("lost", "unknown", "leaves"):  # two thirds of the way, or as far as its words need
        reach = min(max((end - begin) * 2 // 3, cell_len(label[-1]) + 4), end - begin - 1)
        begin, end = (begin, begin + reach) if right else (end - reach, end)
    elif part == "comes":
        reach = (end - begin) // 3
        begin, end = (end - reach, end) if right else (begin, begin + reach)
    stroke = "╌" if part in ("comes", "leaves") else "─"
    for x in range(begin, end + 1):
        bar = line.char(x)
        line.put(x, _CROSSED.get(bar, stroke), style)
    if part != "comes":
        x = source.last if right else source.x
        line.put(x, (_TO_RIGHT if right else _TO_LEFT).get(line.char(x), line.char(x)), style)
    line.put(end if right else begin, _HEADS[part][0 if right else 1], style)
    return _label(line, columns, (begin, end), right, label, style)


def _label(
    line: Line,
    columns: Sequence[Column],
    reach: tuple[int, int],
    right: bool,
    label: Sequence[str],
    style: str,
) -> str:
    """Write the label into the stretch beside the sender that no lane crosses."""
    bars = [x for column in columns for x in (column.x, column.last)]
    if right:
        begin = reach[0]
        end = min((x for x in bars if begin < x <= reach[1]), default=reach[1]) - 1
    else:
        end = reach[1]
        begin = max((x for x in bars if reach[0] <= x < end), default=reach[0]) + 1
    room = end - begin - 3  # a stroke and a blank at each side
    text = next((one for one in label if cell_len(one) <= room), None) or fitted(label[-1], max(1, room))
    line.put(begin + 1 + (room - cell_len(text)) // 2, f" {text} ", style)
    return text


def labels(segment: Segment, payload: Payload, facts: str) -> Iterator[str]:
    """Say what a packet is, from the longest words to the shortest."""
    data = inert_line(words.payload_text(segment.payload, payload, MAX_PAYLOAD))
    ack = f"ack {segment.ack}" if segment.ack and segment.label == "ACK" else ""
    label = segment.label
    for parts in ((label, ack, facts, data), (label, ack, facts), (label, facts), (label,)):
        yield " ".join(part for part in parts if part)

"""What stands above a ladder (whose lanes they are, what the marks mean) and below it (what is not shown)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from kit.ladder.model import CallBegan, Segment
from kit.renderers._inert import inert_line
from kit.renderers._ladder.grid import TIME_WIDTH, Line, fitted
from kit.renderers._words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.renderers import Options
    from kit.renderers._ladder.page import Page
    from kit.renderers._ladder.view import Chosen, View

# In this order the legend explains what occurs.
_LEGEND = (
    ("whole", "──▶"),
    ("leaves", "╌╌▶"),
    ("lost", "──✗"),
    ("unknown", "──?"),
    ("inside", "┃"),
    ("frozen", "░"),
    ("unplugged", "┊"),
)
_NAMES = {"icmp6": "ICMPv6"}


def heading(page: Page, options: Options) -> list[str]:
    title, address = Line(), Line()
    title.put(TIME_WIDTH - 3, "ms", "dim")
    for column in page.columns:
        title.put(column.x, fitted(inert_line(column.title), column.cell + column.bars + 1), "bold")
        host = column.lane.host if column.title != column.lane.host else ""
        below = f"{host} {column.lane.address}".strip()
        address.put(column.x, fitted(below, column.cell + column.bars + 1), "dim")
    legend = "   ".join(
        f"{glyph} {word(options.lang, f'legend {name}')}" for name, glyph in _LEGEND if name in page.used
    )
    lines = [_line(text) for text in _filled(legend.split("   "), options.width)] if legend else []
    return [line.text(colour=options.colour) for line in (*lines, title, address)]


def footing(page: Page, picture: Chosen, options: Options, view: View) -> list[str]:
    parts = [
        word(
            options.lang,
            "conversation",
            number=one.number,
            protocol=one.protocol.upper(),
            client=f"{one.client_lane}:{one.client.port}",
            server=f"{one.server_lane}:{one.server.port}",
        )
        for one in page.ladder.dialogues
    ]
    hidden = ", ".join(_hidden(picture, options.lang))
    if hidden:
        text = word(options.lang, "left out", what=hidden)
        parts.append(word(options.lang, "more", what=text) if view.detail == "compact" else text)
    parts += picture.ladder.dropped
    lines = (_line(fitted(inert_line(part), options.width)) for part in parts)
    return [line.text(colour=options.colour) for line in lines]


def _hidden(picture: Chosen, lang: str) -> Iterator[str]:
    """Say how much is not in the picture: what is folded away is never silent."""
    for protocol, count in sorted(picture.ladder.left_out.items()):
        yield f"{_NAMES.get(protocol, protocol.upper())} {count}"
    for key, kind in (("left out packets", Segment), ("left out calls", CallBegan)):
        count = sum(
            isinstance(event, kind) and place not in picture.shown
            for place, event in enumerate(picture.ladder.events)
        )
        if count:
            yield word(lang, key, count=count)


def _line(text: str) -> Line:
    line = Line()
    line.put(0, text, "dim")
    return line


def _filled(parts: Iterable[str], width: int) -> Iterator[str]:
    """Put parts on as few lines as they need."""
    line = ""
    for part in parts:
        longer = f"{line}   {part}" if line else part
        if line and cell_len(longer) > width:
            yield line
            longer = part
        line = longer
    yield line

"""Markdown: tables, targets, and the place of a part in the page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Target:
    """What should be; `measured` is None where it could not be measured. `at_least` or else at most `bound`."""

    what: str
    bound: float
    measured: float | None
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table whose first column is text and whose others are aligned right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def targets(those: Iterable[Target]) -> str:
    said = {True: "yes", False: "**no**", None: "?"}
    rows = [
        (
            one.what,
            f"{'≥' if one.at_least else '≤'} {number(one.bound)}{one.unit}",
            UNKNOWN if one.measured is None else f"{number(one.measured)}{one.unit}",
            said[one.met],
        )
        for one in those
    ]
    return table(("target", "should be", "is", "met"), rows)


def number(value: float | None) -> str:
    """Three digits that count, no more; `-` for what is not known."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def yes(value: bool | None) -> str:
    return {True: "yes", False: "**no**", None: "-"}[value]


def plain(value: bool | None) -> str:
    """Say yes or no where neither is wrong."""
    return {True: "yes", False: "no", None: "-"}[value]


def put(page: str, names: Sequence[str], changed: Mapping[str, str]) -> str:
    """Give the page with these parts in the place of the old ones; parts stand in the order of `names`."""
    parts = {each: changed.get(each) or _between(page, each) for each in names}
    return "\n".join(f"{_mark(each)}\n{text.strip()}\n" for each, text in parts.items() if text)


def _between(page: str, name: str) -> str:
    _, found, after = page.partition(_mark(name))
    return after.partition("<!-- part ")[0] if found else ""


def _mark(name: str) -> str:
    return f"<!-- part {name} -->"

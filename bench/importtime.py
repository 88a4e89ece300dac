"""What `python -X importtime` says, longest first. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| (\s*)(\S+)")


@dataclass(frozen=True, slots=True)
class Imported:
    """Microseconds; `below` counts what it imported itself, too. `depth` 0 is what the program imports itself."""

    name: str
    own_us: int
    below_us: int
    depth: int


def read(text: str) -> list[Imported]:
    """Read stderr, which may have other lines. Python indents two blanks a level."""
    found = [LINE.match(line) for line in text.splitlines()]
    return [Imported(m[4], int(m[1]), int(m[2]), len(m[3]) // 2) for m in found if m]


def longest(all_: list[Imported], count: int) -> str:
    """Give two lists: by what a module takes itself, and by what it takes with all that it imports."""
    head = f"{len(all_)} modules, {sum(each.own_us for each in all_) / 1000:.1f} ms (importtime itself slows them)\n"
    own = [(each.own_us, each.name) for each in all_]
    below = [(each.below_us, each.name) for each in all_]
    return head + _list("itself", own, count) + _list("with what it imports", below, count)


def _list(title: str, those: list[tuple[int, str]], count: int) -> str:
    rows = sorted(those, reverse=True)[:count]
    return f"\nms {title}\n" + "".join(f"{us / 1000:8.1f}  {name}\n" for us, name in rows)

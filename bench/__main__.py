"""The command `python -m bench`: see the package."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench import batch, growth, race, startup, tables
from kit import image
from kit.errors import KitError
from kit.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.race import Record

PARTS = ("peers", "batch", "growth", "startup")
PAGE = "RESULTS.md"
TITLE = "# How fast kit is\n\nWritten by `make bench`; each part says when and where it was measured.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=(bench.__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="of each (10)")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; all, if none is named")
    parser.add_argument("--most", type=int, default=128, metavar="N", help="clients, of the growth (128)")
    parser.add_argument(
        "--out", type=Path, default=Path(bench.__file__).parent, metavar="DIR", help="else here"
    )
    asked = parser.parse_args(arguments)
    if asked.runs < 1:
        parser.error("--runs must be at least 1")
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out {asked.out}: {error.strerror}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # all is removed, as after Ctrl-C
    try:
        if asked.only != ["startup"]:
            build_image()
        for name, part in measured(asked, tell):
            keep(asked.out / PAGE, name, part)
    except KeyboardInterrupt:
        tell("interrupted; what was being measured is removed")
        return 130
    tell(str(asked.out / PAGE))
    return 0


def measured(asked: argparse.Namespace, tell: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Measure part after part: each name and its text."""
    records: dict[str, Record] = {}
    for name in asked.only or PARTS:
        match name:
            case "peers":
                part, records = race.measure(asked.runs, tell)
            case "batch":
                part = batch.measure(asked.runs, records, tell)
            case "growth":
                counts = [count for count in growth.COUNTS if count <= asked.most]
                part = growth.measure(asked.runs, counts, asked.out, tell)
            case _:
                part = startup.measure(asked.runs, asked.out, tell)
        yield name, part


def keep(page: Path, name: str, part: str) -> None:
    """Put a part in its place: an hour of measuring is not lost with the next part."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    write_whole(page, tables.put(old, ("title", *PARTS), {"title": TITLE, name: part}))


def build_image() -> None:
    """Build kit's host image, if there is an engine that has none: all peers on Docker use it."""
    try:
        image.ensure(tell)
    except KitError as error:  # the rows of who needs it say so
        tell(str(error))


def tell(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    sys.exit(main())

"""Where words go: results to stdout, everything else to stderr. Nothing else in kit prints."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from kit.errors import MachineError
from kit.renderers import Options, inert, inert_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console
    from rich.table import Table

    from kit.errors import KitError

MOST_NAMED = 10  # in a note beside the result


def result(text: str) -> None:
    """Write what the user asked for, at once: a batch is followed while it runs.

    Raises MachineError where a full disk takes no more of it; BrokenPipeError where nobody reads on.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from error


def unwritten(error: OSError) -> MachineError:
    return MachineError(
        f"standard output: cannot be written: {error.strerror}",
        remedy="make room where it goes; a verdict is in its run directory, too: kit regrade RUN_DIR",
    )


def note(text: str) -> None:
    """Say a line beside the result."""
    sys.stderr.write(inert(text) + "\n")
    sys.stderr.flush()


def some(names: Sequence[str]) -> str:
    """Name the first of those who are told beside the result, and count the others."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(map(inert_line, names[:MOST_NAMED])) + more


def labelled(rows: Iterable[tuple[str, str]]) -> Table:
    """Give a table of short labels, dimmed, and what they say; strangers' text becomes inert."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for label, text in rows:
        table.add_row(label, Text(inert(text)))
    return table


def ask(question: str) -> str | None:
    """Ask on the terminal; None where it has no more to say (Ctrl-D)."""
    sys.stdout.write(f"\n{question} ")
    sys.stdout.flush()
    answer = sys.stdin.readline()
    return answer or None


def drawing(lines: Iterable[str]) -> None:
    """Write lines of a picture beside the result; strangers' text in them is inert already."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def trouble(error: KitError) -> None:
    note(f"kit: {error.message}")
    if error.remedy:
        note("\n".join(f"  {line}" for line in error.remedy.splitlines()))


def options(lang: str, stream: TextIO | None = None) -> Options:
    """Describe this process's terminal to a renderer (https://no-color.org, `man 7 term`); `stream` is stdout or stderr."""
    colour = (
        (stream or sys.stdout).isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    return Options(lang=lang, width=shutil.get_terminal_size((80, 24)).columns, colour=colour)


@contextmanager
def page(lang: str) -> Iterator[Console]:
    """Give rich's console, for tables and statements; what it has at the end of the `with` is the result."""
    from rich.console import Console

    wanted = options(lang)
    written = StringIO()
    yield Console(
        file=written,
        force_terminal=sys.stdout.isatty(),
        width=wanted.width,
        no_color=not wanted.colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    result(written.getvalue())


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give what a long work tells what it is at: one live line on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(inert(text)))


@contextmanager
def long_work(what: str) -> Iterator[Callable[[str], None]]:
    """Like `progress`, but its first word is also said where no terminal shows the line: it takes a minute."""
    with progress() as tell:
        told = sys.stderr.isatty()

        def report(text: str) -> None:
            nonlocal told
            if not told:
                note(f"kit: {what}: {text}")
                told = True
            tell(f"{what}: {text}")

        yield report

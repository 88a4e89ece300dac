"""kit results: what a journal knows of a class: who stands where, what the class is stuck on, who was run again and why."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import choices, classroom, screen
from kit.errors import UsageError
from kit.renderers import Options, in_language, inert, inert_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.table import Table

    from kit.classroom.journal import Entry, Journal
    from kit.classroom.people import Student
    from kit.classroom.roll import Row
    from kit.classroom.statistics import Statistics
    from kit.verdict import Verdict

BAR_CHARACTERS = 20
OUTCOMES = ("pass", "fail", "inconclusive", "missing")


@dataclass(frozen=True)
class Wanted:
    """Which rows are asked for; None: whatever it is."""

    students: tuple[str, ...] = ()
    section: str | None = None
    outcome: str | None = None
    check: str | None = None

    def takes(self, row: Row) -> bool:
        return (
            (not self.students or row.student in self.students)
            and self.section in (None, row.section)
            and self.outcome in (None, row.outcome)
        )

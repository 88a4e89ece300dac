"""The first part of each part: where and when it was measured."""

from __future__ import annotations

from datetime import UTC, datetime

from bench import machine


def circumstances(runs: str) -> str:
    """Give a line: machine, date, what the machine did beside, and how many runs."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{machine.about()}. {now}; load {machine.load():.1f} when it began. {runs}\n"

"""Output and environment as the page's template takes them: plain rows of text, already harmless."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.ladder.model import Said
from kit.renderers import inert, inert_line
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.report.run import Run

MOST_LINES = 2000  # of output; the rest is in events.jsonl


@dataclass(frozen=True, slots=True)
class OutputLine:
    time: str
    program: str
    stream: str
    text: str
    anchor: str | None


def output(run: Run, anchor: Callable[[int], str | None]) -> tuple[list[OutputLine], int]:
    """Give the lines of all programs in the picture's order, and how many more there are."""
    said = [(place, event) for place, event in enumerate(run.ladder.events) if isinstance(event, Said)]
    lines = [
        OutputLine(
            f"{(event.time_ns - run.ladder.began_ns) / 1e6:.3f}",
            event.program,
            event.stream,
            inert(event.data.decode("utf-8", "backslashreplace").rstrip("\n")),
            anchor(place),
        )
        for place, event in said[:MOST_LINES]
    ]
    return lines, max(len(said) - MOST_LINES, 0)


def environment(run: Run, lang: str) -> list[tuple[str, str]]:
    """Give name and value of all that decided the run beside the programs."""
    facts = run.facts
    began_ns, ended_ns = run.evidence.began_ns, run.evidence.ended_ns
    versions = {"kit": facts.get("kit", "?"), **facts.get("versions", {})}
    captures = {
        host: say(lang, "packets", count=len(one.packets)) + ("" if one.whole else " (!)")
        for host, one in run.evidence.captures.items()
    }
    rows: list[tuple[str, Any]] = [
        ("submission", facts.get("submission", "")),
        ("backend", facts.get("backend", "")),
        ("kernel", versions.pop("kernel", "?")),
        ("versions", versions),
        ("digest", facts.get("exercise", {}).get("digest", "")),
        ("plan digest", facts.get("plan_digest", "")),
        ("seed", say(lang, "seed none") if facts.get("seed") is None else facts["seed"]),
        ("params", facts.get("params", {})),
        ("sysctl", {host: dict(named) for host, named in run.evidence.sysctl_set.items()}),
        ("limits", facts.get("limits", {})),
        ("limits hit", list(map(str, run.evidence.limits_hit))),
        ("faults", list(run.evidence.faults)),
        ("captures", captures),
        ("began", datetime.fromtimestamp(began_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("took", f"{(ended_ns - began_ns) / 1e9:.3f} s"),
    ]
    return [(say(lang, key), _plain(value)) for key, value in rows if value not in ({}, [], "")]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return inert("\n".join(f"{key} {_plain(one)}" for key, one in value.items()))
    if isinstance(value, list):
        return inert("\n".join(map(_plain, value)))
    return inert(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def warnings(run: Run, lang: str) -> list[str]:
    """Say what the picture cannot show."""
    said = [
        say(lang, "incomplete", host=host) for host, one in run.evidence.captures.items() if not one.whole
    ]
    if not run.evidence.calls_traced:
        said.append(say(lang, "no calls"))
    if run.ladder.left_out:
        what = ", ".join(f"{count} {name.upper()}" for name, count in run.ladder.left_out.items())
        said.append(say(lang, "left out", what=what))
    if run.ladder.dropped:
        said.append(f"{say(lang, 'contradictions')}: {inert_line('; '.join(run.ladder.dropped))}")
    return said

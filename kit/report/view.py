"""Verdict, output and environment as the page's template takes them: plain rows of text, already harmless."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.ladder.model import Said
from kit.renderers import in_language, inert, inert_line
from kit.report.words import say
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.report.run import Places, Run

MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.INCONCLUSIVE: "?", Outcome.SKIPPED: "–"}
MOST_LINES = 2000  # of output; the rest is in events.jsonl


@dataclass(frozen=True, slots=True)
class CiteView:
    text: str
    anchor: str | None  # the row of the picture


@dataclass(frozen=True, slots=True)
class FindingView:
    name: str
    mark: str
    outcome: str
    points: str
    rows: tuple[tuple[str, str], ...]  # label, text
    cites: tuple[CiteView, ...]


def findings(
    run: Run, places: Places, anchor: Callable[[int], str | None], lang: str, word: Callable[[str], str]
) -> Iterator[FindingView]:
    """Say each finding; of a hidden one only that it is there."""
    hidden = 0
    for finding in run.verdict.findings:
        hidden += finding.hidden
        points = f"{finding.points:g}/{finding.max_points:g}" if finding.max_points else ""
        mark, outcome = MARKS[finding.outcome], str(finding.outcome)
        if finding.hidden:
            name = word("hidden name").format(number=hidden)
            yield FindingView(name, mark, outcome, points, (("", word("hidden")),), ())
            continue
        answer = finding.answer
        rows = [("", inert(answer.observed))]
        if finding.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
            rows = [(word("expected"), inert(answer.expected)), (word("observed"), inert(answer.observed))]
        if finding.outcome is Outcome.FAIL:
            texts = (("why", in_language(finding.why, lang)), ("hint", in_language(finding.hint, lang)))
            rows += [(word(key), inert(text)) for key, text in texts if text]
        cites = []
        for cite in answer.cites:
            text = inert_line(": ".join(filter(None, (cite.place(run.verdict.began_ns), cite.text))))
            place = places.of(cite)
            cites.append(CiteView(text, None if place is None else anchor(place)))
        yield FindingView(inert_line(finding.name), mark, outcome, points, tuple(rows), tuple(cites))


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

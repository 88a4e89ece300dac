"""A class on one page: who handed in, what came of it, and which check the class is stuck on. For the teacher.

One HTML file for `file://`, without a server or network: a table of all, which is searched, sorted and filtered, a
histogram of the scores, and for each check how many failed it. Each student's page is a link away. Names come from
the learning platform, so they are strangers' text like any other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from kit.renderers import _page, inert_line, word
from kit.report import assets
from kit.report.words import say
from kit.verdict import SUBMISSION, TIMELINE, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JUDGED = (Outcome.PASS, Outcome.FAIL)  # outcomes whose score is one
MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.INCONCLUSIVE: "?", Outcome.SKIPPED: "–"}
# The order in which a teacher looks at outcomes: what needs doing first.
ORDER = {Outcome.INCONCLUSIVE: 0, Outcome.FAIL: 1, Outcome.SKIPPED: 2, Outcome.PASS: 3}
CLASSES = 11  # of the histogram: a tenth of the points each, and full marks
BAR = 54.0  # a class's width in pixels
TALLEST = 120.0  # a bar's height in pixels


@dataclass(frozen=True, slots=True)
class Row:
    """A student. `href` is the path of his page beside this one, unquoted, "" where there is none; `outcome` an
    Outcome, or any word where nothing was judged; `checks` are check -> Outcome; `note` is "" or for the teacher."""

    student: str
    name: str
    section: str
    outcome: str
    score: float
    max_score: float
    href: str
    checks: Mapping[str, str]
    note: str


def page(rows: Sequence[Row], title: str, lang: str) -> str:
    """Give the whole file. The checks are columns in the order in which they are first seen."""
    script = assets.text("overview.js")
    style = _page.style(assets.text("overview.css"))
    checks = list(dict.fromkeys(check for row in rows for check in row.checks))
    return assets.template("overview.html.j2").render(
        lang=lang,
        tag=_page.tag(lang),
        say=lambda key, **values: say(lang, key, **values),
        title=inert_line(title),
        sections=any(row.section for row in rows),
        checks=[(f"c{number}", inert_line(check)) for number, check in enumerate(checks)],
        rows=[_row(row, checks, lang) for row in rows],
        outcomes=_outcomes(rows, lang),
        stuck=_stuck(rows, checks),
        histogram=_histogram(rows),
        bar=BAR,
        tallest=TALLEST,
        style=Markup(style),  # noqa: S704  # our own files, and hashed below
        script=Markup(script),  # noqa: S704
        policy=_page.policy(style, script),
    )


def _row(row: Row, checks: Sequence[str], lang: str) -> dict[str, Any]:
    answers = [_answer(row.checks.get(check), lang) for check in checks]
    return {
        "student": inert_line(row.student),
        "name": inert_line(row.name),
        "section": inert_line(row.section),
        "outcome": _outcome(row.outcome, lang),
        "kind": row.outcome if row.outcome in ORDER else "none",
        "rank": ORDER.get(Outcome(row.outcome), 9) if row.outcome in ORDER else -1,
        "score": f"{row.score:g}/{row.max_score:g}" if row.max_score else "",
        "points": f"{row.score:g}" if row.max_score else "",
        "href": _link(row.href),
        "answers": answers,
        "failed": " ".join(f"c{number}" for number, one in enumerate(answers) if one["kind"] == Outcome.FAIL),
        "note": inert_line(row.note),
    }


def _answer(outcome: str | None, lang: str) -> dict[str, Any]:
    if outcome not in ORDER:
        return {"kind": "none", "mark": "", "words": "", "rank": ""}
    known = Outcome(outcome)
    return {
        "kind": outcome,
        "mark": MARKS[known],
        "words": word(lang, f"one {outcome}"),
        "rank": ORDER[known],
    }


def _outcome(outcome: str, lang: str) -> str:
    return word(lang, f"one {outcome}") if outcome in ORDER else inert_line(outcome) or "–"


def _link(href: str) -> str:
    """Quote a path; one that would lead out of the folder's neighbourhood, or to a network, is none (RFC 3986 4.2)."""
    return quote(href, safe="/", errors="surrogateescape") if not href.startswith("/") else ""


def _outcomes(rows: Sequence[Row], lang: str) -> list[tuple[str, str, int]]:
    """Give each outcome that there is with its words, and how many have it."""
    counts = Counter(row.outcome if row.outcome in ORDER else "none" for row in rows)
    words = {outcome: word(lang, f"one {outcome}") for outcome in ORDER} | {"none": say(lang, "not judged")}
    return [(str(kind), words[kind], counts[kind]) for kind in (*ORDER, "none") if counts[kind]]


def _stuck(rows: Sequence[Row], checks: Sequence[str]) -> list[dict[str, Any]]:
    """Give for each check how many failed it, of those of whom it was asked; the one that most failed is first.

    A finding of no check is there only where it failed, but it was asked of everybody.
    """
    found = []
    everybody = sum(bool(row.checks) for row in rows)
    for number, check in enumerate(checks):
        answers = [row.checks[check] for row in rows if check in row.checks]
        failed = answers.count(Outcome.FAIL)
        asked = everybody if check in (TIMELINE, SUBMISSION) else len(answers)
        found.append(
            {
                "key": f"c{number}",
                "name": inert_line(check),
                "failed": failed,
                "asked": asked,
                "share": failed / asked,
            }
        )
    return sorted(found, key=lambda one: (-one["share"], one["name"]))


def _histogram(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Count scores by tenths of the points. What is inconclusive, or was never judged, has no score."""
    shares = [row.score / row.max_score for row in rows if row.max_score and row.outcome in JUDGED]
    counts = Counter(min(int(share * 10 + 1e-9), CLASSES - 1) for share in shares)
    most = max(counts.values(), default=0)
    labels = [*(f"{10 * tenth}–{10 * tenth + 9}" for tenth in range(CLASSES - 1)), "100"]
    return [
        {
            "label": f"{label} %",
            "count": counts[place],
            "height": TALLEST * counts[place] / most if most else 0,
        }
        for place, label in enumerate(labels)
    ]

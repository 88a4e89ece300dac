"""`--format gradescope`: the results.json of a Gradescope autograder (gradescope-autograders.readthedocs.io, specs).

A finding is a test. Gradescope has readers of its own: hidden checks are tests of visibility `hidden`, in full, which
only the teacher sees and which count; the others are `visible`, and say as much as a student may see.

No score stands above the tests, so Gradescope adds up theirs. Where something could not be judged, no test has a
score either: a 0 would be a mark lost to the machine's fault, and the sum of the rest would look like a grade. By its
specification Gradescope takes no results without any score; so the submission is shown as one whose autograder
failed, which the teacher runs again, and `output` says what was earned and that the machine is to blame. How long
the tests took is not told: a verdict does not know.

results.json is of one submission. Several verdicts (its runs of several exercises) are one document with the tests of
all; the tests arrive as pieces.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kit.renderers._inert import inert, inert_line
from kit.renderers._shown import number, points, told
from kit.renderers._words import word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give one JSON document."""
    summaries = []
    yield '{"tests": ['
    between = ""
    for place, verdict in enumerate(verdicts, 1):
        seen = told(verdict, options)
        judged = all(finding.outcome is not Outcome.INCONCLUSIVE for finding in verdict.findings)
        summaries.append(_summary(seen, options.lang, judged=judged and bool(verdict.findings)))
        tests = list(_tests(seen, told(verdict, replace(options, audience="teacher")), options.lang))
        for own, test in enumerate(tests, 1):
            value = test | {"number": f"{place}.{own}"}
            if not judged:
                value = {key: value[key] for key in value if key not in ("score", "max_score", "status")}
            yield between + json.dumps(value)
            between = ",\n"
    rest = {
        "output": "\n".join(summaries),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }
    yield f"],\n{json.dumps(rest)[1:]}\n"


def _tests(seen: Told, whole: Told, lang: str) -> Iterator[dict[str, Any]]:
    """Give each finding as its reader sees it: a student, or where the result is withheld the teacher."""
    for visible, full in zip(seen.rows, whole.rows, strict=True):
        withheld = visible.outcome is None or visible.hidden
        row = full if withheld else visible
        yield {
            "name": inert_line(row.label),
            "name_format": "text",
            "score": number(row.points or 0),
            "max_score": number(row.max_points),
            "status": "passed" if row.outcome is Outcome.PASS else "failed",
            "output": _output(row, seen.began_ns, lang),
            "output_format": "text",
            "visibility": "hidden" if withheld else "visible",
        }


def _output(row: Shown, began_ns: int, lang: str) -> str:
    lines = []
    if row.outcome is Outcome.INCONCLUSIVE:
        lines.append(word(lang, "machine's fault"))
    elif row.outcome is not None:
        lines.append(f"{word(lang, f'one {row.outcome}')} {points(row)}".rstrip())
    lines += [f"{word(lang, key)}: {text}" if key else text for key, text in row.texts()]
    lines += [f"{word(lang, 'evidence')}: {place}" for place in row.places(began_ns)]
    return inert("\n".join(lines))


def _summary(seen: Told, lang: str, *, judged: bool) -> str:
    lines = [f"{seen.exercise}: {word(lang, seen.summary.result)} {seen.summary.text(lang)}"]
    if not judged:
        lines.append(word(lang, "machine's fault"))
    lines += [f"{word(lang, 'note')}: {note}" for note in seen.notes]
    return inert("\n".join(lines))

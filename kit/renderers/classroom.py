"""`--format classroom`: what a runner of GitHub Classroom tells its reporter, one line of JSON a verdict.

The reporter (classroom-resources/autograding-grading-reporter) takes it in base64, as a step's output: that is the
action's business (`base64 -w0`), so that the line can be read where it is made. It adds up the tests' scores, and
prints names and messages into the log of the job, where a line may be a command: none of a program's text is one.

All of it is read by the student, so hidden checks are no points here, and one test says that they count elsewhere.
The reporter knows no score that is not known: where something could not be judged, `max_score` is 0, for which it
reports no points at all, and the status `error` fails the job, to be run again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kit.renderers._inert import inert, inert_line, without_commands
from kit.renderers._shown import number, told
from kit.renderers._words import word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"
# Outcome -> status; the reporter knows these three, and a check that was not asked earned nothing.
STATUS: Mapping[Outcome | None, str] = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.SKIPPED: "fail",
    Outcome.INCONCLUSIVE: "error",
}


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give a line a verdict."""
    return (_line(told(verdict, options), options.lang) for verdict in verdicts)


def _line(seen: Told, lang: str) -> str:
    tests = [_test(row, seen.began_ns, lang) for row in seen.rows if row.outcome is not None]
    summary = seen.summary
    if summary.hidden:
        status = "pass" if tests else "error"
        text = f"{word(lang, summary.result)}: {summary.hidden_text(lang)}"
        tests.append(_named(text, status, 0, ""))
    if not tests:
        tests.append(_named(word(lang, "no findings"), "error", 0, ""))
    seen_status = {test["status"] for test in tests}
    status = next(one for one in ("fail", "error", "pass") if one in seen_status)
    judged = "error" not in seen_status
    value = {
        "version": 1,
        "status": status,
        "max_score": number(summary.max_score) if judged else 0,
        "tests": tests if judged else [test | {"score": 0} for test in tests],
    }
    return json.dumps(value) + "\n"


def _test(row: Shown, began_ns: int, lang: str) -> dict[str, Any]:
    lines = [f"{word(lang, key)}: {text}" if key else text for key, text in row.texts()]
    lines += row.places(began_ns)
    if row.outcome is Outcome.INCONCLUSIVE:
        lines.insert(0, word(lang, "machine's fault"))
    message = "\n".join(map(without_commands, inert("\n".join(lines)).split("\n")))
    return _named(row.label, STATUS[row.outcome], row.points or 0, message)


def _named(name: str, status: str, score: float, message: str) -> dict[str, Any]:
    return {
        "name": without_commands(inert_line(name)),
        "status": status,
        "score": number(score),
        "message": message,
        "test_code": "",
        "filename": "",
        "line_no": 0,  # the reporter prints any other
        "duration": 0,
    }

"""`--format junit`: the XML that CI systems read, in the form `xunit2` of pytest (the schema junit-10.xsd of Jenkins).

A verdict is a test suite, a finding a test case. Behaviour that is wrong is a failure, what could not be judged an
error, what was not asked, or is not told, is skipped. Points are properties of the suite. XML 1.0 has no characters
for most of what a program may print (2.2 of the recommendation): those are shown as escapes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kit.renderers._inert import inert, inert_line
from kit.renderers._shown import told
from kit.renderers._words import word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"
# Outcome -> the element in a test case; a pass has none, and None is a result that is not told.
ELEMENTS = {
    Outcome.FAIL: "failure",
    Outcome.INCONCLUSIVE: "error",
    Outcome.SKIPPED: "skipped",
    None: "skipped",
}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give one document, a piece a suite."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="wirekit">\n'
    for verdict in verdicts:
        suite = _suite(told(verdict, options), options.lang)
        ET.indent(suite)
        yield ET.tostring(suite, encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(seen: Told, lang: str) -> ET.Element:
    names = [ELEMENTS.get(row.outcome) for row in seen.rows]
    counts = {
        "tests": len(names),
        "failures": names.count("failure"),
        "errors": names.count("error"),
        "skipped": names.count("skipped"),
    }
    attributes = {key: str(count) for key, count in counts.items()}
    attributes["name"] = legal(inert_line(f"{seen.exercise} · {seen.submission}"))
    if seen.began_ns:
        began = datetime.fromtimestamp(seen.began_ns // 10**9, UTC)
        attributes["timestamp"] = began.isoformat()
    suite = ET.Element("testsuite", attributes)
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(seen, lang):
        ET.SubElement(properties, "property", name=legal(inert_line(key)), value=legal(inert_line(value)))
    suite.extend(_case(seen, row, lang) for row in seen.rows)
    return suite


def _properties(seen: Told, lang: str) -> Iterator[tuple[str, str]]:
    summary = seen.summary
    yield from (("exercise", seen.exercise), ("submission", seen.submission), ("backend", seen.backend))
    if seen.seed is not None:
        yield "seed", seen.seed
    yield from (
        ("outcome", summary.result),
        ("score", f"{summary.score:g}"),
        ("max_score", f"{summary.max_score:g}"),
    )
    if summary.hidden:
        yield "hidden", summary.hidden_text(lang)
    for row in seen.rows:
        if row.points is not None:
            yield f"points {row.label}", f"{row.points:g}"
        yield f"max_points {row.label}", f"{row.max_points:g}"
    yield from (("note", note) for note in seen.notes)


def _case(seen: Told, row: Shown, lang: str) -> ET.Element:
    group = legal(inert_line(f"{seen.exercise}.{seen.submission}"))
    case = ET.Element("testcase", classname=group, name=legal(inert_line(row.label)))
    element = ELEMENTS.get(row.outcome)
    if element is not None:
        lines = [f"{word(lang, key)}: {text}" if key else text for key, text in row.texts()]
        lines += [f"{word(lang, 'evidence')}: {place}" for place in row.places(seen.began_ns)]
        message = row.remark or row.observed or row.hint or ""
        answer = ET.SubElement(case, element, message=legal(inert_line(message)))
        answer.text = legal(inert("\n".join(lines)))
    return case


def legal(text: str) -> str:
    """Give the text with every character that XML 1.0 has not, which `inert` leaves, shown as its escape."""
    return _ILLEGAL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)

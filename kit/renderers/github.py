"""`--format github`: annotations for a job of GitHub Actions, as workflow commands that its runner finds in the log.

A failure is an error, what could not be judged a warning, and a notice says what each verdict comes to. GitHub shows
ten of a kind a step, so no more are written, and the last notice says how many were not. The runner obeys a line
that begins with `::command::`, and `##[command]` anywhere in one: each line here is a command of ours, and what a
program said is escaped as its data (actions/toolkit, command.ts). Where a finding names a file and a line of it, as
a traceback does, the annotation is put there.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from kit.renderers._inert import inert, inert_line, without_commands
from kit.renderers._shown import points, told
from kit.renderers._words import word
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.renderers import Audience, Options
    from kit.renderers._shown import Shown, Told
    from kit.verdict import Verdict

AUDIENCE: Audience = "student"
MOST = 10  # of a kind that GitHub shows of a step
KINDS: Mapping[Outcome | None, str] = {Outcome.FAIL: "error", Outcome.INCONCLUSIVE: "warning"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}
# `server.py line 5`, `server.py:5:7`, `File "lib/server.py", line 5`; no absolute name, and none that leads out
_PLACE = re.compile(r'(?<![\w./-])(\w[\w-]*(?:[./]\w[\w-]*)*\.py)(?:", line |,? line |:)(\d{1,7})')


def render(verdicts: Iterable[Verdict], options: Options) -> Iterator[str]:
    """Give a piece a verdict, and one more where annotations are left out."""
    lang = options.lang
    room = Counter({"error": MOST, "warning": MOST, "notice": MOST - 1})
    left_out = 0
    for verdict in verdicts:
        lines = []
        for kind, line in _annotations(told(verdict, options), lang):
            if room[kind]:
                room[kind] -= 1
                lines.append(line)
            else:
                left_out += 1
        yield "".join(lines)
    if left_out:
        yield _command("notice", {}, word(lang, "not annotated", count=left_out))


def _annotations(seen: Told, lang: str) -> Iterator[tuple[str, str]]:
    for row in seen.rows:
        kind = KINDS.get(row.outcome)
        if kind is not None:
            title = f"{seen.exercise}: {row.label} {points(row)}".rstrip()
            yield kind, _command(kind, {**_place(row), "title": title}, _message(row, seen.began_ns, lang))
    text = "\n".join([f"{word(lang, seen.summary.result)} {seen.summary.text(lang)}", *seen.notes])
    yield "notice", _command("notice", {"title": f"{seen.exercise} · {seen.submission}"}, text)


def _message(row: Shown, began_ns: int, lang: str) -> str:
    lines = [f"{word(lang, key)}: {text}" for key, text in row.texts()]
    lines += [f"{word(lang, 'evidence')}: {place}" for place in row.places(began_ns)]
    return "\n".join(lines) or word(lang, f"one {row.outcome}")


def _place(row: Shown) -> dict[str, str]:
    texts = [row.observed or "", *(cite.text for cite in row.cites or ())]
    found = next(filter(None, map(_PLACE.search, texts)), None)
    return {} if found is None else {"file": found[1], "line": found[2]}


def _command(kind: str, properties: dict[str, str], text: str) -> str:
    """Give one line; GitHub shows nothing for an empty text."""
    told_ = ",".join(f"{key}={_escaped(inert_line(value), _PROPERTY)}" for key, value in properties.items())
    return f"::{kind}{' ' if told_ else ''}{told_}::{_escaped(inert(text), _DATA)}\n"


def _escaped(text: str, characters: dict[str, str]) -> str:
    return "".join(characters.get(one, one) for one in without_commands(text))

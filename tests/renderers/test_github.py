from __future__ import annotations

import re
from typing import Any

import pytest

from kit.verdict import Cite, Finding, fail
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, verdict, writer

render = writer("github")
Command = tuple[str, dict[str, str], str]


def commands(text: str) -> list[Command]:
    """Parse a log as the runner does (actions/runner, ActionCommand.cs, TryParseV2): every line must be a command."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*::([a-z-]+)(?: (.*?))?::(.*)$", line)
        assert match is not None, line
        given = [part.split("=", 1) for part in (match[2] or "").split(",") if part]
        unescape = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
        properties = {key: _unescaped(value, unescape) for key, value in given}
        found.append((match[1], properties, _unescaped(match[3], {"%0D": "\r", "%0A": "\n"})))
    return found


def _unescaped(text: str, characters: dict[str, str]) -> str:
    for escape, character in characters.items():
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def observed(text: str, **changes: Any) -> Command:
    """Give the annotation of a failure that observed this."""
    finding = Finding("out", "output", fail(expected="x", observed=text, **changes))
    return commands(render(verdict(finding)))[0]


def test_a_failure_is_an_error_with_its_finding() -> None:
    error, notice = commands(render(verdict(HANDSHAKE, ORDER)))
    assert error == (
        "error",
        {"title": "listen-accept: accept_order 0/3"},
        (
            "expected: client1, client2\nobserved: client2, client1\nwhy: accept takes the oldest\n"
            "hint: serve it before the next accept\nevidence: server call 4 at 1.204 s: accept4 returned client2"
        ),
    )
    assert notice == (
        "notice",
        {"title": "listen-accept · alice"},
        "FAIL 1 of 4 points: 1 failed, 1 passed",
    )


def test_what_could_not_be_judged_is_a_warning_and_the_rest_is_none() -> None:
    assert [kind for kind, _, _ in commands(render(verdict(HANDSHAKE, QUEUE, RECEIVED)))] == [
        "warning",
        "notice",
    ]


def test_a_hidden_check_is_told_of_in_the_notice() -> None:
    (notice,) = commands(render(verdict(HANDSHAKE, HIDDEN)))
    assert notice[2] == "SO FAR PASSED 1 of 1 points: 1 passed; 1 hidden check worth 2 points counts as well"
    assert [kind for kind, _, _ in commands(render(verdict(HIDDEN), audience="teacher"))] == [
        "error",
        "notice",
    ]


def test_an_annotation_has_a_text_even_where_a_student_is_told_none() -> None:
    assert commands(render(verdict(ORDER, feedback="verdict")))[0][2] == "failed"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('server exit code 1: "NameError: x (server.py line 5)"', ("server.py", "5")),
        ("server.py:7:3: invalid syntax", ("server.py", "7")),
        ('File "lib/server.py", line 12, in main', ("lib/server.py", "12")),
        ('File "/usr/lib/python3/socket.py", line 12', None),
        ("../other.py:3", None),
        ("a.py", None),
        ("port 8001 line 5", None),
    ],
)
def test_a_file_and_line_in_the_finding_is_where_the_annotation_stands(
    text: str, place: tuple[str, str] | None
) -> None:
    _, properties, _ = observed(text)
    assert (properties.get("file"), properties.get("line")) == (place or (None, None))


def test_a_file_may_be_named_by_the_evidence() -> None:
    assert observed("it failed", cites=[Cite("server.py:9: bind")])[1]["line"] == "9"


@pytest.mark.parametrize(
    "evil",
    [
        "a\n::error::b",
        "a\r\n::stop-commands::b",
        "##[add-mask]e",
        "a ##[error]b",
        "::set-output name=x::y",
        "%0A::error::b",
        "100% of a,b:c",
        "\u2028::error::x",
        "\x85::error::x",
        "\x0b::error::x",
    ],
)
def test_a_programs_text_is_data_of_our_command_and_never_one_of_its_own(evil: str) -> None:
    finding = Finding(evil, "output", fail(expected=evil, observed=evil, cites=[Cite(evil)]))
    text = render(verdict(finding, exercise=evil, submission=evil, notes=(evil,)))
    assert [kind for kind, _, _ in commands(text)] == ["error", "notice"]
    assert "##[" not in text


def test_what_is_escaped_is_read_back() -> None:
    assert "observed: 100% of a,b:c %0A\nd" in observed("100% of a,b:c %0A\nd")[2]
    finding = Finding("a,b:c=d 5%", "output", fail(expected="", observed=""))
    assert commands(render(verdict(finding)))[0][1]["title"] == "listen-accept: a,b:c=d 5% 0/1"


def test_no_more_than_github_shows_are_written_and_the_rest_is_counted() -> None:
    text = render(*[verdict(ORDER, QUEUE, submission=f"s{number}") for number in range(12)])
    kinds = [kind for kind, _, _ in commands(text)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"error": 10, "warning": 10, "notice": 10}
    assert commands(text)[-1][2] == "7 more are not annotated: GitHub shows ten of a kind"

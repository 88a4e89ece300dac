from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from kit.renderers.markdown import MAX_CITES, cell, code, plain
from kit.verdict import Cite, Finding, fail
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TABLE, verdict, writer

if TYPE_CHECKING:
    from markdown_it.token import Token

render = writer("markdown")
# As GitHub reads it: tables and bare links are on, and so is HTML.
READER = MarkdownIt("commonmark", {"html": True}).enable(["table"])
EVIL = [
    "<script>alert(1)</script>",
    "</code></td><img src=x onerror=alert(1)>",
    "![x](http://198.18.0.9/x.png)",
    "[x](javascript:alert(1))",
    "<http://198.18.0.9>",
    "a | b | c",
    "` `` ``` |",
    "`",
    "``a",
    "\n\n# head\n\n| a |\n| - |\n",
    "*a* _b_ ~c~ **d**",
    "@everyone #1 http://198.18.0.9 www.example.com a@b.c",
    "\\` \\| \\",
    "&lt;b&gt; &#60;",
    "\x1b]8;;http://198.18.0.9\x07",
]


def tokens(text: str) -> list[Token]:
    return [each for token in READER.parse(text) for each in (token, *(token.children or ()))]


def tags(text: str) -> set[str]:
    return {token.type for token in tokens(text)}


def cells(text: str) -> list[list[str]]:
    """Give the table's rows as a reader sees them."""
    rows: list[list[str]] = []
    for token in tokens(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 3 and len(rows[-1]) < 3:
            rows[-1].append("".join(each.content for each in token.children or ()))
    return rows


def test_a_verdict_has_heading_summary_and_a_table_of_its_checks() -> None:
    text = render(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED))
    assert text.startswith(
        "## ` listen-accept ` · ` alice `\n\n**FAIL** 1 of 6 points\\: 1 failed, 1 inconclusive"
    )
    assert cells(text)[1:5] == [
        ["✓", "handshake", "1/1"],
        ["✗", "accept_order", "0/3"],
        ["?", "queue", "0/1"],
        ["–", "received", "0/1"],
    ]


def test_what_did_not_pass_is_explained() -> None:
    text = render(verdict(HANDSHAKE, ORDER, RECEIVED))
    assert "- observed: ` client2, client1 `\n- why: accept takes the oldest\n" in text
    assert "- evidence: ` server call 4 at 1.204 s: accept4 returned client2 `" in text
    assert text.count("**✗**") == 1
    assert "1 handshake from client1" not in text


def test_of_many_places_the_first_are_shown_and_the_rest_counted() -> None:
    cites = [Cite(f"segment {number}") for number in range(MAX_CITES + 3)]
    text = render(verdict(Finding("x", "segments", fail(expected="0", observed="9", cites=cites))))
    assert text.count("- evidence:") == MAX_CITES
    assert "3 more in the run directory" in text


def test_hidden_checks_are_rows_without_a_result() -> None:
    text = render(verdict(HANDSHAKE, HIDDEN))
    assert cells(text)[2] == ["·", "hidden check 1", "·/2"]
    assert "SO FAR PASSED" in text


def test_the_comparison_is_a_table() -> None:
    html = READER.render(render(verdict(HANDSHAKE, table=TABLE)))
    assert "<td>packets before the first byte</td>\n<td>3</td>\n<td>0</td>" in html


@pytest.mark.parametrize("evil", EVIL)
def test_strangers_text_makes_no_markup(evil: str) -> None:
    finding = Finding(
        evil,
        "output",
        fail(expected=evil, observed=evil, cites=[Cite(evil)]),
        why={"en": evil},
        hint={"en": evil},
    )
    text = render(verdict(finding, exercise=evil, submission=evil, notes=(evil,)))
    harmless = render(verdict(replace(finding, name="x", why={"en": "x"}, hint={"en": "x"}), notes=("x",)))
    assert tags(text) <= tags(harmless) | {"text_special", "softbreak"}
    assert not {"html_inline", "html_block", "link_open", "image", "em_open"} & tags(text)
    html = READER.render(text)
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize("evil", EVIL)
def test_strangers_text_is_read_as_it_is(evil: str) -> None:
    shown = evil.replace("\n", "\\n").replace("\x1b", "\\x1b").replace("\x07", "\\x07")
    assert unescape(READER.render(code(evil))) == f"<p><code>{shown}</code></p>\n"
    assert unescape(READER.render(plain(evil))) == f"<p>{shown}</p>\n"
    table = READER.render(f"| a | b |\n| --- | --- |\n| {cell(evil)} | end |\n")
    assert f"<td><code>{shown}</code></td>\n<td>end</td>" in unescape(table)


def test_bare_links_and_mentions_stand_in_code_where_github_leaves_them() -> None:
    evil = "@everyone http://198.18.0.9"
    spans = [token for token in tokens(render(verdict(Finding(evil, "output", fail(expected=evil, observed=evil))))) if "198.18" in token.content and token.type != "inline"]  # fmt: skip
    assert {token.type for token in spans} == {"code_inline"}


def test_an_empty_text_is_no_code_span() -> None:
    assert (code(""), code(" ")) == ("", "")


def test_a_long_text_is_cut() -> None:
    assert len(code("x" * 5000)) < 2100
    assert "…" in code("x" * 5000)


def test_a_summary_holds_what_github_takes_and_says_what_is_left_out() -> None:
    long = Finding("x", "output", fail(expected="您" * 2000, observed="y" * 2000))
    text = render(*[verdict(long, submission=f"s{number}") for number in range(200)])
    assert len(text.encode()) < 1 << 20
    assert "s199" in text  # its heading and summary had room
    assert text.rstrip().endswith("results are not here in full\\: a summary holds 1 MiB")
    few = render(*[verdict(long, submission=f"s{number}") for number in range(3)])
    assert "not here in full" not in few


def test_where_even_headings_have_no_room_all_are_counted() -> None:
    long = Finding("x", "output", fail(expected="x" * 2000, observed="y" * 2000))
    text = render(*[verdict(long, submission="s" * 1900) for _ in range(1000)])
    assert len(text.encode()) < 1 << 20
    assert "results are not here in full" in text

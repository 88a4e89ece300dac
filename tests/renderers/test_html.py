from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from kit.verdict import Finding, fail
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TABLE, verdict, writer

if TYPE_CHECKING:
    from collections.abc import Callable

render = writer("html")
EVIL = "</style></title><script>document.title='owned'</script><img src=http://198.18.0.9/x onerror=alert(1)>"


class Tags(HTMLParser):
    """Collects elements with their attributes, and what a reader reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    def count(self, tag: str) -> int:
        return [name for name, _ in self.seen].count(tag)


def test_a_page_says_score_findings_why_hint_and_where() -> None:
    words = Tags(render(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED))).words
    assert "FAIL 1 of 6 points: 1 failed, 1 inconclusive, 1 passed, 1 skipped" in words
    assert (
        "✗ accept_order 0/3 expected client1, client2 observed client2, client1 why accept takes the oldest "
        "hint serve it before the next accept server call 4 at 1.204 s: accept4 returned client2"
    ) in words


def test_a_page_is_in_the_readers_language() -> None:
    text = render(verdict(ORDER), lang="zh")
    assert '<html lang="zh-CN">' in text
    assert "未通过 得分 0，满分 3: 1 项未通过" in Tags(text).words


def test_what_failed_is_open_and_what_passed_is_folded() -> None:
    tags = Tags(render(verdict(HANDSHAKE, ORDER)))
    assert ["open" in attributes for tag, attributes in tags.seen if tag == "details"] == [False, True]


def test_hidden_checks_are_told_of() -> None:
    words = Tags(render(verdict(HANDSHAKE, HIDDEN))).words
    assert "SO FAR PASSED 1 of 1 points: 1 passed 1 hidden check worth 2 points counts as well" in words
    assert "· hidden check 1 ·/2 a hidden check: your teacher sees what it found" in words
    assert "✗ secret-order (hidden) 0/2" in Tags(render(verdict(HIDDEN), audience="teacher")).words


def test_notes_differences_and_where_the_evidence_is_are_told() -> None:
    words = Tags(render(verdict(HANDSHAKE, table=TABLE, notes=("a note",), seed="s7"))).words
    assert "a note" in words
    assert "Measured differences TCP UDP packets before the first byte 3 0" in words
    assert words.endswith("netns")
    whole = Tags(render(verdict(HANDSHAKE, seed="s7"), audience="teacher")).words
    assert whole.endswith("netns · seed s7 · run: runs/one")


def test_several_verdicts_are_sections_of_one_page() -> None:
    text = render(verdict(HANDSHAKE), verdict(ORDER, submission="bob"))
    tags = Tags(text)
    assert [tags.count(tag) for tag in ("html", "article", "h1", "style")] == [1, 2, 2, 1]
    assert text.endswith("</html>\n")
    assert "<title>listen-accept · alice</title>" in text


def test_no_verdict_is_an_empty_page() -> None:
    tags = Tags(render())
    assert (tags.count("html"), tags.count("article")) == (1, 0)


def test_nothing_runs_and_nothing_is_fetched() -> None:
    text = render(verdict(Finding(EVIL, "output", fail(expected=EVIL, observed=EVIL)), exercise=EVIL, submission=EVIL, notes=(EVIL,), run_dir=EVIL, seed=EVIL))  # fmt: skip
    tags = Tags(text)
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "article",
        "header",
        "div",
        "p",
        "h1",
        "strong",
    }
    assert {tag for tag, _ in tags.seen} <= allowed | {
        "span",
        "ul",
        "li",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
    }
    assert {name for _, attributes in tags.seen for name in attributes} <= {"lang", "charset", "http-equiv", "content", "name", "class", "open"}  # fmt: skip
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme", "paper"), [(360, "dark", "rgb(17, 22, 29)"), (1280, "light", "rgb(255, 255, 255)")]
)
def test_a_browser_shows_it_without_complaint(
    open_page: Callable[..., Any], width: int, scheme: str, paper: str
) -> None:
    evil = Finding("evil", "output", fail(expected=EVIL, observed="x" * 400))
    page = open_page(
        render(verdict(HANDSHAKE, ORDER, evil, HIDDEN, submission=EVIL)), width=width, scheme=scheme
    ).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    assert page.title() == f"listen-accept · {EVIL}"
    assert page.locator("img, script").count() == 0
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"

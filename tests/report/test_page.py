from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from kit.compare import Cell, Row, Table
from kit.evidence.model import Capture
from kit.report.page import page
from kit.report.run import Statement
from kit.report.words import WORDS
from tests.report.scene import EVENTS, ladder, run, said

SCRIPT = "</script><img src=x onerror=alert(1)><script>alert(1)</script>"


class Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def embedded(text: str, name: str) -> Any:
    match = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def test_the_page_says_the_verdict_and_links_into_the_picture() -> None:
    text = page([run()], "en")
    assert (
        "<strong>FAIL</strong> <span>1 of 2 points; 1 hidden check worth 1 point counts as well · netns</span>"
        in text
    )
    assert '<a href="#e5">client packet 1 at 0.301 s: SYN</a>' in text
    assert '<a href="#e8">server call 1: accept4</a>' in text


def test_every_link_has_its_target() -> None:
    tags = Tags(page([run()], "en")).seen
    names = {attributes.get("id") for _, attributes in tags}
    links = {(attributes["href"] or "")[1:] for tag, attributes in tags if tag == "a"}
    assert links <= names


def test_why_and_hint_come_with_a_failure_in_the_readers_language() -> None:
    assert "取出最早的" in page([run()], "zh")
    assert "accept takes the oldest" in page([run()], "en")


def test_a_hidden_finding_keeps_its_secret() -> None:
    text = page([run()], "en")
    assert "hidden check 1" in text
    assert "hidden expectation" not in text
    assert "hidden observation" not in text
    assert "secret" not in text


def test_feedback_decides_what_the_page_shows_of_a_failure() -> None:
    made = run()
    text = page([replace(made, verdict=replace(made.verdict, feedback="hint"))], "en")
    assert "look again" in text
    assert '<a href="#e8">' not in text
    assert '<a href="#e5">' in text  # of a pass


def test_the_policy_names_the_digests_of_the_only_script_and_style() -> None:
    text = page([run()], "en")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    for tag in ("script", "style"):
        (block,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy
    assert policy.startswith("default-src &#39;none&#39;")


def test_nothing_is_fetched_and_nothing_runs_inline() -> None:
    for tag, attributes in Tags(page([run()], "en")).seen:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag not in {"link", "iframe", "object", "embed", "img", "base", "form"}


def hostile() -> str:
    """Give a page of a run whose every stranger's text is markup."""
    made = run(ladder(*EVENTS, said(SCRIPT + "\x1b[31m", 400)))
    verdict = replace(made.verdict, submission=SCRIPT, notes=(SCRIPT,))
    facts = {**made.facts, "submission": SCRIPT, "params": {SCRIPT: SCRIPT}}
    statement = Statement(f"{SCRIPT}\n\n[x](javascript:alert(1)) ![y](http://z/y.png)", same=True)
    return page([replace(made, verdict=verdict, facts=facts, title=SCRIPT, statement=statement)], "en")


def test_strangers_text_never_becomes_markup() -> None:
    text = hostile()
    tags = Tags(text).seen
    assert [tag for tag, _ in tags].count("script") == 3
    assert not [tag for tag, _ in tags if tag == "img"]
    assert not [href for _, attributes in tags if "script:" in (href := attributes.get("href") or "")]
    assert "\x1b" not in text


def test_strangers_text_never_ends_the_json() -> None:
    titles = [row["title"] for row in embedded(hostile(), "details").values()]
    assert any("</script>" in title for title in titles)


def test_output_of_all_programs_stands_on_the_time_line() -> None:
    assert re.search(
        r'<a href="#e9">304\.000</a></td><td>server</td><td class="stdout"><code>hello<', page([run()], "en")
    )


def test_snapshots_show_the_socket_tables() -> None:
    text = page([run()], "en")
    assert "<h3>then · 2.000 ms</h3>" in text
    assert "<td>LISTEN</td><td>198.18.0.2:8001</td>" in text


def test_the_environment_says_versions_digest_and_limits() -> None:
    text = page([run()], "en")
    for said_ in ("6.18", "d" * 64, "none: the defaults", "client 2 packets"):
        assert said_ in text


def test_the_exercise_is_rendered() -> None:
    assert "<h1>Task</h1>\n<p>Write <code>server.py</code>.</p>" in page([run()], "en")


def test_a_text_of_another_version_is_said_to_be_one() -> None:
    assert "another version" in page([run(statement=Statement("x", same=False))], "en")


def test_a_machine_without_the_exercise_says_so() -> None:
    assert "not on the machine" in page([run(statement=None)], "en")


def test_an_incomplete_capture_and_untraced_calls_are_said() -> None:
    made = run()
    seen = replace(made.evidence, calls_traced=False, captures={"server": Capture("server", (), dropped=3)})
    text = page([replace(made, evidence=seen)], "en")
    assert "server: the capture is not complete" in text
    assert "Calls were not traced" in text


def test_measured_differences_are_a_table() -> None:
    made = run()
    table = Table(("TCP",), (Row("n", {"en": "what", "zh": "什么"}, (Cell("count", (3,)),)),))
    text = page([replace(made, verdict=replace(made.verdict, table=table))], "zh")
    assert "<th>什么</th><td>3</td>" in text


def test_two_runs_stand_side_by_side_with_the_first_difference_linked() -> None:
    first, second = run(), run(ladder(*EVENTS[:9], said("other\n", 304), *EVENTS[10:]))
    text = page([first, second], "en")
    assert 'href="#a9">first difference' in text
    assert {"a9", "b9"} <= {attributes.get("id") for _, attributes in Tags(text).seen}


def test_two_runs_that_do_the_same_are_said_to() -> None:
    assert "the two runs do the same" in page([run(), run()], "en")


def test_a_run_of_nothing_has_a_page() -> None:
    made = run(ladder())
    verdict = replace(made.verdict, findings=())
    assert "No program wrote anything." in page([replace(made, verdict=verdict)], "en")


def test_both_languages_have_every_word() -> None:
    for key, phrase in WORDS.items():
        assert phrase.keys() == {"en", "zh"}, key
        places = [sorted(re.findall(r"{\w+}", text)) for text in phrase.values()]
        assert places[0] == places[1], key

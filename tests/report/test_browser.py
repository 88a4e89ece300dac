"""The page in a real browser: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.report.page import page
from kit.report.run import Statement
from tests.report.scene import EVENTS, arrived, began, ladder, returned, run, said, segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers import Opened

pytestmark = pytest.mark.browser

MARKUP = "</script><img src=http://198.18.0.9/x onerror=document.title='owned'><script>document.title='owned'</script>"
OPENS_WITHIN_S = 2  # a report of 5,000 packets, as issue and README promise
MOST_BYTES = 5_000_000


def test_pointing_at_a_row_shows_its_packet(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"))
    opened.page.locator("#e5 .text").first.hover()
    assert "Sent at client, packet 1" in opened.panel
    assert "SYN" in opened.panel


def test_arrows_move_enter_pins_and_escape_lets_go(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"))
    keyboard = opened.page.keyboard
    opened.page.locator("#e0").focus()
    keyboard.press("ArrowDown")
    assert opened.focused == "e1"
    keyboard.press("Enter")
    assert "pinned" in opened.panel
    keyboard.press("ArrowDown")
    assert "Call 1 of server" in opened.panel
    assert opened.page.locator("#e1").get_attribute("aria-pressed") == "true"
    keyboard.press("Escape")
    assert "pinned" not in opened.panel
    keyboard.press("End")
    assert opened.focused == "e13"


def test_one_row_alone_is_in_the_tab_order(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"))
    opened.page.locator("#e4").click()
    assert opened.page.locator(".event[tabindex='0']").count() == 1


def test_a_link_of_the_verdict_pins_its_row_in_sight(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"))
    opened.page.locator("a[href='#e8']").first.click()
    opened.page.wait_for_function("() => document.activeElement.id === 'e8'")
    assert "Call 1 of server" in opened.panel
    wait_until_in_sight(opened, "e8")


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_a_link_from_outside_opens_at_its_row(open_page: Callable[..., Opened], width: int) -> None:
    many = run(ladder(*(said(f"line {number}", number * 30) for number in range(35))))
    opened = open_page(page([many], "en"), "#e30", width)
    opened.page.wait_for_function("() => document.activeElement.id === 'e30'")
    wait_until_in_sight(opened, "e30")


# Whether a row's text is what a click at its place would meet: nothing covers it.
SEEN = """name => {
    const box = document.querySelector(`#${name} .text`).getBoundingClientRect();
    const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return met !== null && met.closest(".event") !== null && met.closest(".event").id === name;
}"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def wait_until_in_sight(opened: Opened, name: str) -> None:
    """The browser's own jump focuses the row at once; the page brings it into sight in a frame after that, to stay."""
    # wait_for_function would take the promise of an async function for its answer: SEEN answers at once
    opened.page.wait_for_function(SEEN, arg=name)
    opened.page.evaluate(TWO_FRAMES)
    assert opened.page.evaluate(SEEN, name)


def test_zoom_makes_the_picture_larger_and_fits_it(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"))

    def width() -> float:
        return float(
            opened.page.evaluate("document.querySelector('.sheets svg').getBoundingClientRect().width")
        )

    opened.page.locator("[data-zoom=one]").click()
    one = width()
    opened.page.locator("[data-zoom=in]").click()
    assert width() == pytest.approx(one * 1.2, rel=0.01)
    opened.page.locator("[data-zoom=fit]").click()
    assert width() <= float(opened.page.evaluate("document.getElementById('paper').clientWidth"))


def test_the_system_chooses_light_or_dark_and_the_reader_may_too(open_page: Callable[..., Opened]) -> None:
    opened = open_page(page([run()], "en"), scheme="dark")

    def paper() -> str:
        return str(opened.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert paper() == "rgb(17, 22, 29)"
    opened.page.locator("#theme").click()
    assert paper() == "rgb(255, 255, 255)"
    opened.page.locator("#theme").click()
    assert paper() == "rgb(17, 22, 29)"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_the_page_never_scrolls_sideways(open_page: Callable[..., Opened], width: int, lang: str) -> None:
    opened = open_page(page([run()], lang), width=width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_the_picture_light_and_without_its_tools(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    opened = open_page(page([run()], "en"), scheme="dark")
    pdf = opened.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    opened.page.emulate_media(media="print")
    assert not opened.page.locator(".tools").is_visible()
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_hostile_run_stays_inert(open_page: Callable[..., Opened]) -> None:
    made = run(ladder(*EVENTS, said(MARKUP + "\x1b]8;;http://198.18.0.9\x07", 400)))
    verdict = replace(made.verdict, submission=MARKUP, notes=(MARKUP,))
    text = page([replace(made, verdict=verdict, title=MARKUP, statement=Statement(MARKUP, same=True))], "en")
    opened = open_page(text)
    opened.page.locator("#e14").click()
    assert "document.title" in opened.panel
    assert opened.page.title() != "owned"
    assert opened.page.locator("img").count() == 0


def test_two_runs_stand_side_by_side_and_the_difference_is_in_sight(open_page: Callable[..., Opened]) -> None:
    other = run(ladder(*EVENTS[:9], said("other\n", 304), *EVENTS[10:]))
    opened = open_page(page([run(), other], "en"))
    opened.page.locator(".verdictline a").click()
    opened.page.wait_for_function("() => document.activeElement.id === 'a9'")
    wait_until_in_sight(opened, "a9")
    left, right = (opened.page.locator(name).bounding_box() for name in ("#a4 .hit", "#b4 .hit"))
    assert left is not None
    assert right is not None
    assert (left["y"], left["height"]) == (right["y"], right["height"])


def transfer(packets: int) -> list[Any]:
    """Give a run of so many packets: each sent by a call, each received by one."""
    events: list[Any] = []
    for number in range(1, packets + 1):
        place, call = len(events), 2 * number
        events += [
            began(call, number, "client", "send", returned=place + 3, blocked=True),
            segment(number, number, "cs", f"PSH-ACK {number}:{number + 100}(100)", flags="P.", length=100),
            arrived(number, number, "server"),
            returned(call, number, "client", "send", began=place, blocked=True),
            began(call + 1, number, "server", "recv", returned=place + 5),
            returned(call + 1, number, "server", "recv", began=place + 4, label="= 100 bytes"),
        ]
    return events


def connections(count: int) -> list[Any]:
    """Give so many segments that look for attention: none is like a transfer."""
    return [segment(number, number, "cs", flags="R", label="RST") for number in range(1, count + 1)]


@pytest.mark.parametrize("events", [transfer(5000), connections(5000)], ids=["transfer", "connections"])
def test_a_report_of_5000_packets_is_small_opens_at_once_and_lists_what_is_folded(
    open_page: Callable[..., Opened], events: list[Any]
) -> None:
    text = page([run(ladder(*events))], "en")
    assert len(text.encode()) < MOST_BYTES
    began_s = time.monotonic()
    opened = open_page(text)
    opened.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert time.monotonic() - began_s < OPENS_WITHIN_S
    opened.page.locator(".folds").first.dispatch_event("click")
    opened.page.locator("#panel summary").click()
    opened.page.locator("#panel tr").nth(1000).wait_for(state="attached")

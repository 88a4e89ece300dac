"""A real browser for tests of pages: Debian's chromium, driven by Playwright. Fixtures, which tests/conftest.py takes in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass
class Opened:
    """A page with all that went wrong in it, and all that it asked the network for."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def panel(self) -> str:
        return self.page.locator("#panel").inner_text()

    @property
    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.id"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # where it is not installed, tests are skipped

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Give what opens a text as a file; at the end nothing may have gone wrong in any page."""
    opened: list[Opened] = []

    def open_(text: str, anchor: str = "", width: int = 1280, scheme: Any = "light") -> Opened:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        one = Opened(tab)
        opened.append(one)
        tab.on("console", lambda message: one.wrong.append(message.text))
        tab.on("pageerror", lambda error: one.wrong.append(str(error)))
        tab.on("request", lambda request: one.asked.append(request.url))
        tab.goto(f"{path.as_uri()}{anchor}")
        return one

    yield open_
    for one in opened:
        one.page.close()
        assert one.wrong == []
        assert [url for url in one.asked if not url.startswith("file:")] == []

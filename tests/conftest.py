"""Backends in tests: `@pytest.mark.docker` and `@pytest.mark.netns`; and `@pytest.mark.browser`.

A test with `@pytest.mark.languages("c")` needs that language's tools on its backend, too.

Where one cannot run, its tests are skipped with the reason, and the last lines of the report say
which were tested at all. Under `KIT_REQUIRE=docker,netns,browser` a missing one is a failure instead.
"""

from __future__ import annotations

import fcntl
import gc
import importlib.util
import os
import warnings
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.browsers import browser, chromium, open_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.terminal import TerminalReporter

__all__ = ["browser", "open_page"]  # fixtures

BACKENDS = Path(__file__).parents[1] / "kit" / "backends"

settings.register_profile(
    "kit", deadline=None
)  # work is counted, not timed: other programs share the machine
settings.load_profile("kit")


@cache
def why_not(name: str) -> str | None:
    """Tell what the backend or the browser lacks on this machine; None where it can run."""
    return NEEDED[name](name)


def why_no_backend(backend: str) -> str | None:
    made = importlib.import_module(f"kit.backends.{backend}").backend()
    with warnings.catch_warnings():
        # docker-py leaves a socket that could not connect to the collector; it must not fail a later test.
        warnings.simplefilter("ignore", ResourceWarning)
        lacking = [need for need in made.requirements() if need.needed and not need.present]
        gc.collect()
    return "; ".join(f"{need.name}: {need.detail} ({need.remedy})" for need in lacking) or None


@cache
def why_no_languages(backend: str, names: tuple[str, ...]) -> str | None:
    """Tell which of these languages the backend lacks here, with what brings it."""
    rows = importlib.import_module(f"kit.backends.{backend}").backend().requirements()
    lacking = [row for row in rows if row.name in names and not row.present]
    return "; ".join(f"{row.name}: {row.detail} ({row.remedy})" for row in lacking) or None


def why_no_browser(_name: str) -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed (make setup)"
    if chromium() is None:
        return "there is no Chromium (sudo apt-get install chromium)"
    return None


NEEDED = {"docker": why_no_backend, "netns": why_no_backend, "browser": why_no_browser}


def required() -> set[str]:
    names = {name for name in os.environ.get("KIT_REQUIRE", "").replace(" ", "").split(",") if name}
    if not names <= set(NEEDED):
        raise pytest.UsageError(
            f"KIT_REQUIRE: unknown name in {sorted(names)}; there are {', '.join(NEEDED)}"
        )
    return names


def pytest_configure(config: pytest.Config) -> None:
    del config
    required()  # a misspelt name must not look like "nothing required"


def pytest_runtest_setup(item: pytest.Item) -> None:
    languages = tuple(name for marker in item.iter_markers("languages") for name in marker.args)
    for backend in NEEDED:
        if item.get_closest_marker(backend) is None:
            continue
        reason = why_not(backend)
        if reason is None and languages and backend != "browser":
            reason = why_no_languages(backend, languages)
        if reason is None:
            continue
        if backend in required():
            pytest.fail(f"KIT_REQUIRE wants {backend}, which cannot run here: {reason}", pytrace=False)
        pytest.skip(f"{backend} cannot run here: {reason}")


@pytest.fixture(autouse=True)
def _turns(request: pytest.FixtureRequest) -> Iterator[None]:
    """What dead kits left is a question to the whole machine: tests that ask it, or kill a kit, take turns.

    The lock is on the backend's own file, so that it holds between any processes and leaves nothing behind.
    """
    names = {name for marker in request.node.iter_markers("leftovers") for name in marker.args}
    with ExitStack() as stack:
        for name in sorted(names):  # in one order, so that no two tests wait for each other
            fcntl.flock(stack.enter_context((BACKENDS / f"{name}.py").open("rb")), fcntl.LOCK_EX)
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the tests of each backend that really ran; on xdist's workers the reports reach the controller."""
    if report.when == "call":
        for backend in NEEDED:
            if backend in report.keywords:
                _ran[backend] = _ran.get(backend, 0) + (not report.skipped)
    elif report.skipped:
        for backend in NEEDED:
            if backend in report.keywords:
                _skipped[backend] = _skipped.get(backend, 0) + 1


_ran: dict[str, int] = {}
_skipped: dict[str, int] = {}


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    for backend in NEEDED:
        ran, skipped = _ran.get(backend, 0), _skipped.get(backend, 0)
        if not ran and not skipped and backend not in required():
            continue  # none of its tests was asked for
        said = f"{ran} tests ran" + (f", {skipped} SKIPPED" if skipped else "")
        terminalreporter.line(
            f"{'' if backend == 'browser' else 'backend '}{backend}: {said}",
            red=bool(skipped),
            green=bool(ran and not skipped),
        )

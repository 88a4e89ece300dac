"""Which further right solutions there must be; that they pass is lint's to say, as of every exercise."""

from __future__ import annotations

from pathlib import Path

CONCURRENT = Path(__file__).parents[2] / "exercises" / "concurrent-server"
WAYS = {"reference": "threading", "right/selectors": "selectors", "right/asyncio": "asyncio"}


def test_a_concurrent_server_may_use_threads_selectors_or_asyncio() -> None:
    servers = {way: (CONCURRENT / way / "server.py").read_text(encoding="utf-8") for way in WAYS}
    assert {
        way: [word for word in WAYS.values() if f"import {word}" in text] for way, text in servers.items()
    } == {way: [word] for way, word in WAYS.items()}

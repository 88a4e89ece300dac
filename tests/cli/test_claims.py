"""kit claims: with literal claims and scripted runs; the catalogue's own are run where exercises are tested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kit import state
from kit.claims import model, queue, record
from kit.evidence import store
from kit.exercise import loader
from tests.claims.literal import CLAIMS, QUEUE, RECORD
from tests.renderers.verdicts import HANDSHAKE, ORDER, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Judged, Kit


@pytest.fixture(autouse=True)
def literal_claims(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(model, "load", lambda _path: CLAIMS)


@pytest.fixture
def measured() -> None:
    record.save(state.place(record.FILE), RECORD)


def words(text: str) -> str:
    return " ".join(text.split())


def test_before_anything_was_measured_it_says_the_verdicts_and_what_would_show_them(kit: Kit) -> None:
    result = kit("claims")
    text = words(result.stdout)
    assert result.exit_code == 0
    assert (
        "1 right connect shakes hands client.connect(...) # 三次握手 Three segments. · greeting: handshake"
        in text
    )
    assert "not measured here yet: kit claims --run" in text


@pytest.mark.usefixtures("measured")
def test_what_was_measured_stands_below_each_with_its_circumstances(kit: Kit) -> None:
    text = words(kit("claims").stdout)
    assert "✓ greeting: handshake: 1 handshake from client1 to server" in text
    assert "✗ queue-up: accept_order: client2, client1 (not seen here)" in text
    assert "? queue-up has no check close" in text
    assert "listen(0) ▮ 1 listen(1) ▮▮ 2 listen(2) ▮▮▮ 3 listen(3) ▮▮▮ 3 net.core.somaxconn = 2" in text
    assert "measured on netns, Linux 6.1, 2023-11-14" in text


@pytest.mark.usefixtures("measured")
def test_in_chinese(kit: Kit) -> None:
    text = kit("claims", "--lang", "zh").stdout
    assert "connect 握手" in text
    assert "三个报文段。" in text
    assert "测量环境：netns" in text


@pytest.mark.usefixtures("measured")
def test_as_json_it_is_a_line_a_claim(kit: Kit) -> None:
    first, second = map(json.loads, kit("claims", "--format", "json").stdout.splitlines())
    assert (first["number"], first["verdict"], first["measured"], first["holds"]) == (1, "right", True, True)
    assert first["shown_by"][0]["findings"] == {
        "handshake": {"outcome": "pass", "observed": "1 handshake from client1 to server"}
    }
    assert second["holds"] is False
    assert second["queue"][3] == {"backlog": 3, "taken": 2, "queued": 3}


@pytest.mark.usefixtures("measured")
def test_the_plot_is_written_as_svg_and_png(kit: Kit, tmp_path: Path) -> None:
    result = kit("claims", "--svg", "plot.svg", "--png", "plot.png")
    assert result.stdout == "plot.svg\nplot.png\n"
    assert "never more than 3" in (tmp_path / "plot.svg").read_text()
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_plot_of_nothing_says_what_to_do(kit: Kit) -> None:
    result = kit("claims", "--svg", "plot.svg")
    assert result.exit_code == 2
    assert "kit claims --run" in result.stderr


def test_a_format_that_is_none(kit: Kit) -> None:
    assert "did you mean 'json'?" in kit("claims", "--format", "jsn").stderr


def kept() -> Any:
    return record.load(state.place(record.FILE))


def test_run_measures_each_exercise_once_and_keeps_it(
    kit: Kit, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "load_facts", lambda _folder: {"versions": {"kernel": "6.1"}})
    monkeypatch.setattr(store, "load", str)
    monkeypatch.setattr(queue, "held", lambda _evidence: QUEUE)
    monkeypatch.setattr(loader, "load", lambda _path: None)
    judged.answers[None] = verdict(HANDSHAKE, ORDER)
    result = kit("claims", "--run", "--backend", "netns")
    assert len(judged.asked) == 3
    assert {backend for _who, _seed, backend, _out in judged.asked} == {"netns"}
    assert set(kept().exercises) == {"greeting", "queue-up", "queue"}
    assert kept().queue == QUEUE
    assert "1 of 3: greeting" in result.stderr
    assert result.exit_code == 3  # a claim that was not seen: `close` is no check of queue-up

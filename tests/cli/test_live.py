"""What a run's terminal shows while the run goes, from what its directory holds by then."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from kit.cli import live, screen
from kit.evidence import store
from kit.renderers import Options
from tests.cli.stored import FACTS, begin, finish, store_run
from tests.renderers.verdicts import HANDSHAKE, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    import pytest

    from kit.verdict import Verdict
    from tests.cli.conftest import Judged, Kit

OPTIONS = Options(width=80)


def test_rows_are_drawn_once_as_they_become_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follower = live._Follower(tmp_path / "run", OPTIONS)
    follower.draw(until_ns=None)
    assert capsys.readouterr().err == ""  # nothing is there yet
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        begin(recorder)
        follower.draw(until_ns=None)
        first = capsys.readouterr().err
        follower.draw(until_ns=None)
        assert capsys.readouterr().err == ""
        finish(recorder)
    follower.draw(until_ns=None)
    second = capsys.readouterr().err
    assert "client1" in first.splitlines()[1]
    assert ("UDP (5)" in first, "UDP (5)" in second) == (True, False)
    assert ("prints" in first, 'prints "done"' in second) == (False, True)
    assert second.splitlines()[-1].strip().startswith("13.00")


def test_what_happened_a_moment_ago_waits_for_its_cause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follower = live._Follower(store_run(tmp_path / "run"), OPTIONS)
    follower.draw(until_ns=5_000_000)
    assert "UDP" not in capsys.readouterr().err
    follower.draw(until_ns=None)
    assert "UDP (5)" in capsys.readouterr().err


def test_the_picture_grows_while_the_work_goes_on_and_is_whole_when_it_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = threading.Event()
    real = screen.drawing

    def drawing(lines: list[str]) -> None:
        real(lines)
        drawn.set()

    monkeypatch.setattr(screen, "drawing", drawing)
    monkeypatch.setattr(live, "EVERY_S", 0.001)
    with (
        live.following(tmp_path / "run", OPTIONS) as tell,
        store.Recorder(tmp_path / "run", FACTS) as recorder,
    ):
        tell("bringing the hosts up")
        begin(recorder)
        assert drawn.wait(10)
        finish(recorder)
    said = capsys.readouterr().err
    assert said.count("UDP (5)") == 1
    assert 'prints "done"' in said


def judging(folder_is_written: bool) -> Callable[..., Verdict]:
    def judge(_exercise: Any, _submission: Any, _seed: Any, _backend: Any, out: Path, _tell: Any) -> Verdict:
        if folder_is_written:
            store_run(out)
        return verdict(HANDSHAKE)

    return judge


def test_a_run_ends_with_the_short_picture_and_the_verdict_below_it(
    kit: Kit, judged: Judged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert judged
    monkeypatch.setattr(sys.modules["kit.judge"], "judge", judging(folder_is_written=True))
    result = kit("run", "listen-accept", "--out", str(tmp_path / "run"))
    assert result.exit_code == 0
    assert 0 < result.stdout.index("UDP (5)") < result.stdout.index("PASS")
    drawn_live = kit("run", "listen-accept", "--live", "--out", str(tmp_path / "live"))
    assert "UDP (5)" in drawn_live.stderr
    assert "UDP (5)" not in drawn_live.stdout
    as_json = kit("run", "listen-accept", "--format", "json", "--out", str(tmp_path / "json"))
    assert "UDP (5)" not in as_json.stdout


def test_a_run_without_evidence_has_its_verdict_all_the_same(
    kit: Kit, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged
    monkeypatch.setattr(sys.modules["kit.judge"], "judge", judging(folder_is_written=False))
    result = kit("run", "listen-accept")
    assert result.exit_code == 0
    assert "PASS" in result.stdout

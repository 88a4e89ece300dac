from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from kit.evidence.store import Recorder

if TYPE_CHECKING:
    from tests.cli.conftest import Kit

STORED = Path(__file__).parent.parent / "evidence" / "stored" / "tcp-vs-udp"
FACTS: dict[str, Any] = {
    "kit": "0.1.0",
    "exercise": {"name": "listen-accept", "digest": "of another version"},
    "submission": "alice",
    "backend": "netns",
    "seed": None,
    "params": {},
    "programs": {"server": {"host": "server", "submitted": True}},
    "hosts": {"server": {"address": "198.18.0.2", "names": []}},
    "checks": [],
    "compare": None,
    "began_ns": 0,
    "ended_ns": 5_000_000,
}


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    with Recorder(folder, FACTS) as recorder:
        recorder.output("server", "stdout", 1_000_000, "你好 <b>\n".encode())
    return folder


def test_the_page_goes_into_the_run_directory_and_its_path_to_stdout(kit: Kit, run_dir: Path) -> None:
    result = kit("report", str(run_dir), "--lang", "zh")
    assert result.exit_code == 0
    assert result.stdout == f"{run_dir / 'report.html'}\n"
    text = (run_dir / "report.html").read_text(encoding="utf-8")
    assert "你好 &lt;b&gt;" in text
    assert "listen 与 accept：先来先得" in text
    assert "该文本与本次运行的题目版本不同" in text


def test_out_names_the_file(kit: Kit, run_dir: Path, tmp_path: Path) -> None:
    assert kit("report", str(run_dir), "--out", str(tmp_path / "page.html")).exit_code == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not (run_dir / "report.html").exists()


def test_the_picture_alone_is_an_svg_or_a_png(
    kit: Kit, run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.report.png._draws", lambda *_: True)  # fonts are this machine's matter
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    assert kit("report", str(run_dir), "--svg", str(svg), "--png", str(png)).exit_code == 0
    assert ET.parse(svg).getroot().tag.endswith("svg")  # noqa: S314  # our own drawing
    assert png.read_bytes().startswith(b"\x89PNG")
    assert not (run_dir / "report.html").exists()


def test_two_runs_are_one_page(kit: Kit, run_dir: Path) -> None:
    assert kit("report", str(run_dir), str(run_dir), "--lang", "en").exit_code == 0
    assert "the two runs do the same" in (run_dir / "report.html").read_text(encoding="utf-8")


def test_three_runs_are_too_many(kit: Kit, run_dir: Path) -> None:
    result = kit("report", *[str(run_dir)] * 3)
    assert result.exit_code == 2
    assert "name at most two folders" in result.stderr


def test_a_folder_that_is_no_run_is_said_to_be_none(kit: Kit, tmp_path: Path) -> None:
    result = kit("report", str(tmp_path))
    assert result.exit_code == 2
    assert "is no run directory" in result.stderr


def test_a_page_that_cannot_be_written_leaves_nothing(kit: Kit, run_dir: Path, tmp_path: Path) -> None:
    result = kit("report", str(run_dir), "--out", str(tmp_path / "nowhere" / "page.html"))
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr


def test_a_run_of_an_exercise_that_is_not_here_has_a_page(kit: Kit, tmp_path: Path) -> None:
    with Recorder(tmp_path / "run", {**FACTS, "exercise": {"name": "elsewhere", "digest": "x"}}):
        pass
    assert kit("report", str(tmp_path / "run"), "--lang", "en").exit_code == 0
    assert "is not on the machine" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("lang", "said"), [("en", "retransmission"), ("zh", "重传的数据分组")])
def test_the_differences_of_a_stored_run_as_pictures(kit: Kit, tmp_path: Path, lang: str, said: str) -> None:
    result = kit(
        "report", str(STORED), "--of", "differences", "--svg", "d.svg", "--png", "d.png", "--lang", lang
    )
    assert result.stdout == "d.svg\nd.png\n", result.stderr
    text = "".join(ET.fromstring((tmp_path / "d.svg").read_text()).itertext())  # noqa: S314  # kit's own text
    assert said in text
    assert (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")


def test_the_differences_of_a_run_that_compares_nothing(kit: Kit, run_dir: Path) -> None:
    result = kit("report", str(run_dir), "--of", "differences", "--svg", "out.svg")
    assert result.exit_code == 2
    assert "listen-accept compares nothing" in result.stderr
    assert "tcp-vs-udp" in result.stderr


def test_the_differences_of_two_runs(kit: Kit, run_dir: Path) -> None:
    result = kit("report", str(run_dir), str(run_dir), "--of", "differences", "--svg", "out.svg")
    assert result.exit_code == 2
    assert "those of one run" in result.stderr


def test_a_picture_that_is_none(kit: Kit, run_dir: Path) -> None:
    assert "did you mean 'ladder'?" in kit("report", str(run_dir), "--of", "lader").stderr

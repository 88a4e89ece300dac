"""The driver of `make fuzz`, beside a libFuzzer that only says what it is told to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import __main__ as driver

if TYPE_CHECKING:
    from collections.abc import Mapping

SAID = """\
#2\tINITED cov: 5 ft: 6 corp: 1/1b exec/s: 0 rss: 40Mb
#900\tNEW    cov: 21 ft: 34 corp: 7/90b lim: 8 exec/s: 450 rss: 41Mb
Done 1000 runs in 3 second(s)
stat::number_of_executed_units: 1000
"""
MERGED = "ab" * 20
OLD = "cd" * 20


class LibFuzzer:
    """Writes these files: a run beside its finds (-artifact_prefix), a merge into its first folder."""

    def __init__(self, finds: Mapping[str, bytes], merged: Mapping[str, bytes]) -> None:
        self.finds, self.merged = finds, merged

    def __call__(self, _target: str, *options: str) -> str:
        (prefix,) = (one.removeprefix("-artifact_prefix=") for one in options if one.startswith("-artifact_"))
        folders = [one for one in options if not one.startswith("-")]
        if "-set_cover_merge=1" in options:
            for name, data in self.merged.items():
                Path(folders[0], name).write_bytes(data)
        else:
            for name, data in self.finds.items():
                Path(prefix + name).write_bytes(data)
        return SAID


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(driver, "CORPUS", tmp_path / "corpus")
    monkeypatch.setattr(driver, "GROWN", tmp_path / "grown")
    folder = tmp_path / "corpus/trace"
    folder.mkdir(parents=True)
    (folder / OLD).write_bytes(b"old")
    (folder / "telling-name").write_bytes(b"once a find")
    return folder


def test_a_run_without_a_find_is_told_in_a_table(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(driver, "_libfuzzer", LibFuzzer({}, {}))
    assert driver.main(["trace", "--seconds", "3"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == ["| trace | 1000 | 3 | 21 | 34 | none |"]
    assert len(list((corpus.parents[1] / "grown/trace").iterdir())) > 3  # the seeds


def test_a_find_is_named_and_fails_the_run(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(driver, "_libfuzzer", LibFuzzer({"crash-1": b"x"}, {}))
    assert driver.main(["trace"]) == 1
    assert "| found-crash-1 |" in capsys.readouterr().out
    assert (corpus / "found-crash-1").read_bytes() == b"x"


def test_what_is_kept_replaces_all_but_the_finds_and_is_small(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = {MERGED: b"new", "ef" * 20: bytes(driver.KEPT_BYTES)}
    monkeypatch.setattr(driver, "_libfuzzer", LibFuzzer({}, merged))
    driver.keep("trace")
    assert sorted(path.name for path in corpus.iterdir()) == [MERGED, "telling-name"]


def test_a_merge_that_gives_nothing_leaves_the_corpus_as_it_is(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_libfuzzer", LibFuzzer({}, {}))
    with pytest.raises(SystemExit, match="nothing was merged"):
        driver.keep("trace")
    assert sorted(path.name for path in corpus.iterdir()) == [OLD, "telling-name"]


def test_an_unknown_target_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        driver.main(["trce"])
    assert "unknown target trce; there are: exercise, archive, trace" in capsys.readouterr().err

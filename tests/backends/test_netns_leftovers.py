"""What a dead kit left is told from what a living one uses."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.backends import _netns_leftovers
from kit.backends._netns_leftovers import (
    Owner,
    is_dead,
    make_folder,
    owner_in,
    remove_dead,
    remove_folder,
    remove_found,
    this_kit,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_token_is_found_again_in_a_name() -> None:
    owner = Owner(12, 345, 4026531836, "0a1b2c3d")
    assert owner_in(f"wirekit-{owner}-x7_q") == owner
    assert owner_in("wirekit-notes") is None


def test_a_living_kit_is_not_dead() -> None:
    assert not is_dead(this_kit(), this_kit())


def test_a_pid_that_came_again_is_another_process() -> None:
    assert is_dead(replace(this_kit(), start_ticks=1), this_kit())


def test_a_kit_before_the_boot_is_dead() -> None:
    assert is_dead(replace(this_kit(), boot="00000000"), this_kit())


def test_of_another_pid_namespace_nothing_is_known_so_it_lives() -> None:
    assert not is_dead(replace(this_kit(), pid_namespace=1, start_ticks=1), this_kit())


def test_a_kit_that_ended_is_dead() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert is_dead(replace(this_kit(), pid=gone.pid), this_kit())


@pytest.mark.leftovers("netns")
def test_only_the_folders_of_dead_kits_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    living = make_folder()
    dead = tmp_path / f"wirekit-{replace(this_kit(), start_ticks=1)}-a"
    dead.mkdir()
    foreign = tmp_path / "wirekit-of-somebody"
    foreign.mkdir()
    link = tmp_path / f"wirekit-{replace(this_kit(), start_ticks=1)}-link"
    link.symlink_to(foreign)
    assert f"folder {dead}" in remove_dead()
    assert sorted(tmp_path.iterdir()) == sorted([living, foreign, link])


@pytest.mark.leftovers("netns")
def test_a_run_looks_for_the_rest_only_where_a_dead_kits_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(_netns_leftovers, "_kill_processes", lambda _judge: ["process 7"])
    make_folder()
    assert remove_found() == []
    dead = tmp_path / f"wirekit-{replace(this_kit(), start_ticks=1)}-a"
    dead.mkdir()
    assert {"process 7", f"folder {dead}"} <= set(remove_found())
    assert not dead.exists()


def test_a_folder_goes_whatever_a_program_did_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    locked = folder / "work" / "locked"
    locked.mkdir(parents=True)
    (locked / "file").write_text("")
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (folder / "work" / "link").symlink_to(outside)
    locked.chmod(0)
    remove_folder(folder)
    assert not folder.exists()
    assert os.stat(outside).st_mode & 0o777 == 0o755  # noqa: PTH116  # the same, said once


@pytest.mark.leftovers("netns")
@pytest.mark.parametrize("gone", ["all of it", "a part of it"])
def test_what_another_removes_at_the_same_time_goes_whole_and_is_told_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / f"wirekit-{replace(this_kit(), start_ticks=1)}-a"
    (dead / "work").mkdir(parents=True)

    def beside_another(folder: Path) -> None:
        if (folder / "work").exists():  # what we had listed, the other removes
            remove_folder(folder if gone == "all of it" else folder / "work")
            raise FileNotFoundError(folder)
        remove_folder(folder)

    monkeypatch.setattr(_netns_leftovers, "remove_folder", beside_another)
    told = remove_dead()
    assert list(tmp_path.iterdir()) == []
    assert (f"folder {dead}" in told) == (gone == "a part of it")

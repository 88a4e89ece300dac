"""Where a program's groups are made, and what of them its runner is told; in both versions of cgroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.backends import _netns_cgroups as cgroups
from kit.backends import payload
from kit.exercise.plan import Limits

if TYPE_CHECKING:
    from pathlib import Path

V1 = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
35 31 0:32 /docker/a /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
MEMBERSHIP = "8:pids:/user\n4:memory:/docker/a/b\n0::/user.slice\n"


def test_our_own_group_is_below_the_part_of_the_hierarchy_that_is_mounted() -> None:
    found = [str(folder) for _, folder in cgroups.own_groups(V1, MEMBERSHIP)]
    assert found == [
        "/sys/fs/cgroup/memory/b",
        "/sys/fs/cgroup/pids/user",
        "/sys/fs/cgroup/unified/user.slice",
    ]


def test_a_hierarchy_that_we_are_not_in_is_left_out() -> None:
    assert list(cgroups.own_groups(V1, "5:devices:/\n")) == []


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that lays out hierarchies below a folder: it takes mountinfo lines and our membership."""

    def lay_out(mounts: list[tuple[str, str]], membership: str) -> Path:
        lines = []
        for name, kind in mounts:
            (tmp_path / name).mkdir()
            (tmp_path / name / "cgroup.procs").touch()
            lines.append(f"1 1 0:1 / {tmp_path / name} rw - {kind}\n")
        texts = {"mountinfo": "".join(lines), "cgroup": membership}
        monkeypatch.setattr(cgroups, "_text", texts.__getitem__)
        return tmp_path

    return lay_out


def test_in_version_1_a_program_has_a_group_in_each_hierarchy(tree: Any) -> None:
    top = tree(
        [("memory", "cgroup cgroup rw,memory"), ("pids", "cgroup cgroup rw,pids")], "4:memory:/\n8:pids:/\n"
    )
    (top / "memory" / "run" / "7").mkdir(parents=True)
    (top / "memory" / "run" / "7" / "memory.limit_in_bytes").touch()
    (top / "pids" / "run" / "7").mkdir(parents=True)
    (top / "pids" / "run" / "7" / "pids.max").touch()
    told = cgroups.Groups("run").add(7, Limits(memory_bytes=1000, processes=5))
    assert told["cgroups"] == [str(top / name / "run/7/cgroup.procs") for name in ("memory", "pids")]
    assert told["met"][0] == ["memory_bytes", str(top / "memory/run/7/memory.oom_control"), "oom_kill"]
    limit = int((top / "memory/run/7/memory.limit_in_bytes").read_text())
    assert limit == 1000 + cgroups.OWN_MEMORY_BYTES
    assert int((top / "pids/run/7/pids.max").read_text()) == 5 + cgroups.OWN_PROCESSES


def test_in_version_2_a_group_needs_a_parent_that_hands_both_controllers_down(tree: Any) -> None:
    top = tree([("unified", "cgroup2 cgroup2 rw")], "0::/\n")
    assert cgroups.homes() == {}
    assert cgroups.freezer_home() == top / "unified"  # which freezes all the same
    (top / "unified" / "cgroup.subtree_control").write_text("cpu memory pids\n")
    assert {folder for folder, _ in cgroups.homes().values()} == {top / "unified"}
    told = cgroups.Groups("run").add(7, Limits())
    assert told["cgroups"] == [str(top / "unified/run/7/cgroup.procs")]
    assert [row[0] for row in told["peak"]] == ["memory_bytes", "processes"]


def test_a_program_has_a_share_of_the_processors_where_they_can_be_shared(tree: Any) -> None:
    top = tree(
        [(name, f"cgroup cgroup rw,{name}") for name in ("memory", "pids", "cpu")],
        "1:cpu:/\n4:memory:/\n8:pids:/\n",
    )
    (top / "cpu" / "run" / "7").mkdir(parents=True)
    (top / "cpu" / "run" / "7" / "cpu.shares").touch()
    told = cgroups.Groups("run").add(7, Limits())
    assert str(top / "cpu/run/7/cgroup.procs") in told["cgroups"]
    assert [row[0] for row in told["met"]] == ["memory_bytes", "processes"]  # sharing is no limit that is met
    assert (top / "cpu/run/7/cpu.shares").read_text() == str(payload.CPU_SHARES)


def test_one_controller_alone_is_no_promise(tree: Any) -> None:
    tree([("pids", "cgroup cgroup rw,pids")], "8:pids:/\n")
    assert cgroups.homes() == {}
    assert cgroups.Groups("run").add(7, Limits()) == {"cgroups": [], "met": [], "peak": []}


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "run" / "7").mkdir(parents=True)
    cgroups.remove(tmp_path / "run")
    cgroups.remove(tmp_path / "run")
    assert not (tmp_path / "run").exists()

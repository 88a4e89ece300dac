"""The whole story as a user types it: real processes, real packets, on each backend."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXERCISE = ROOT / "exercises" / "listen-accept"
LIMIT_S = 60

on_each_backend = pytest.mark.parametrize(
    "backend",
    [pytest.param("docker", marks=pytest.mark.docker), pytest.param("netns", marks=pytest.mark.netns)],
)


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kit", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def kit(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    with start(*arguments, cwd=cwd) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    return process.returncode, out, err


def outcomes(verdict: dict[str, Any]) -> dict[str, str]:
    return {finding["name"]: finding["outcome"] for finding in verdict["findings"]}


@on_each_backend
def test_the_reference_passes_and_its_run_directory_gives_the_same_verdict(
    backend: str, tmp_path: Path
) -> None:
    code, out, err = kit("run", "listen-accept", "--backend", backend, "--format", "json", cwd=tmp_path)
    assert err == ""
    assert code == 0
    verdict = json.loads(out)
    assert verdict["outcome"] == "pass"
    assert verdict["score"] == verdict["max_score"]
    assert all(finding["evidence"] for finding in verdict["findings"])
    run_dir = Path(verdict["run_dir"])
    assert run_dir.parent == Path("runs")
    assert kit("regrade", str(run_dir), "--format", "json", cwd=tmp_path) == (0, out, "")


@on_each_backend
def test_a_wrong_solution_fails_and_another_in_the_same_batch_does_not(backend: str, tmp_path: Path) -> None:
    wrong, right = EXERCISE / "wrong" / "newest-first", EXERCISE / "reference"
    folder = tmp_path / "graded"
    code, out, _ = kit(
        *("grade", "listen-accept", str(wrong), str(right), "--trust", "--backend", backend),
        *("--out", str(folder), "--seed", "s7", "--format", "json"),
        cwd=tmp_path,
    )
    first, second = map(json.loads, out.splitlines())
    assert code == 1
    assert outcomes(first)["served"] == "fail"
    assert second["outcome"] == "pass"
    assert {path.name for path in folder.iterdir()} == {"newest-first", "reference"}


@on_each_backend
def test_a_submission_that_cannot_be_run_is_the_students_failure(backend: str, tmp_path: Path) -> None:
    (tmp_path / "alice").mkdir()
    code, out, _ = kit(
        "grade", "listen-accept", "alice", "--trust", "--backend", backend, "--format", "json", cwd=tmp_path
    )
    verdict = json.loads(out)
    assert code == 1
    assert outcomes(verdict).pop("submission") == "fail"
    assert "server.py" in verdict["findings"][0]["observed"]
    assert set(outcomes(verdict).values()) == {"fail", "skipped"}


@pytest.mark.leftovers("docker", "netns")  # `kit clean` asks both
@on_each_backend
def test_ctrl_c_in_the_middle_of_a_run_leaves_nothing_to_remove(backend: str, tmp_path: Path) -> None:
    """The server never accepts, so the run waits for its gate until the signal comes."""
    (tmp_path / "alice").mkdir()
    server = "import socket, sys, time\ns = socket.create_server(('', int(sys.argv[1])))\nwhile True: time.sleep(9)\n"
    (tmp_path / "alice" / "server.py").write_text(server, encoding="utf-8")
    arguments = ("grade", "listen-accept", "alice", "--trust", "--backend", backend, "--out", "out")
    with start(*arguments, cwd=tmp_path) as process:
        events = tmp_path / "out" / "events.jsonl"
        while process.poll() is None and not (
            events.exists() and "both-queued" in events.read_text(encoding="utf-8")
        ):
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert err == ("kit: stopped by SIGINT; what was running is cleaned up; the evidence so far is in out\n")
    assert out == ""
    assert "removed" not in kit("clean", cwd=tmp_path)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "listen-acept"], "listen-accept"),
        (["run", "/nowhere/at/all"], "/nowhere/at/all"),
        (["show", "listen-acept"], "listen-accept"),
        (["grade", "listen-accept", "nobody"], "nobody"),
        (["regrade", "nowhere"], "nowhere"),
        (["run", "listen-accept", "--backend", "dokcer"], "did you mean 'docker'?"),
        (["image", "load", "nowhere.tar"], "nowhere.tar"),
    ],
)
def test_wrong_usage_has_place_fault_and_remedy_and_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    code, out, err = kit(*arguments, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("kit: ")
    assert said in err
    assert "Traceback" not in err


def test_every_exercise_is_listed_and_shown_in_both_languages(tmp_path: Path) -> None:
    code, out, err = kit("list", "--format", "json", cwd=tmp_path)
    assert (code, err) == (0, "")
    names = [json.loads(line)["exercise"] for line in out.splitlines()]
    assert sorted(names) == sorted(path.parent.name for path in ROOT.glob("exercises/*/exercise.yaml"))
    for lang in ("en", "zh"):
        code, out, err = kit("show", names[0], "--lang", lang, cwd=tmp_path)
        assert (code, err) == (0, "")
        assert f"kit run {names[0]}" in out

"""action.yml as GitHub's runner has it: each step by its own shell, with the files and variables of a job."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
EXERCISE = ROOT / "exercises" / "basic-usage"
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
# What the runner takes for a command (actions/runner, ActionCommand.cs): `::name` first in a line, `##[name` anywhere.
COMMAND = re.compile(r"^\s*::(?P<name>[\w-]+).*?::|##\[(?P<old>[\w-]+)")
LIMIT_S = 120


@dataclass
class Job:
    """A job in whose workspace the submission is, and what it left: log, summary, outputs by step, exit code."""

    place: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: str = ""
    code: int = 0

    def __post_init__(self) -> None:
        for name in ("temp", "workspace", "files"):
            (self.place / name).mkdir(parents=True)
        # What the first step makes, where it is not there; here it is this environment.
        bin_ = self.place / "temp" / "wirekit-venv" / "bin"
        bin_.mkdir(parents=True)
        for name, words in (("kit", f'"{sys.executable}" -P -m kit'), ("python", f'"{sys.executable}"')):
            (bin_ / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
            (bin_ / name).chmod(0o755)

    @property
    def workspace(self) -> Path:
        return self.place / "workspace"

    @property
    def summary(self) -> str:
        return (self.place / "files" / "summary").read_text(encoding="utf-8")

    @property
    def result(self) -> dict[str, Any]:
        """Give what Classroom's reporter reads."""
        value: dict[str, Any] = json.loads(
            base64.b64decode(self.outputs["classroom"]["result"], validate=True)
        )
        return value

    def run(self) -> None:
        """Run every step that has a script; the job ends with the first that fails, but for the last."""
        for number, step in enumerate(STEPS):
            if "run" in step:
                self.code = self._step(number, step)
                assert self.code == 0 or step is STEPS[-1], f"{step['name']}: {self.log}"

    def _step(self, number: int, step: dict[str, Any]) -> int:
        script = self.place / "files" / f"{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        out = self.place / "files" / f"{number}.output"
        out.touch()
        done = subprocess.run(
            [*SHELLS[step["shell"]], str(script)],
            cwd=self.workspace,
            env=os.environ
            | {
                "GITHUB_OUTPUT": str(out),
                "GITHUB_STEP_SUMMARY": str(self.place / "files" / "summary"),
                "GITHUB_REPOSITORY": "school/alice",
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.place / "temp"),
                "PYTHONPATH": str(ROOT),
            }
            | {name: EXPRESSION.sub(self._value, text) for name, text in step.get("env", {}).items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        self.log += done.stdout
        pairs = (line.partition("=") for line in out.read_text(encoding="utf-8").splitlines())
        self.outputs[step.get("id", str(number))] = {name: value for name, _, value in pairs}
        return done.returncode

    def _value(self, found: re.Match[str]) -> str:
        match found[1].split("."):
            case ["inputs", name]:
                return self.inputs[name]
            case ["steps", step, "outputs", name]:
                return self.outputs[step].get(name, "")
            case ["github", "action_path"]:
                return str(ROOT)
        raise AssertionError(found[1])

    @property
    def commands(self) -> list[str]:
        """Give the names of the commands that the runner would obey."""
        found = (COMMAND.search(line) for line in self.log.splitlines())
        return [match["name"] or match["old"] for match in found if match]


def job(place: Path, submission: Path | None, **inputs: str) -> Job:
    defaults = {name: str(row.get("default", "")) for name, row in ACTION["inputs"].items()}
    made = Job(place / "job", defaults | {"exercise": "basic-usage", "backend": "netns"} | inputs)
    if submission is not None:
        shutil.copytree(submission, made.workspace, dirs_exist_ok=True)
    return made


# What the file says


def test_no_input_is_pasted_into_a_script() -> None:
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_every_input_is_used_and_every_one_used_is_there() -> None:
    text = json.dumps(ACTION["runs"])
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])


def test_the_evidence_of_hidden_checks_is_not_uploaded() -> None:
    (upload,) = [step for step in STEPS if "uses" in step]
    assert "steps.grade.outputs.hidden == 'no'" in upload["if"]


def test_the_example_gives_inputs_that_there_are_and_reads_outputs_that_there_are() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "github.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["grade"]["steps"]
    (ours,) = [step for step in steps if "wirekit@" in step["uses"]]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    read = re.findall(r"steps\.wirekit\.outputs\.([\w-]+)", json.dumps(steps))
    assert set(read) <= set(ACTION["outputs"])


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck")
@pytest.mark.parametrize("step", [step for step in STEPS if "run" in step], ids=lambda step: step["name"])
def test_no_script_has_a_fault_that_shellcheck_knows(step: dict[str, Any]) -> None:
    shell = "set -eo pipefail\n"
    names = "".join(f"{name}=''\n" for name in step.get("env", {}))
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "--exclude=SC2154", "-"],
        input=shell + names + step["run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


# What its steps do


@pytest.mark.netns
def test_a_right_submission_passes(tmp_path: Path) -> None:
    one = job(tmp_path, EXERCISE / "reference")
    one.run()
    assert one.code == 0
    assert one.outputs["grade"]["code"] == "0"
    assert one.outputs["grade"]["hidden"] == "no"
    assert one.commands == ["notice"]
    assert "basic-usage" in one.summary
    assert (one.result["status"], one.result["version"]) == ("pass", 1)
    assert sum(test["score"] for test in one.result["tests"]) == one.result["max_score"] > 0
    assert (Path(one.outputs["grade"]["place"]) / "run" / "server.pcap").exists()


@pytest.mark.netns
def test_a_wrong_submission_fails_with_annotations(tmp_path: Path) -> None:
    one = job(
        tmp_path, ROOT / "exercises" / "listen-accept" / "wrong" / "accepts-once", exercise="listen-accept"
    )
    one.run()
    assert one.code == 1
    assert one.commands == ["error", "notice"]
    assert "accept\\_order" in one.summary or "accept_order" in one.summary
    assert one.result["status"] == "fail"
    assert {test["name"]: test["score"] for test in one.result["tests"]}["accept_order"] == 0


HOSTILE = """\
import sys
for line in ("::error::pwned", "##[error]pwned", "::set-output name=result::pwned", "::stop-commands::pwned"):
    print(line, flush=True)
    print(line, file=sys.stderr, flush=True)
raise SystemExit("\\n::error::pwned\\n##[error]pwned")
"""


@pytest.mark.netns
def test_what_a_submission_prints_is_no_command(tmp_path: Path) -> None:
    """Beside it lie modules that a script of ours would import if it looked here, and an exercise of the right name."""
    one = job(tmp_path, EXERCISE / "reference")
    for name in ("server.py", "client.py"):
        if (one.workspace / name).exists():
            (one.workspace / name).write_text(HOSTILE, encoding="utf-8")
    for name in ("json.py", "socket.py", "venv.py", "pip.py", "kit.py", "ensurepip.py"):
        (one.workspace / name).write_text("raise SystemExit('::error::pwned')\n", encoding="utf-8")
    shutil.copytree(ROOT / "exercises" / "listen-accept", one.workspace / "exercises" / "basic-usage")
    one.run()
    assert one.code == 1
    assert set(one.commands) == {"error", "notice"}
    assert not re.search(r"^\s*::error::pwned|##\[|::stop-commands|::set-output", one.log, re.MULTILINE)
    assert one.result["status"] == "fail"
    assert json.loads((Path(one.outputs["grade"]["place"]) / "run" / "run.json").read_bytes())["exercise"][
        "name"
    ] == ("basic-usage")


@pytest.mark.netns
def test_an_input_is_never_a_command(tmp_path: Path) -> None:
    seed = '$(touch pwned); `touch pwned`"; touch pwned #'
    one = job(tmp_path, EXERCISE / "reference", seed=seed)
    one.run()
    assert one.code == 0
    assert list(one.place.rglob("pwned")) == []
    run = Path(one.outputs["grade"]["place"]) / "run" / "run.json"
    assert json.loads(run.read_bytes())["seed"] == seed


@pytest.mark.parametrize("exercise", ["no-such-exercise", "::error::pwned", "--help", "##[error]pwned"])
def test_what_cannot_be_graded_is_an_error_for_everybody(tmp_path: Path, exercise: str) -> None:
    one = job(tmp_path, EXERCISE / "reference", exercise=exercise)
    one.run()
    assert one.code == 2
    assert one.commands == []
    assert one.summary.startswith("**Not graded** (exit code 2).")
    assert one.result["status"] == "error"
    assert [test["name"] for test in one.result["tests"]] == ["wirekit"]
    assert one.outputs["grade"]["hidden"] == "unknown"

"""The archive for Gradescope, and its scripts as Gradescope runs them: `AUTOGRADER` stands for /autograder."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import kit
from kit.errors import MachineError, UsageError
from kit.exercise import handout, loader
from kit.exports import gradescope

EXERCISE = Path(kit.__file__).parent.parent / "exercises" / "listen-accept"
LIMIT_S = 120


def packed(folder: Path = EXERCISE, *, trust: bool = False) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(gradescope.archive(loader.load(folder), trust=trust)))


# The archive


def test_the_archive_has_the_scripts_this_kit_and_the_whole_exercise() -> None:
    names = packed().namelist()
    assert [name for name in names if "/" not in name] == [
        "requirements.txt",
        "run_autograder",
        "settings",
        "setup.sh",
    ]
    for name in ("exercise.yaml", "reference/server.py", "wrong/accepts-once/wrong.yaml"):
        assert f"exercises/listen-accept/{name}" in names
    for name in ("__main__.py", "report/assets/report.css", "exports/assets/gradescope/setup.sh"):
        assert f"wirekit/kit/{name}" in names
    assert not [name for name in names if "__pycache__" in name]


def test_the_same_exercise_is_the_same_archive_to_the_byte(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(EXERCISE, tmp_path / "listen-accept", copy_function=shutil.copyfile))
    of_the_copy = gradescope.archive(loader.load(copy), trust=False)
    assert of_the_copy == gradescope.archive(loader.load(EXERCISE), trust=False)


def test_a_handout_cannot_grade_for_a_teacher(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(handout.archive(loader.load(EXERCISE)))) as file:
        file.extractall(tmp_path)
    with pytest.raises(UsageError, match="listen-accept is a handout"):
        packed(tmp_path / "listen-accept")


def test_scripts_can_be_executed_and_nothing_else() -> None:
    modes = {entry.filename: entry.external_attr >> 16 for entry in packed().infolist()}
    assert [name for name, mode in modes.items() if mode & 0o111] == ["run_autograder", "setup.sh"]


def test_kits_dependencies_are_asked_of_pypi_without_those_of_its_tests() -> None:
    lines = packed().read("requirements.txt").decode().splitlines()
    assert "typer>=0.20" in lines
    assert not [line for line in lines if line.startswith(("pytest", "wirekit"))]


def test_a_kit_that_is_not_installed_does_not_know_what_to_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(_name: str) -> list[str]:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", requires)
    with pytest.raises(MachineError, match="not installed"):
        gradescope.requirements()


@pytest.mark.parametrize("name", ["it's; touch pwned", "$(touch pwned)", "a b", "-n"])
def test_an_exercises_name_is_never_a_command(tmp_path: Path, name: str) -> None:
    shutil.copytree(EXERCISE, tmp_path / name)
    settings = packed(tmp_path / name, trust=True).read("settings").decode()
    script = f'{settings}\nprintf "%s|%s" "$exercise" "$trust"'
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{name}|--trust"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck")
def test_the_scripts_have_no_faults_that_shellcheck_knows() -> None:
    scripts = [str(gradescope.ASSETS / name) for name in gradescope.SCRIPTS]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.stdout == ""


# The scripts


class Autograder:
    """A folder as Gradescope has it in /autograder. kit's dependencies are those of this environment."""

    def __init__(self, root: Path, *, trust: bool = False) -> None:
        self.root = root
        self.source = root / "source"
        packed(trust=trust).extractall(self.source)
        for name in gradescope.SCRIPTS:
            (self.source / name).chmod(0o755)  # zipfile leaves modes out, Gradescope's unzip does not
        (root / "submission").mkdir()
        (root / "submission_metadata.json").write_text(json.dumps({"users": [{"id": 77}]}), encoding="utf-8")

    def python(self, *lines: str) -> None:
        """Put a script where setup.sh makes the environment's Python; without lines it is this one's."""
        path = self.source / "venv" / "bin" / "python"
        path.parent.mkdir(parents=True)
        lines = lines or (f'echo "$@" >>"{self.root}/asked"', f'exec "{sys.executable}" "$@"')
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
        path.chmod(0o755)

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.source / script],
            env=os.environ | {"AUTOGRADER": str(self.root)} | environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def grade(self, submission: Path | None, **environment: str) -> dict[str, Any]:
        if submission is not None:
            shutil.copytree(submission, self.root / "submission", dirs_exist_ok=True)
        done = self.run("run_autograder", **environment)
        assert done.returncode == 0, done.stderr
        return self.results()

    def results(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_bytes())
        return value


@pytest.fixture
def autograder(tmp_path: Path) -> Autograder:
    return Autograder(tmp_path / "autograder")


def test_setup_installs_what_kit_needs_and_makes_its_environment(
    autograder: Autograder, tmp_path: Path
) -> None:
    """What it asks of apt is written down; of PyPI it asks nothing here."""
    (autograder.source / "requirements.txt").write_text("", encoding="utf-8")
    apt = tmp_path / "bin" / "apt-get"
    apt.parent.mkdir()
    apt.write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/apt"\n', encoding="utf-8")
    apt.chmod(0o755)
    done = autograder.run("setup.sh", PATH=f"{apt.parent}:{os.environ['PATH']}", PIP_NO_INDEX="1")
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "apt").read_text(encoding="utf-8")
    assert asked.startswith("-q update\n")
    assert {"tcpdump", "strace", "bubblewrap", "iproute2", "util-linux"} <= set(asked.split())
    assert {"gcc", "libc6-dev", "nodejs", "socat"} <= set(asked.split()), "of the exercise's languages"
    python = autograder.source / "venv" / "bin" / "python"
    version = [str(python), "-c", "import sys; print(sys.version_info >= (3, 11), sys.prefix)"]
    said = subprocess.run(version, capture_output=True, text=True, check=True).stdout
    assert said == f"True {autograder.source / 'venv'}\n"


@pytest.mark.netns
def test_the_reference_gets_all_points(autograder: Autograder) -> None:
    autograder.python()
    results = autograder.grade(EXERCISE / "reference")
    assert "score" not in results  # the sum of the tests is
    assert [test["status"] for test in results["tests"]] == ["passed"] * 9
    assert sum(test["score"] for test in results["tests"]) == 11
    assert sum(test["max_score"] for test in results["tests"]) == 11


@pytest.mark.netns
def test_a_wrong_solution_loses_the_points_of_the_check_that_it_fails(autograder: Autograder) -> None:
    autograder.python()
    results = autograder.grade(EXERCISE / "wrong" / "accepts-once")
    by_name = {test["name"]: test for test in results["tests"]}
    assert (by_name["accept_order"]["score"], by_name["handshake"]["score"]) == (0, 1)
    assert "client1" in by_name["accept_order"]["output"]


@pytest.mark.netns
def test_an_empty_folder_is_told_what_is_missing(autograder: Autograder) -> None:
    autograder.python()
    results = autograder.grade(None)
    assert "server.js or server.sh is missing; hand it in" in results["tests"][0]["output"]
    assert sum(test["score"] for test in results["tests"]) == 0


@pytest.mark.netns
def test_a_run_that_takes_too_long_is_no_verdict(autograder: Autograder, tmp_path: Path) -> None:
    autograder.python()
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "server.py").write_text("import signal\nsignal.pause()\n", encoding="utf-8")
    with (autograder.source / "settings").open("a", encoding="utf-8") as settings:
        settings.write("limit_s=4\n")
    results = autograder.grade(tmp_path / "slow")
    assert results["output"].startswith("Not graded: grading took more than 4 s.\n")
    assert "score" not in results


def test_a_machine_without_any_backend_says_what_is_lacking(autograder: Autograder, tmp_path: Path) -> None:
    autograder.python()
    few = tmp_path / "bin"
    few.mkdir()
    for name in ("bash", "sh", "cat", "mkdir", "mktemp", "mv", "rm", "timeout"):
        (few / name).symlink_to(shutil.which(name) or name)
    results = autograder.grade(EXERCISE / "reference", PATH=str(few), DOCKER_HOST=f"unix://{few}/no.sock")
    assert results["output"].startswith(
        "Not graded: kit could not grade here (exit code 3).\n"
        "This is no verdict on the submission: ask your teacher.\n"
    )
    assert "no backend can run here" in results["output"]
    assert "netns" in results["output"]
    assert results["tests"] == []


def test_without_a_working_python_there_is_still_a_result(autograder: Autograder) -> None:
    autograder.python("exit 1")
    results = autograder.grade(EXERCISE / "reference")
    assert results["output"].startswith("Not graded: kit could not grade here")
    assert results["tests"] == []


def test_a_kit_that_is_killed_is_told_of(autograder: Autograder) -> None:
    autograder.python('case "$*" in *"-m kit grade"*) kill -9 $$ ;; esac', f'exec "{sys.executable}" "$@"')
    results = autograder.grade(EXERCISE / "reference")
    assert results["output"].startswith("Not graded: grading was killed: ")


def test_what_is_killed_has_left_a_result(autograder: Autograder) -> None:
    autograder.python('kill -9 "$PPID"')
    assert autograder.run("run_autograder").returncode == -signal.SIGKILL
    assert autograder.results()["output"].startswith(
        "Not graded: the grading ended before it could say anything"
    )


@pytest.mark.parametrize(("trust", "asked"), [(False, False), (True, True)])
def test_kit_is_asked_as_the_instructor_wants_it(tmp_path: Path, *, trust: bool, asked: bool) -> None:
    """Ports and words are drawn from who handed in: each submission lies in a folder of the same name."""
    autograder = Autograder(tmp_path / "autograder", trust=trust)
    said = tmp_path / "said"
    autograder.python(
        f'case "$*" in *"-m kit grade"*) echo "$*" >>"{said}"; exit 3 ;; esac',
        f'exec "{sys.executable}" "$@"',
    )
    autograder.grade(EXERCISE / "reference")
    words = said.read_text(encoding="utf-8").split()
    assert words[words.index("--seed") + 1] == "listen-accept/77"
    assert words[words.index("--format") + 1] == "gradescope"
    assert ("--trust" in words) == asked

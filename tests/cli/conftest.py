"""Commands with scripted parts: what they load, run and ask is replaced, what they say and how they end is real."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from kit.backends.base import Promise, Requirement
from kit.classroom import local
from kit.cli import app, choices
from kit.errors import BackendError, UsageError
from kit.exercise import catalogue, loader
from kit.exercise.model import CheckSpec, Definition, Program, Step
from kit.exercise.references import Strict
from tests.classroom.scripted import ScriptedEngine
from tests.renderers.verdicts import HANDSHAKE, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.verdict import Verdict

THERE = Requirement("engine", present=True, detail="answers")
MISSING = Requirement("engine", present=False, detail="does not answer", remedy="sudo systemctl start docker")
NO_IMAGE = Requirement("host image", present=False, detail="is missing", remedy="kit image build")
WANTED = Requirement(
    "strace", present=False, detail="not found", remedy="apt-get install strace", needed=False
)


class Kit:
    """Runs a command line in this process."""

    def __call__(self, *arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, arguments, prog_name="kit", **options)


@dataclass
class ScriptedBackend:
    name: str
    needs: list[Requirement] = field(default_factory=lambda: [THERE])
    left_behind: list[str] = field(default_factory=list)
    further: list[Requirement] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)

    def requirements(self) -> list[Requirement]:
        return self.needs

    def promises(self) -> list[Promise]:
        return self.promised

    def options(self) -> list[Requirement]:
        return self.further

    def versions(self) -> dict[str, str]:
        return {"python": "3.11.2", "kernel": "6.1"}

    def warm(self) -> None:
        pass

    def clean(self) -> list[str]:
        if MISSING in self.needs:
            raise BackendError("nobody to ask")
        return self.left_behind


@dataclass(frozen=True)
class ScriptedExercise:
    name: str
    definition: Definition
    folder: Path = Path("exercises/listen-accept")


EXERCISE = ScriptedExercise(
    "listen-accept",
    Definition(
        title={"en": "first come, first served", "zh": "先来先得"},
        document="样例2",
        topics=("listen", "accept"),
        difficulty=2,
        hosts=("server",),
        programs={
            "server": Program(script="server.py", args=("8001",)),
            "tool": Program(run=("cat", "a file"), host="server"),
        },
        submit=("server.py",),
        timeline=(Step(action="snapshot", value=Strict()),),
        checks=(
            CheckSpec(
                check="queue", params=Strict(), name="queue", points=2, why={"en": "the kernel queues"}
            ),
            CheckSpec(
                check="order", params=Strict(), name="secret", points=3, hidden=True, why={"en": "secret"}
            ),
        ),
    ),
)


@dataclass
class Judged:
    """What `kit.judge` was asked, and what it answers: a verdict or an error for each submission."""

    answers: dict[str | None, Verdict | BaseException] = field(default_factory=dict)
    asked: list[tuple[str | None, str | None, str, Path]] = field(default_factory=list)

    def judge(
        self,
        _exercise: Any,
        submission: Any,
        seed: str | None,
        backend: Any,
        out: Path,
        progress: Callable[[str], None],
    ) -> Verdict:
        progress("step 1 of 1")
        self.asked.append((submission, seed, backend.name, out))
        return self._answer(submission)

    def regrade(self, run_dir: Path, _own: Any = None) -> Verdict:
        return self._answer(run_dir.name)

    def _answer(self, key: str | None) -> Verdict:
        answer = self.answers.get(key, verdict(HANDSHAKE, submission=key or "reference"))
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def kit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kit:
    monkeypatch.chdir(tmp_path)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    # What a command lets begin ends with its process, and this one goes on.
    monkeypatch.setattr(choices, "warm", lambda _name: None)
    return Kit()


@pytest.fixture
def backends(monkeypatch: pytest.MonkeyPatch) -> dict[str, ScriptedBackend]:
    """Give both backends, able to run."""
    made = {name: ScriptedBackend(name) for name in choices.AUTO}
    monkeypatch.setattr(choices, "named_backend", made.__getitem__)
    return made


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, backends: dict[str, ScriptedBackend]) -> Judged:
    """One exercise, any submission, and a judge who says what the test tells him to."""
    assert backends
    script = Judged()
    monkeypatch.setattr(choices, "exercise", lambda _name: EXERCISE)
    monkeypatch.setattr(choices, "own_checks", lambda _folder: {})
    _replace(monkeypatch, "kit.judge", judge=script.judge, regrade=script.regrade)
    _replace(monkeypatch, "kit.exercise.intake", read_submission=_read)
    return script


def _read(path: Path, _exercise: Any) -> str:
    if "missing" in path.name:
        raise UsageError(f"{path}: no such submission", remedy="give a folder")
    return path.name


def _replace(monkeypatch: pytest.MonkeyPatch, module: str, **attributes: Any) -> None:
    made = ModuleType(module)
    vars(made).update(attributes)
    monkeypatch.setitem(sys.modules, module, made)


@pytest.fixture
def engine(
    monkeypatch: pytest.MonkeyPatch, backends: dict[str, ScriptedBackend], tmp_path: Path
) -> ScriptedEngine:
    """Give what grades `alice`, `bob` and `cy`, who all handed in a server."""
    assert backends
    made = ScriptedEngine()
    exercise = loader.load(catalogue.find("listen-accept"))
    monkeypatch.setattr(choices, "exercise", lambda _name: exercise)
    monkeypatch.setattr(local, "Local", lambda _command: made)
    for student in ("alice", "bob", "cy"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "server.py").write_text("import socket\n")
    return made

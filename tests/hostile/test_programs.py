"""Every hostile program gets its verdict, in time, and harms nobody; without the defence it does its harm."""

from __future__ import annotations

import importlib
import json
import re
import socket
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends import _docker_owner as owners
from kit.backends import _netns_leftovers as leftovers
from kit.backends._docker_engine import connect_here
from kit.evidence import store
from kit.exercise import loader
from kit.exercise.intake import read_submission
from kit.judge import judge
from kit.renderers import Options, text
from tests.hostile import switches
from tests.hostile.cases import HARM, Case, all_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.exercise.loader import Exercise
    from kit.verdict import Verdict

GREETING = Path(__file__).parent / "greeting"
LIMITS = {"wall_s": 8, "step_s": 4}
GRACE_S = 2.0  # that a run may take beyond its limit, without hosts going up and down
CASES = all_cases()
BACKENDS = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("docker", "netns")]


def exercise(folder: Path, limits: dict[str, Any]) -> Exercise:
    """Give the greeting with these limits, in a folder of its own."""
    folder.mkdir()
    for path in GREETING.rglob("*.*"):
        there = folder / path.relative_to(GREETING)
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(path.read_bytes())
    written = (folder / "exercise.yaml").read_text()
    assert "limits: {" in written
    chosen = json.dumps({**LIMITS, **limits})
    (folder / "exercise.yaml").write_text(re.sub(r"limits: \{.*\}", f"limits: {chosen}", written))
    return loader.load(folder)


@pytest.fixture(scope="session")
def machine() -> Iterator[tuple[str, int]]:
    """Give an address of this machine's own and a port where it listens on every address."""
    with socket.create_server(("", 0)) as service, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("198.51.100.1", 9))  # sends nothing: the kernel chooses the address that it would use
        yield asking.getsockname()[0], service.getsockname()[1]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_TEST_SECRET", "kit-test-secret")


def grade(
    case: Case, backend: str, tmp_path: Path, limits: dict[str, Any], machine: tuple[str, int]
) -> Verdict:
    found = exercise(tmp_path / "greeting", limits)
    handed_in = tmp_path / "mallory"
    handed_in.mkdir()
    program = case.text.replace("@ADDRESS@", machine[0]).replace("@PORT@", str(machine[1]))
    for name, content in {"client.py": program, **case.beside}.items():
        (handed_in / name).write_text(content, encoding="utf-8")
    made = importlib.import_module(f"kit.backends.{backend}").backend()
    submission = read_submission(handed_in, found)
    return judge(found, submission, str(tmp_path), made, tmp_path / "run", lambda _: None)


@cache
def lacks(backend: str) -> dict[str, str]:
    made = importlib.import_module(f"kit.backends.{backend}").backend()
    return {promise.name: promise.lack for promise in made.promises()}


def why_unpromised(case: Case, backend: str) -> str:
    return lacks(backend).get(case.needs, "")


def said(tmp_path: Path) -> bytes:
    evidence = store.load(tmp_path / "run")
    return b"".join(evidence.output_of("client", stream) for stream in ("stdout", "stderr"))


def harmed(case: Case, tmp_path: Path) -> bool:
    return len(said(tmp_path)) > case.harm_bytes if case.harm_bytes else HARM in said(tmp_path)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_program_gets_its_verdict_and_does_no_harm(
    case: Case, backend: str, tmp_path: Path, machine: tuple[str, int]
) -> None:
    if lack := why_unpromised(case, backend):
        pytest.skip(f"not promised on this machine: {lack}")
    verdict = grade(case, backend, tmp_path, case.limits, machine)
    page = "".join(text.render([verdict], Options(width=100)))
    assert verdict.outcome == case.outcome, page
    failed = {finding.name for finding in verdict.findings if finding.outcome == "fail"}
    assert set(case.fails) <= failed, page
    words = " ".join([*verdict.notes, *(finding.answer.observed for finding in verdict.findings)])
    for part in case.says:
        assert part in words, page
    assert not harmed(case, tmp_path), page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|^::", page, re.MULTILINE), page
    facts = store.load_facts(tmp_path / "run")
    took_s = (facts["ended_ns"] - facts["began_ns"]) / 1e9
    assert took_s < {**LIMITS, **case.limits}["wall_s"] + GRACE_S
    assert left_by_this_process(backend, tmp_path) == []


UNDEFENDED = [
    pytest.param(case, backend, marks=getattr(pytest.mark, backend), id=f"{case.name}-{backend}")
    for case in CASES
    if case.undefended is not None
    for backend in case.undefended_on
]


@pytest.mark.parametrize(("case", "backend"), UNDEFENDED)
def test_without_the_defence_it_does_its_harm(
    case: Case, backend: str, tmp_path: Path, machine: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    off = dict(case.undefended or {})
    for name in off.pop("switches", ()):
        switches.SWITCHES[name](monkeypatch)
    verdict = grade(case, backend, tmp_path, {**case.limits, **off}, machine)
    assert harmed(case, tmp_path), (
        "".join(text.render([verdict], Options(width=100))) + said(tmp_path).decode(errors="replace")[-500:]
    )
    assert left_by_this_process(backend, tmp_path) == []


def left_by_this_process(backend: str, tmp_path: Path) -> list[str]:
    """Name what is left: processes with the run's own word in their arguments, containers, networks, folders."""
    word = store.load_facts(tmp_path / "run")["params"]["word"].encode()
    left = [
        f"process {path.parent.name}" for path in Path("/proc").glob("[0-9]*/cmdline") if word in _read(path)
    ]
    if backend == "netns":
        return left + [str(path) for path in Path(tempfile.gettempdir()).glob(f"*{leftovers.this_kit()}*")]
    with connect_here() as engine:
        mine = {"label": f"{owners.OWNER_LABEL}={owners.this_process()}"}
        left += [row["Id"] for row in engine.client.containers(all=True, filters=mine)]
        return left + [row["Name"] for row in engine.client.networks(filters=mine)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

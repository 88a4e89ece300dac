"""Programs in other languages on real backends: what builds, whose fault it is where one does not, and what it leaves."""

from __future__ import annotations

import importlib
import json
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kit import builds
from kit.backends import _docker_owner as owners
from kit.backends import _netns_leftovers as leftovers
from kit.backends import _netns_machine as machine
from kit.backends._docker_engine import connect_here
from kit.backends.fake import FakeBackend
from kit.errors import BackendError, MachineError
from kit.evidence import store
from kit.exercise import languages, loader
from kit.exercise.intake import read_submission
from kit.exercise.planner import make_plan
from kit.judge import judge, regrade
from kit.renderers import Options, text
from tests.exercise.packing import fill
from tests.exercises.catalogue import EXERCISES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.loader import Exercise
    from kit.exercise.plan import Build, Plan
    from kit.verdict import Verdict

pytestmark = pytest.mark.languages("c")
RIGHT = (EXERCISES / "listen-accept" / "right" / "c" / "server.c").read_bytes()
LIMITS = {"wall_s": 10, "cpu_s": 3, "memory_bytes": 200_000_000, "disk_bytes": 50_000_000}
MARK = "@MARK@"  # stands for a word that no other test has in its commands
HERE = (
    ["go"] if shutil.which("go") else []
)  # half a gigabyte of tools: tested where they are, and asked of nobody
BACKENDS = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("docker", "netns")]
each_backend = pytest.mark.parametrize("backend", BACKENDS)


def exercise(tmp_path: Path, limits: Mapping[str, int] = LIMITS) -> Exercise:
    """Give `listen-accept` with a build that is soon at its limits."""
    folder = tmp_path / "listen-accept"
    shutil.copytree(EXERCISES / "listen-accept" / "reference", folder / "reference")
    written = (EXERCISES / "listen-accept" / "exercise.yaml").read_text()
    (folder / "exercise.yaml").write_text(f"{written}build: {json.dumps(limits)}\n")
    return loader.load(folder)


def grade(tmp_path: Path, backend: str, files: Mapping[str, bytes]) -> Verdict:
    handed_in = tmp_path / "mallory"
    handed_in.mkdir()
    mark = f"kit-test-{secrets.token_hex(8)}"
    fill(handed_in, {name: data.replace(MARK.encode(), mark.encode()) for name, data in files.items()})
    found = exercise(tmp_path)
    made = importlib.import_module(f"kit.backends.{backend}").backend()
    verdict = judge(found, read_submission(handed_in, found), None, made, tmp_path / "run", lambda _: None)
    assert regrade(tmp_path / "run") == verdict
    assert left(backend, mark) == []
    return verdict


def left(backend: str, mark: str) -> list[str]:
    """Name what is left of a build that marks what it starts."""
    found = [str(path) for path in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(path)]
    if backend == "netns":
        return found + [str(path) for path in Path(tempfile.gettempdir()).glob(f"*{leftovers.this_kit()}*")]
    with connect_here() as engine:
        mine = {"label": f"{owners.OWNER_LABEL}={owners.this_process()}"}
        found += [row["Id"] for row in engine.client.containers(all=True, filters=mine)]
        return found + [row["Name"] for row in engine.client.networks(filters=mine)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def page(verdict: Verdict) -> str:
    return "".join(text.render([verdict], Options(width=100)))


def makefile(*lines: str) -> bytes:
    return "\n".join(["server:", *(f"\t{line}" for line in lines), ""]).encode()


FAULTS: dict[str, tuple[dict[str, bytes], str]] = {
    "an error": ({"server.c": b"int main(void) {\n  return x;\n}\n"}, "server.c:2:10: error: 'x' undeclared"),
    "an error in a header": (
        {"server.c": b'#include "w.h"\nint main(void) { return 0; }\n', "w.h": b"\nint x = y;\n"},
        "w.h:2:9: error:",
    ),
    "a function that is nowhere": (
        {"server.c": b"int f(void);\nint main(void) { return f(); }\n"},
        "undefined reference to `f'",
    ),
    "an endless file": ({"server.c": b'#include "/dev/zero"\n'}, "server.c cannot be built: "),
    "a macro bomb": (
        {
            "server.c": b"#define A0 x x\n"
            + b"".join(b"#define A%d A%d A%d\n" % (n + 1, n, n) for n in range(40))
            + b"A40\n"
        },
        "server.c",
    ),
    "a huge table": ({"server.c": b"char a[1 << 30] = {1};\nint main(void) { return a[0]; }\n"}, "server.c"),
    "a Makefile that forks for ever": (
        {
            "server.c": RIGHT,
            "Makefile": makefile("$(MAKE) server & $(MAKE) server & wait", f": {MARK}"),
        },
        "server.c cannot be built: ",
    ),
    "a Makefile without an end": (
        {"server.c": RIGHT, "Makefile": makefile(f"exec sleep 1000 # {MARK}")},
        "server.c cannot be built: it was not done within 10 s",
    ),
    "a Makefile that asks the network": (
        {
            "server.c": RIGHT,
            "Makefile": makefile(
                "python3 -c 'import socket; socket.create_connection((\"198.51.100.1\", 80), 3)'"
            ),
        },
        "Error 1",
    ),
    "a link in the program's place": (
        {"server.c": RIGHT, "Makefile": makefile("ln -s /etc/passwd server")},
        "the build made no file 'server'",
    ),
    "a program that is too big": (
        {"server.c": RIGHT, "Makefile": makefile("truncate -s 49M server; chmod +x server")},
        "the build made no file 'server'",
    ),
    "output without an end": (
        {"server.c": RIGHT, "Makefile": makefile(f"while :; do echo {MARK}; done")},
        "limit hit: output_bytes",
    ),
}


@each_backend
@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_build_is_the_students_fault_and_leaves_nothing(
    name: str, backend: str, tmp_path: Path
) -> None:
    files, said = FAULTS[name]
    verdict = grade(tmp_path, backend, files)
    first, *others = verdict.findings
    assert (verdict.outcome, verdict.score) == ("fail", 0), page(verdict)
    assert (first.name, first.outcome) == ("submission", "fail")
    plain = first.answer.observed.replace("\u2018", "'").replace("\u2019", "'")
    assert said in plain or any(said in cite.text for cite in first.answer.cites), page(verdict)
    assert {finding.outcome for finding in others} == {"skipped"}
    facts = store.load_facts(tmp_path / "run" / "build" / "server.c")
    assert (tmp_path / "run" / "build" / "server.c" / "second").exists() == ("not done within" in said)
    assert (facts["ended_ns"] - facts["began_ns"]) / 1e9 < LIMITS["wall_s"] + 5


@each_backend
def test_a_build_that_leaves_a_daemon_gives_its_program_and_nothing_else(
    backend: str, tmp_path: Path
) -> None:
    daemon = f"setsid sh -c 'exec sleep 1000 # {MARK}' &"
    lines = (daemon, "cc -o server server.c wire.c")
    files = {
        "server.c": RIGHT + b"extern int wire;\n",
        "wire.c": b"int wire;\n",
        "Makefile": makefile(*lines),
    }
    verdict = grade(tmp_path, backend, files)
    assert verdict.outcome == "pass", page(verdict)
    facts = store.load_facts(tmp_path / "run")
    built = facts["builds"]["server"]
    assert [path.name for path in (tmp_path / "run" / "build").iterdir()] == ["server.c"]
    assert (built["folder"], built["fault"], set(built["made"])) == ("build/server.c", None, {"server"})
    assert facts["programs"]["server"]["command"][:3] == ["stdbuf", "-oL", "./server"]


def test_a_program_is_built_once_however_often_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def attempt(_builder: builds.Builder, _plan: Plan, build: Build, place: str) -> builds.Built:
        tried.append(build.source)
        return builds.Built({"server": b"made"}, place)

    monkeypatch.setattr(builds.Builder, "_try", attempt)
    found = exercise(tmp_path)
    submission = read_submission(EXERCISES / "listen-accept" / "right" / "c", found)
    builder = builds.Builder(FakeBackend(), tmp_path / "run", lambda _: None)
    for seed in ("one", "one", "two"):
        built = builder.build(make_plan(found, submission, seed))
        assert built == {"server": builds.Built({"server": b"made"}, "build/server.c")}
    assert tried == ["server.c"]


@pytest.mark.netns
def test_a_compiler_that_builds_nothing_costs_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the C library's headers are missing."""
    broken = languages.C.smallest + b'#include "a header that is not installed.h"\n'
    monkeypatch.setitem(languages.ALL, "c", languages.Language(**_fields(languages.C) | {"smallest": broken}))
    with pytest.raises(MachineError, match="cannot build even the smallest program in c") as raised:
        grade(tmp_path, "netns", {"server.c": b"#include <not-here.h>\n"})
    assert "libc6-dev" in (raised.value.remedy or "")


def _fields(language: languages.Language) -> dict[str, Any]:
    return {name: getattr(language, name) for name in language.__slots__}


@pytest.mark.netns
def test_a_language_that_is_not_here_is_the_machines_trouble_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = machine.which
    monkeypatch.setattr(machine, "which", lambda name: None if name == "gcc" else real(name))
    with pytest.raises(BackendError, match="no `gcc` on this machine; c needs it") as raised:
        grade(tmp_path, "netns", {"server.c": RIGHT})
    assert raised.value.remedy == "sudo apt-get install gcc make libc6-dev"
    (row,) = (row for row in machine.requirements() if row.name == "c")
    assert (row.present, row.needed, row.detail) == (False, False, "no gcc")


GATED = [
    pytest.param(name, backend, marks=[getattr(pytest.mark, backend), pytest.mark.languages(name)])
    for backend, names in (("docker", ["c", "javascript"]), ("netns", ["c", "javascript", *HERE]))
    for name in names
]


@pytest.mark.parametrize(("language", "backend"), GATED)
def test_a_gate_opens_for_an_event_loop_as_for_a_blocking_call(
    language: str, backend: str, tmp_path: Path
) -> None:
    found = exercise(tmp_path, limits={})
    path = found.folder / "exercise.yaml"
    gate = '- wait: {listening: server, port: "${port}"}'
    assert gate in path.read_text()
    path.write_text(path.read_text().replace(gate, "- wait: {blocked: server, call: accept}"))
    found = loader.load(found.folder)
    submission = read_submission(EXERCISES / "listen-accept" / "right" / language, found)
    made = importlib.import_module(f"kit.backends.{backend}").backend()
    verdict = judge(found, submission, None, made, tmp_path / "run", lambda _: None)
    assert verdict.outcome == "pass", page(verdict)


@pytest.mark.netns
def test_an_exercises_own_program_may_be_in_another_language(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    fill_in = (EXERCISES / "listen-accept" / "exercise.yaml").read_text().replace("server.py", "server.c")
    shutil.copytree(EXERCISES / "listen-accept" / "reference", folder / "reference")
    (folder / "reference" / "server.c").write_bytes(RIGHT)
    (folder / "exercise.yaml").write_text(fill_in)
    made = importlib.import_module("kit.backends.netns").backend()
    verdict = judge(loader.load(folder), None, None, made, tmp_path / "run", lambda _: None)
    assert verdict.outcome == "pass", page(verdict)
    (folder / "reference" / "server.c").write_bytes(b"no C\n")
    with pytest.raises(MachineError, match=r"its own program server was not built: server\.c:1:1: error:"):
        judge(loader.load(folder), None, None, made, tmp_path / "again", lambda _: None)


def test_builds_differ_by_all_that_decides_them(tmp_path: Path) -> None:
    found = exercise(tmp_path)
    submissions = [
        read_submission(EXERCISES / "listen-accept" / place, found)
        for place in ("right/c", "wrong/newest-first-in-c", "right/javascript")
    ]
    planned = [make_plan(found, one, None).programs["server"].build for one in submissions]
    assert len({builds.digest_of(build) for build in planned if build is not None}) == 3

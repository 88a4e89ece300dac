"""The imports of kit run one way. The rules are DESIGN's, as a table; every import of every file is held to them."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(kit.__file__).parent

# What everybody may import: the values that go from stage to stage, the exceptions, and the version.
VALUES = (
    "kit",
    "kit.errors",
    "kit.verdict",
    "kit.evidence.model",
    "kit.exercise.model",
    "kit.exercise.plan",
    "kit.exercise.references",
    "kit.exercise.languages",
)
# What kit sends into a host speaks with what stays outside: both sides read the same frames, cells and fields.
WIRE = ("kit.tap.wire", "kit.tap.cells", "kit.tap.fields")

# What a batch is made of: not who does the jobs, which may be elsewhere.
CLASSROOM = tuple(
    f"kit.classroom.{name}"
    for name in ("doing", "engine", "job", "journal", "people", "places", "pool", "similarity", "unpacking")
)

# A module or package -> the modules and packages that it may import beside what is its own. The longest
# key counts; `kit` stands for the package's own file, not for all that is in it.
MAY_IMPORT: Mapping[str, Sequence[str]] = {
    "kit": (),
    "kit.__main__": ("kit.cli",),
    "kit.errors": (),
    "kit.interrupts": (),
    "kit.whole": ("kit.errors",),
    "kit.verdict": (),
    "kit.tap": (),
    "kit.packets": (),
    "kit.evidence.strace_text": ("kit.packets",),
    "kit.evidence.model": ("kit.evidence.strace_text", "kit.packets"),
    "kit.evidence": (*VALUES, "kit.packets", "kit.whole"),
    "kit.exercise.references": (),
    "kit.exercise.languages": (),
    "kit.exercise.plan": (),
    "kit.exercise.link_spec": ("kit.exercise.references",),
    "kit.exercise.model": ("kit.exercise.references", "kit.exercise.link_spec", "kit.verdict"),
    "kit.exercise": (*VALUES, *WIRE, "kit.checks"),  # the loader knows the vocabulary of checks
    "kit.exercise.compiler": ("kit.tap.cells",),  # a process of its own, whose start counts
    "kit.author": (*VALUES, "kit.checks", "kit.packets"),  # what an author's own checks are written with
    # a trace asks what woke a call; a filter compares as a host does that has it
    "kit.checks": (*VALUES, "kit.packets", "kit.ladder", "kit.tap.fields"),
    "kit.ladder": (*VALUES, "kit.packets"),
    "kit.compare": (*VALUES, "kit.packets"),
    "kit.grade": (*VALUES, "kit.checks", "kit.compare"),
    "kit.roles": VALUES,
    # Sentences, and what was measured of them; the plot is drawn with the report's shapes.
    "kit.claims": (*VALUES, "kit.exercise", "kit.renderers", "kit.report", "kit.state", "kit.verdict_rows"),
    "kit.state": ("kit.errors", "kit.whole"),
    "kit.learning": (*VALUES, "kit.renderers", "kit.state"),  # a learner sees of a verdict what a reader may
    "kit.renderers": (*VALUES, "kit.ladder", "kit.compare"),
    "kit.report": (*VALUES, "kit.packets", "kit.ladder", "kit.renderers", "kit.compare"),
    "kit.exports": (*VALUES, "kit.exercise"),
    "kit.image": (*VALUES, "kit.backends", "kit._debian_base", "kit.whole"),
    "kit._debian_base": ("kit.errors",),
    "kit.backends": (*VALUES, *WIRE, "kit.image", "kit.interrupts"),
    "kit.lab": (*VALUES, *WIRE, "kit.backends", "kit.evidence", "kit.packets", "kit.interrupts"),
    "kit.compilers": (*VALUES, "kit.exercise.faults"),
    "kit.builds": (*VALUES, "kit.compilers", "kit.lab", "kit.backends.base", "kit.evidence"),
    # Where the parts of the story meet: load, plan, run, grade.
    "kit.judge": (
        *VALUES,
        "kit.checks",
        "kit.exercise",
        "kit.builds",
        "kit.compilers",
        "kit.lab",
        "kit.backends.base",
        "kit.evidence",
        "kit.grade",
        "kit.roles",
        "kit.compare",
        "kit.verdict_rows",
        "kit.whole",
    ),
    # Who handed what in, what came of it, and the gradebook that goes back; of a run it knows what is told of it.
    "kit.classroom": (*VALUES, "kit.exercise", "kit.packets", "kit.verdict_rows", "kit.whole"),
    "kit.classroom.batch": (*VALUES, *CLASSROOM, "kit.exercise"),
    "kit.classroom.pool": ("kit.classroom.engine", "kit.interrupts"),
    "kit.classroom.local": (
        *VALUES,
        "kit.classroom.engine",
        "kit.classroom.job",
        "kit.tap.wire",
    ),  # an engine knows jobs, not the story
    # Many times the story, in processes of their own.
    "kit.classroom.worker": (
        *VALUES,
        "kit.classroom.job",
        "kit.classroom.similarity",
        "kit.tap.wire",
        "kit.exercise",
        "kit.judge",
        "kit.backends.base",
        "kit.evidence",
        "kit.verdict_rows",
        "kit.whole",
    ),
    # What an exercise owes: rules about files and verdicts, and the runs that they ask for.
    "kit.lint": (*VALUES, "kit.exercise", "kit.tap.cells"),
    "kit.lint.need": (*VALUES, "kit.evidence"),
    "kit.lint.runner": (
        *VALUES,
        *(f"kit.classroom.{name}" for name in ("batch", "doing", "engine", "job", "pool")),
        "kit.exercise",
        "kit.judge",
        "kit.lint",
    ),
    "kit.verdict_rows": ("kit.verdict", "kit.compare"),
    # The other front door: it means by a name what the command line means, and holds its lease.
    "kit.pytest_plugin": (
        *VALUES,
        "kit.cli.choices",
        "kit.cli.lease",
        "kit.exercise",
        "kit.interrupts",
        "kit.judge",
        "kit.renderers",
        "kit.backends.base",
    ),
    "kit.cli": ("kit", *(f"kit.{path.stem}" for path in ROOT.iterdir() if not path.name.startswith("_"))),
}

# Evidence and verdicts are the same wherever and whenever they are computed.
PURE = (
    "kit.author",
    "kit.packets",
    "kit.evidence.model",
    "kit.checks",
    "kit.ladder",
    "kit.compare",
    "kit.compilers",
    "kit.grade",
    "kit.roles",
    "kit.renderers",
    "kit.report",
    "kit.verdict_rows",
    "kit.classroom.gradebooks",
    "kit.classroom.matching",
    "kit.classroom.people",
    "kit.classroom.roll",
    "kit.classroom.sheet",
    "kit.classroom.similarity",
    "kit.classroom.statistics",
    "kit.classroom.words",
    "kit.claims.model",
    "kit.claims.plot",
    "kit.claims.queue",
    "kit.claims.settled",
    "kit.learning.course",
    "kit.learning.hints",
    "kit.lint.complaint",
    "kit.lint.files",
    "kit.lint.report",
    "kit.lint.statements",
    "kit.lint.verdicts",
    "kit.lint.wrongs",
)
NOT_PURE = {
    "asyncio",
    "docker",
    "multiprocessing",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
}
# Rows are the journal's business; whoever else wants one asks it.
MAY_SPEAK_WITH_SQLITE = ("kit.classroom.journal",)
# Foreign exceptions end at the seam: one package speaks with the engine.
MAY_SPEAK_WITH_THE_ENGINE = ("kit.backends", "kit.image")
# In a host there is only Python, and a process that may crash has no more: nothing that pip installs.
STANDARD_LIBRARY_ONLY = ("kit.tap", "kit.exercise.compiler")
MAY_PRINT = ("kit.cli",)
# Folders beside kit that are not installed with it.
OUTSIDE = ("bench", "tests")


def within(name: str, packages: Sequence[str]) -> bool:
    """Say whether the name is one of the packages or inside one; `kit` has nothing inside here."""
    return any(
        name == package or (package != "kit" and name.startswith(f"{package}.")) for package in packages
    )


def modules(root: Path) -> dict[str, Path]:
    """Give the full name of every module below the folder of `kit`."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = ("kit", *path.relative_to(root).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_names(tree: ast.AST, package: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give line and full name of all that is imported: `from a import b` is `a.b`, relative names are resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            origin = [*base, *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*origin, alias.name])) for alias in node.names)


def shorter(name: str) -> Iterator[str]:
    """Give the name, then the name without its last part, and so on."""
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(len(parts), 0, -1))


def rule_of(module: str) -> str | None:
    return next((name for name in shorter(module) if name in MAY_IMPORT and within(module, (name,))), None)


def why_not(module: str, imported: str) -> str | None:
    """Say what is wrong with the import, `imported` being a module of kit or of somebody else; None: nothing."""
    top = imported.partition(".")[0]
    if top == "kit":
        rule = rule_of(module)
        if rule is None:
            return "is in no rule of MAY_IMPORT"
        fine = within(imported, (rule,)) or within(imported, MAY_IMPORT[rule])
        return (
            None if fine else f"may import only itself and {', '.join(MAY_IMPORT[rule]) or 'nothing'} of kit"
        )
    if top in OUTSIDE:
        return "is used and measured by them, and works without"
    if within(module, STANDARD_LIBRARY_ONLY) and top not in sys.stdlib_module_names:
        return "runs where only the standard library is"
    if within(module, PURE) and top in NOT_PURE:
        return "is pure"
    if top == "docker" and not within(module, MAY_SPEAK_WITH_THE_ENGINE):
        return "leaves the engine to kit.backends"
    if top == "sqlite3" and not within(module, MAY_SPEAK_WITH_SQLITE):
        return "leaves the journal's file to kit.classroom.journal"
    return None


def violations(root: Path) -> list[str]:
    """Hold every import and every print below `root` to the rules."""
    found = []
    known = modules(root)
    for module, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        parts = module.split(".")
        package = parts if path.name == "__init__.py" else parts[:-1]
        for line, name in imported_names(tree, package):
            imported = next((part for part in shorter(name) if part in known), name)
            if reason := why_not(module, imported):
                found.append(
                    f"{path.relative_to(root.parent)}:{line}: imports {imported}, but {module} {reason}"
                )
        if not within(module, MAY_PRINT):
            found += [
                f"{path.relative_to(root.parent)}:{node.lineno}: prints, but only {', '.join(MAY_PRINT)} may"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            ]
    return found


def test_every_import_of_kit_follows_the_rules() -> None:
    assert violations(ROOT) == []


def test_every_rule_is_about_something_that_the_design_names() -> None:
    """A key of a package that was renamed would hold nothing to anything."""
    assert set(MAY_IMPORT) - set(modules(ROOT)) <= NOT_YET


NOT_YET: set[str] = set()  # in the design, not in the code


PLANTED = [
    ("checks/bad.py", "from kit.backends import base", "imports kit.backends.base"),
    ("checks/bad.py", "import kit.lab.run", "imports kit.lab.run"),
    ("checks/bad.py", "def late():\n    from ..backends.base import Lab", "imports kit.backends.base"),
    ("checks/bad.py", "import socket", "imports socket, but kit.checks.bad is pure"),
    ("backends/bad.py", "from kit.checks import load", "imports kit.checks"),
    ("backends/bad.py", "from kit import checks", "imports kit.checks"),
    ("renderers/bad.py", "from kit.lab.run import run", "imports kit.lab.run"),
    ("lab/bad.py", "import docker", "leaves the engine"),
    ("tap/bad.py", "from kit.errors import KitError", "imports kit.errors"),
    ("tap/bad.py", "import pydantic", "only the standard library"),
    ("packets/bad.py", "from kit.evidence.model import Call", "imports kit.evidence.model"),
    ("evidence/model.py", "from kit.exercise.plan import Plan", "imports kit.exercise.plan"),
    ("lab/bad.py", "print('here')", "prints"),
    ("checks/bad.py", "from bench.figures import spread", "imports bench.figures.spread"),
    ("stray.py", "from kit.errors import KitError", "is in no rule"),
    ("classroom/roll.py", "import time", "imports time, but kit.classroom.roll is pure"),
    ("classroom/bad.py", "import sqlite3", "leaves the journal's file"),
    ("classroom/local.py", "from kit.judge import judge", "imports kit.judge"),
    ("classroom/batch.py", "from kit.classroom import worker", "imports kit.classroom.worker"),
]


@pytest.mark.parametrize(("file", "text", "said"), PLANTED)
def test_a_planted_wrong_import_is_found(tmp_path: Path, file: str, text: str, said: str) -> None:
    root = tmp_path / "kit"
    for own in (
        "errors.py",
        "checks/__init__.py",
        "backends/base.py",
        "lab/run.py",
        "evidence/model.py",
        "exercise/plan.py",
    ):
        (root / own).parent.mkdir(parents=True, exist_ok=True)
        (root / own).touch()
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    (found,) = violations(root)
    assert found.startswith(f"kit/{file}:")
    assert said in found


def test_the_same_imports_are_fine_where_they_belong(tmp_path: Path) -> None:
    right = {
        "errors.py": "",
        "checks/good.py": "from kit.errors import KitError\nfrom kit.packets.model import Packet",
        "packets/model.py": "import struct",
        "backends/base.py": "from kit.tap.wire import frame\nimport docker",
        "tap/wire.py": "import json",
        "cli/good.py": "from kit.backends import base\nprint(base)",
    }
    for file, text in right.items():
        path = tmp_path / "kit" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert violations(tmp_path / "kit") == []

"""The exercises of the catalogue: what their files owe a learner, and that every verdict on them is right.

Each claim about files is a rule of `kit lint` (tests/lint breaks each of them); here it is asked of each exercise. Each
exercise's runs on a backend are one `kit lint`: the reference with the statement's values and with drawn ones, the starter,
other right solutions, wrong ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.lint.folder import read
from kit.lint.report import of_files
from tests.exercises.catalogue import EXERCISES, NAMES, definition
from tests.exercises.linted import OF_BACKEND, linted, shared_folder

if TYPE_CHECKING:
    from tests.exercises.linted import Linted

each_exercise = pytest.mark.parametrize("name", NAMES)
each_backend = pytest.mark.parametrize(
    "backend",
    [pytest.param("netns", marks=pytest.mark.netns), pytest.param("docker", marks=pytest.mark.docker)],
)


def test_the_documents_exercises_are_there() -> None:
    assert {"basic-usage", "listen-accept", "listen-accept-steps", "send-recv", "tcp-vs-udp"} <= set(NAMES)


def test_a_concurrent_server_may_use_threads_selectors_or_asyncio() -> None:
    exercise = EXERCISES / "concurrent-server"
    assert "threading" in (exercise / "reference" / "server.py").read_text(encoding="utf-8")
    assert {"selectors", "asyncio"} <= {folder.name for folder in (exercise / "right").iterdir()}


@each_exercise
def test_the_files_owe_nothing(name: str) -> None:
    assert [str(complaint) for complaint in of_files(read(EXERCISES / name)).complaints] == []


@each_backend
@each_exercise
def test_right_solutions_pass_starters_fail_and_wrong_ones_fail_on_what_they_name_and_on_nothing_else(
    name: str, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = linted(shared_folder(tmp_path_factory), name, backend)
    assert surprises(name, backend, found) == []
    assert found.code == 0, found.said


def surprises(name: str, backend: str, found: Linted) -> list[str]:
    """Say what is not as it must be: from the outcomes of each run, and by what lint itself makes of them."""
    runs = {run["label"]: run for run in found.report["runs"]}
    wanted = ["defaults", "repeat-1", "starter"]
    if "--quick" not in OF_BACKEND[backend]:
        wanted += sorted(f"wrong-{folder.name}" for folder in (EXERCISES / name / "wrong").iterdir())
    wanted = [
        label for label in wanted if f" {label} is not run: " not in found.said
    ]  # for want of a language
    said = [f"{label} was not run" for label in wanted if label not in runs]
    for label, run in runs.items():
        by_outcome = {
            outcome: {check for check, each in run["outcomes"].items() if each == outcome}
            for outcome in ("pass", "fail", "skipped", "inconclusive")
        }
        said += [
            f"{label}: {check} is open"
            for check in sorted(by_outcome["inconclusive"])
            if run["kind"] != "starter"
        ]
        match run["kind"]:
            case "defaults" | "repeat" | "right":
                said += [
                    f"{label}: {check} does not pass" for check in run["outcomes"].keys() - by_outcome["pass"]
                ]
                checks = {check.name for check in definition(name).checks}
                said += [f"{label}: {check} was not asked" for check in checks - run["outcomes"].keys()]
            case "starter":
                said += [] if by_outcome["fail"] else [f"{label} does not fail"]
            case "wrong":
                named = set(run["must_fail"])
                said += [f"{label}: {check} fails, unnamed" for check in sorted(by_outcome["fail"] - named)]
                said += [f"{label}: {check} does not fail" for check in sorted(named - by_outcome["fail"])]
    texts: list[str] = [one["text"] for one in found.report["complaints"] if one["weight"] == "error"]
    failed = {check for run in runs.values() if run["kind"] == "wrong" for check in run["must_fail"]}
    said += [
        f"{check.name} is failed by none" for check in definition(name).checks if check.name not in failed
    ]
    return [*said, *texts, *found.report["trouble"]]

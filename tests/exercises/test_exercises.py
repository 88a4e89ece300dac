"""The exercises of the catalogue: what their files owe a learner, and that every verdict on them is right.

Each claim about files is a rule of `kit lint` (tests/lint breaks each of them); here it is asked of each exercise. Each
exercise's runs on a backend are one `kit lint`: the reference with the statement's values and with drawn ones, the starter,
every wrong solution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.lint.folder import read
from kit.lint.report import of_files
from tests.exercises.catalogue import EXERCISES, NAMES, definition
from tests.exercises.linted import linted, shared_folder

if TYPE_CHECKING:
    from tests.exercises.linted import Linted

each_exercise = pytest.mark.parametrize("name", NAMES)
each_backend = pytest.mark.parametrize(
    "backend",
    [pytest.param("netns", marks=pytest.mark.netns), pytest.param("docker", marks=pytest.mark.docker)],
)


def test_the_documents_exercises_are_there() -> None:
    assert {"basic-usage", "listen-accept", "listen-accept-steps", "send-recv", "tcp-vs-udp"} <= set(NAMES)


@each_exercise
def test_the_files_owe_nothing(name: str) -> None:
    assert [str(complaint) for complaint in of_files(read(EXERCISES / name)).complaints] == []


@each_backend
@each_exercise
def test_the_reference_passes_the_starter_fails_and_every_wrong_solution_fails_on_what_it_names_and_on_nothing_else(
    name: str, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = linted(shared_folder(tmp_path_factory), name, backend)
    assert surprises(name, found) == []
    assert found.code == 0, found.said


def surprises(name: str, found: Linted) -> list[str]:
    """Say what is not as it must be: from the outcomes of each run, and by what lint itself makes of them."""
    runs = {run["label"]: run for run in found.report["runs"]}
    wrongs = sorted(folder.name for folder in (EXERCISES / name / "wrong").iterdir())
    wanted = ["defaults", "repeat-1", "starter", *(f"wrong-{label}" for label in wrongs)]
    said = [f"{label} was not run" for label in wanted if label not in runs]
    for label in runs.keys() & {"defaults", "repeat-1"}:
        said += [
            f"{label}: {check} {outcome}"
            for check, outcome in runs[label]["outcomes"].items()
            if outcome != "pass"
        ]
        said += (
            []
            if len(runs[label]["outcomes"]) >= len(definition(name).checks)
            else [f"{label}: checks are missing"]
        )
    for label in runs.keys() & {"starter"}:
        said += [] if "fail" in runs[label]["outcomes"].values() else ["the starter does not fail"]
    for label, run in runs.items():
        if run["kind"] == "wrong":
            failed = {check for check, outcome in run["outcomes"].items() if outcome == "fail"}
            open_ = {
                check
                for check, outcome in run["outcomes"].items()
                if outcome not in ("pass", "fail", "skipped")
            }
            said += [f"{label}: {check} is open" for check in sorted(open_)]
            said += [f"{label}: {check} fails, unnamed" for check in sorted(failed - set(run["must_fail"]))]
            said += [f"{label}: {check} does not fail" for check in sorted(set(run["must_fail"]) - failed)]
    texts: list[str] = [one["text"] for one in found.report["complaints"] if one["weight"] == "error"]
    return [*said, *texts, *found.report["trouble"]]

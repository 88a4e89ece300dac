from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kit.backends.base import Promise, netem
from kit.errors import BackendError
from tests.cli.conftest import MISSING, NO_IMAGE, THERE, WANTED

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Kit, ScriptedBackend


def test_doctor_shows_what_is_there_what_is_missing_and_what_mends_it(
    kit: Kit, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].needs = [MISSING]
    backends["netns"].needs = [THERE, WANTED]
    result = kit("doctor")
    assert result.stdout == (
        "docker: cannot run\n"
        "  ✗ engine: does not answer\n"
        "      sudo systemctl start docker\n"
        "\n"
        "netns: can run\n"
        "  ✓ engine: answers\n"
        "  – strace: not found\n"
        "      apt-get install strace\n"
        "  ✓ programs that nobody trusts: every promise of SECURITY.md is kept\n"
        "\n"
        "--backend auto takes netns\n"
    )
    assert result.exit_code == 0


def test_doctor_shows_what_few_exercises_need_of_a_backend_that_can_run(
    kit: Kit, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].needs = [MISSING]
    backends["docker"].further = backends["netns"].further = [
        netem("Error: Specified qdisc kind is unknown.")
    ]
    told = kit("doctor").stdout
    row = (
        "  – netem: Error: Specified qdisc kind is unknown; rules `netem` of a link need it\n"
        "      sudo modprobe sch_netem\n"
    )
    assert (told.count(row), told.endswith("--backend auto takes netns\n")) == (1, True)


def test_doctor_exits_3_where_nothing_can_run(kit: Kit, backends: dict[str, ScriptedBackend]) -> None:
    for backend in backends.values():
        backend.needs = [MISSING]
    result = kit("doctor")
    assert result.exit_code == 3
    assert result.stdout.endswith("no backend can run: mend the lines marked ✗ of one\n")


def test_doctor_speaks_json(kit: Kit, backends: dict[str, ScriptedBackend]) -> None:
    backends["docker"].needs = [MISSING]
    value = json.loads(kit("doctor", "--format", "json").stdout)
    assert value["auto"] == "netns"
    assert value["backends"]["docker"] == {
        "can_run": False,
        "requirements": [
            {
                "name": "engine",
                "present": False,
                "detail": "does not answer",
                "remedy": "sudo systemctl start docker",
                "needed": True,
            }
        ],
        "promises": [],
    }


def test_doctor_names_the_promises_that_are_not_kept(kit: Kit, backends: dict[str, ScriptedBackend]) -> None:
    backends["netns"].promised = [
        Promise("filtered calls"),
        Promise("memory", "no cgroup", "run kit as root"),
    ]
    told = kit("doctor").stdout
    assert (
        "`kit grade` asks for --trust here\n      not kept: memory: no cgroup\n      run kit as root\n"
        in told
    )
    assert "filtered calls" not in told
    value = json.loads(kit("doctor", "--format", "json").stdout)
    assert value["backends"]["netns"]["promises"][1] == {
        "name": "memory",
        "lack": "no cgroup",
        "remedy": "run kit as root",
    }


def test_clean_names_what_it_removed(kit: Kit, backends: dict[str, ScriptedBackend]) -> None:
    backends["netns"].left_behind = ["namespace of process 7"]
    result = kit("clean")
    assert result.stdout == "removed netns: namespace of process 7\n"
    assert result.exit_code == 0


def test_clean_says_so_where_there_is_nothing(kit: Kit, backends: dict[str, ScriptedBackend]) -> None:
    assert backends
    assert kit("clean").stdout == "nothing to remove\n"


def test_clean_is_content_without_a_backend_that_is_not_there(
    kit: Kit, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].needs = [MISSING]
    backends["netns"].left_behind = ["namespace of process 7"]
    result = kit("clean")
    assert result.stdout == "removed netns: namespace of process 7\n"
    assert result.stderr == "kit: docker is not here, so it was not cleaned: engine: does not answer\n"
    assert result.exit_code == 0


def test_doctor_counts_on_an_image_that_a_run_builds_by_itself(
    kit: Kit, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].needs = [THERE, NO_IMAGE]
    text = kit("doctor").stdout
    assert text.startswith(
        "docker: can run\n  ✓ engine: answers\n  – host image: is missing\n      kit image build\n"
    )
    assert text.endswith("--backend auto takes docker\n")


def test_clean_goes_on_after_trouble_and_tells_it(
    kit: Kit, backends: dict[str, ScriptedBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> list[str]:
        raise BackendError("the engine was lost")

    monkeypatch.setattr(backends["docker"], "clean", lost)
    backends["netns"].left_behind = ["namespace of process 7"]
    result = kit("clean")
    assert result.stdout == "removed netns: namespace of process 7\n"
    assert result.stderr == "kit: the engine was lost\n"
    assert result.exit_code == 3


def test_image_commands_tell_what_they_did(kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "image.tar"
    done: list[object] = []
    monkeypatch.setattr("kit.image.ensure", lambda _report, languages: done.append(languages))
    monkeypatch.setattr("kit.image.save", lambda path, _report, languages: done.append((path, languages)))
    monkeypatch.setattr("kit.image.load", lambda path, _report: done.append(path))
    assert kit("image", "build").stdout == "the host image is ready\n"
    assert kit("image", "save", str(file)).stdout == f"saved to {file}\n"
    file.touch()
    assert kit("image", "load", str(file)).stdout == f"loaded from {file}\n"
    assert kit("image", "build", "--with", "shell, c").stdout == "the host image is ready\n"
    assert kit("image", "save", str(file), "--with", "c").exit_code == 0
    assert done == [[], (file, []), file, ["shell", "c"], (file, ["c"])]
    result = kit("image", "build", "--with", "c,jawascript")
    assert result.exit_code == 2
    assert result.stderr.startswith("kit: unknown language 'jawascript'; did you mean 'javascript'?\n")


def test_image_load_of_no_file(kit: Kit, tmp_path: Path) -> None:
    result = kit("image", "load", str(tmp_path / "none.tar"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"kit: {tmp_path / 'none.tar'}: no such file\n  ")


def test_image_save_to_a_folder(kit: Kit, tmp_path: Path) -> None:
    result = kit("image", "save", str(tmp_path))
    assert result.exit_code == 2
    assert f"name a file: kit image save {tmp_path}" in result.stderr

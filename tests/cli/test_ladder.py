from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.stored import store_run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Kit


@pytest.fixture
def run_dir(tmp_path: Path) -> str:
    return str(store_run(tmp_path / "run"))


def test_a_stored_run_is_shown_on_stdout_as_wide_as_the_terminal(kit: Kit, run_dir: str) -> None:
    result = kit("ladder", run_dir)
    assert result.exit_code == 0
    assert 'sendto("hello", server:9000)' in result.stdout
    assert 'UDP (5) "hello"' in result.stdout
    assert max(map(len, result.stdout.splitlines())) == 100
    assert result.stderr == ""


def test_the_language_is_the_one_asked_for(kit: Kit, run_dir: str) -> None:
    assert "启动 client1" in kit("ladder", run_dir, "--lang", "zh").stdout


def test_what_is_shown_can_be_chosen(kit: Kit, run_dir: str) -> None:
    assert "68 65 6c 6c 6f" in kit("ladder", run_dir, "--payload", "hex").stdout
    assert "hello" not in kit("ladder", run_dir, "--payload", "none").stdout
    assert "UDP (5)" not in kit("ladder", run_dir, "--from", "0.011").stdout
    assert "prints" not in kit("ladder", run_dir, "--to", "0.011").stdout
    assert "sendto" not in kit("ladder", run_dir, "--host", "server").stdout
    assert "prints" not in kit("ladder", run_dir, "--conversation", "1").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "sever"), "unknown host 'sever'; did you mean 'server'?"),
        (("--conversation", "2"), "there is no conversation 2 in this run\n  give a number from 1 to 1"),
        (("--payload", "base64"), "bytes are shown as none, text or hex"),
        (("--lang", "fr"), "unknown language 'fr'"),
    ],
)
def test_what_cannot_be_chosen_is_an_error_with_a_remedy(
    kit: Kit, run_dir: str, arguments: tuple[str, ...], said: str
) -> None:
    result = kit("ladder", run_dir, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_folder_that_is_no_run_is_named(kit: Kit, tmp_path: Path) -> None:
    result = kit("ladder", str(tmp_path))
    assert result.exit_code != 0
    assert "is no run directory" in result.stderr

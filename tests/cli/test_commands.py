"""The table of commands against what it names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kit.cli.commands import COMMANDS, Commands

WIDTH = 80 - 4 - max(map(len, COMMANDS))  # of a terminal, without what stands before a help


@pytest.mark.parametrize("name", COMMANDS)
def test_each_name_leads_to_a_command_that_says_what_it_does(name: str) -> None:
    command = Commands()[name]
    assert command.name == name
    assert command.help
    assert command.hidden == (not COMMANDS[name].help)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_line_fits_a_terminal(name: str) -> None:
    assert len(COMMANDS[name].help) <= WIDTH


def test_the_help_of_all_imports_none_of_them() -> None:
    look = "import sys, kit.cli\ntry: kit.cli.app(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert all(f"  {name} " in said.stdout for name, place in COMMANDS.items() if place.help)
    imported = set(said.stderr.split())
    assert not {f"kit.cli.{place.module}" for place in COMMANDS.values()} & imported
    assert not {"pydantic", "docker", "rich", "yaml", "asyncio"} & imported

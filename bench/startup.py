"""Part `startup`: `kit --help` beside a typer program that does nothing, and what is imported for it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import head, importtime, running
from bench.figures import ratio, spread
from bench.tables import Target, number, table, targets

if TYPE_CHECKING:
    from collections.abc import Callable

EMPTY = "import typer\n\napp = typer.Typer()\n\n\n@app.command()\ndef main() -> None: ...\n\n\napp()\n"
BOUND = 1.5  # times an empty program
MODULES = 40
IMPORTS = "importtime.txt"


def measure(runs: int, folder: Path, tell: Callable[[str], None]) -> str:
    """Measure twice as often as asked, as it is short; write what is imported into the folder; give the part."""
    where = head.circumstances(f"{2 * runs} runs each, by turns.")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        empty = Path(name) / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")
        commands = {
            "kit --help": (*running.KIT, "--help"),
            "empty typer --help": (sys.executable, str(empty), "--help"),
            "python -c pass": (sys.executable, "-c", "pass"),
        }
        took: dict[str, list[float]] = {each: [] for each in commands}
        for turn in range(2 * runs + 1):
            tell(f"start-up: run {turn} of {2 * runs}")
            for each, command in commands.items():
                ran = running.run(command)
                if turn > 0:
                    took[each].append(ran.took_s)
    (folder / IMPORTS).write_text(imports(), encoding="utf-8")
    return part(took, where)


def imports() -> str:
    command = [sys.executable, "-X", "importtime", running.KIT[0], "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return importtime.longest(importtime.read(said), MODULES)


def part(took: dict[str, list[float]], where: str) -> str:
    spreads = {name: spread(values) for name, values in took.items()}
    rows = [
        (name, *(number(1000 * value) for value in (one.middle, one.least, one.most)))
        for name, one in spreads.items()
    ]
    met = ratio(spreads["kit --help"].middle, spreads["empty typer --help"].middle)
    return (
        f"## Start-up\n\nThe same Python, the same environment. The longest imports: [{IMPORTS}]({IMPORTS}).\n\n{where}\n"
        + table(("command", "median ms", "least", "most"), rows)
        + "\n"
        + targets([Target("`kit --help` ÷ empty typer", BOUND, met, " ×")])
    )

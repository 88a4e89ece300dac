"""A script is cut at its `# %%` lines and stays an ordinary script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from kit.tap import cells
from kit.tap.cells import split_cells


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("print(1)\n", []),
        ("", []),
        ("# %% one\na = 1\n# %%\nb = 2\n", [(1, "# %% one\na = 1\n"), (3, "# %%\nb = 2\n")]),
        ("# about\n\n#%% one\na = 1\n", [(3, "#%% one\na = 1\n")]),
        ("import socket\n# %%\na = 1\n", [(1, "import socket\n"), (2, "# %%\na = 1\n")]),
        (
            "# %%\nif True:\n    # %% no mark\n    a = 1\n",
            [(1, "# %%\nif True:\n    # %% no mark\n    a = 1\n")],
        ),
    ],
)
def test_cells_begin_at_marks(source: str, parts: list[tuple[int, str]]) -> None:
    assert split_cells(source) == parts


class Celled:
    """The cell runner as a child process, as the runner starts it."""

    def __init__(self, folder: Path, source: str) -> None:
        (folder / "script.py").write_text(source, encoding="utf-8")
        control_read, self.control = os.pipe()
        report, report_write = os.pipe()
        text = Path(cells.__file__).read_text(encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, str(control_read), str(report_write), "script.py", "argument"],
            cwd=folder,
            pass_fds=[control_read, report_write],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(control_read)
        os.close(report_write)
        self.report: IO[str] = os.fdopen(report, encoding="utf-8")

    def next(self) -> list[str]:
        os.write(self.control, b".")
        return [self.report.readline().strip() for _ in ("began", "ended")]

    def end(self) -> tuple[int, str, str]:
        os.close(self.control)
        out, err = self.process.communicate(timeout=20)
        self.report.close()
        return self.process.returncode, out, err


def test_cells_share_one_namespace_and_run_when_told(tmp_path: Path) -> None:
    script = "import sys\n# %%\na = sys.argv[1]\n# %%\nprint(a, __name__, __file__)\n"
    celled = Celled(tmp_path, script)
    assert [celled.next(), celled.next(), celled.next()] == [
        ["began 1", "ended 1"],
        ["began 2", "ended 2"],
        ["began 3", "ended 3"],
    ]
    assert celled.end() == (0, "argument __main__ script.py\n", "")


def test_a_cell_that_raises_ends_the_script_with_the_files_own_line(tmp_path: Path) -> None:
    celled = Celled(tmp_path, "# %%\na = 1\n# %%\n\nraise ValueError('no')\n")
    celled.next()
    assert celled.next() == ["began 2", ""]
    code, _, err = celled.end()
    assert code == 1
    assert 'File "script.py", line 5' in err
    assert err.endswith("ValueError: no\n")


def test_a_timeline_that_stops_half_way_ends_the_script_quietly(tmp_path: Path) -> None:
    celled = Celled(tmp_path, "# %%\na = 1\n# %%\nprint(a)\n")
    celled.next()
    assert celled.end() == (0, "", "")

from __future__ import annotations

from bench.importtime import Imported, longest, read

SAID = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |   _io
import time:      2000 |       2100 | site
Usage: kit [OPTIONS]
import time:       700 |       2800 | typer
"""


def test_lines_of_imports_are_read_and_others_are_not() -> None:
    assert read(SAID) == [
        Imported("_io", 100, 100, 1),
        Imported("site", 2000, 2100, 0),
        Imported("typer", 700, 2800, 0),
    ]


def test_the_longest_come_first_by_their_own_and_by_all_below() -> None:
    head, own, below = longest(read(SAID), 2).split("\n\n")
    assert head.startswith("3 modules, 2.8 ms")
    assert own.splitlines()[1:] == ["     2.0  site", "     0.7  typer"]
    assert below.splitlines()[1:] == ["     2.8  typer", "     2.1  site"]

"""Runs a Python script cell by cell, inside the sandbox: `python -u -c SOURCE CONTROL REPORT SCRIPT ARG...`.

A line that begins with `# %%` begins a cell, as in editors and notebooks. All cells share one namespace,
that of `__main__`. A byte on the CONTROL pipe runs the next cell; the REPORT pipe says what became of it.
Line numbers in tracebacks are those of the file. Standard library only; also read by `kit.exercise`.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"^#\s?%%")


def split_cells(source: str) -> list[tuple[int, str]]:
    """Cut a script at its marks: (line number of the cell's first line, its text).

    Text before the first mark is a cell of its own only if it has code. No mark: no cells.
    """
    cells: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        if _MARK.match(line):
            cells.append((number, []))
        cells[-1][1].append(line)
    if len(cells) == 1:
        return []
    if not any(line.strip() and not line.lstrip().startswith("#") for line in cells[0][1]):
        del cells[0]
    return [(number, "".join(lines)) for number, lines in cells]


def main() -> None:
    """Run the cells of the script as they are asked for; end with the script's own fate."""
    import os  # noqa: PLC0415  # a learner's os.py beside the script must not be ours: see sys.path below
    import sys  # noqa: PLC0415

    control, report = int(sys.argv[1]), int(sys.argv[2])
    script = sys.argv[3]
    sys.argv = sys.argv[3:]
    sys.path[0] = os.path.dirname(os.path.abspath(script))  # as Python does for a script
    for fd in (control, report):
        os.set_inheritable(fd, False)  # noqa: FBT003  # the standard library's signature
    with open(script, encoding="utf-8-sig") as file:  # pathlib would slow each start
        cells = split_cells(file.read())
    namespace = sys.modules["__main__"].__dict__
    for name in ("main", "split_cells", "re", "annotations", "_MARK"):
        namespace.pop(name, None)
    namespace["__file__"] = script
    for count, (first_line, text) in enumerate(cells, 1):
        if not os.read(control, 1):
            return
        os.write(report, b"began %d\n" % count)
        exec(compile("\n" * (first_line - 1) + text, script, "exec"), namespace)  # noqa: S102
        os.write(report, b"ended %d\n" % count)


if __name__ == "__main__":
    main()

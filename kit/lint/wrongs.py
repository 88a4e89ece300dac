"""Rules about wrong/: enough solutions, whole ones, and no check that none of them fails."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kit.exercise.catalogue import WRONG_FILE
from kit.exercise.languages import PYTHON
from kit.exercise.submission import Asked
from kit.lint.files import lacking
from kit.tap.cells import split_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.lint.complaint import Said
    from kit.lint.folder import Written

FEWEST = 5


def wrongs_are_enough(written: Written) -> Iterator[Said]:
    if len(written.wrongs) < FEWEST:
        yield (
            written.at("wrong"),
            (
                f"there are {len(written.wrongs)} wrong solutions, and at least {FEWEST} are wanted; "
                f"add what students get wrong: wrong/LABEL/ with the files and a {WRONG_FILE}"
            ),
        )


def every_check_is_failed_by_some_wrong(written: Written) -> Iterator[Said]:
    """A check that nothing can fail asks nothing."""
    failed = {name for solution in written.wrongs.values() for name in solution.said.fails}
    for name in written.findings:
        if name not in failed:
            yield (
                written.at_finding(name),
                f"no wrong solution fails {name}, so nothing shows that it can fail; add one, or leave the check out",
            )


def wrong_is_complete(written: Written) -> Iterator[Said]:
    asked = _asked(written)
    for label, solution in written.wrongs.items():
        for name in asked.files:
            if solution.files.keys().isdisjoint(asked.ways(name)):
                yield (
                    written.at(f"wrong/{label}/{WRONG_FILE}"),
                    f"wrong/{label}/{name} is missing; a solution is what a student hands in",
                )
        for name in sorted(solution.files.keys() - asked.names):
            if name.endswith(PYTHON.suffix) or not asked.takes(name):
                yield written.at(f"wrong/{label}/{name}"), f"{name} is not handed in; take it out"


def _asked(written: Written) -> Asked:
    return Asked(written.exercise.definition.submit, written.exercise.definition.languages)


def wrong_says_what_is_wrong(written: Written) -> Iterator[Said]:
    for label, solution in written.wrongs.items():
        for language in lacking(solution.said.says):
            yield (
                written.at(f"wrong/{label}/{WRONG_FILE}"),
                f"`says` has nothing in {language}; write the misconception in a sentence",
            )


def wrong_differs_from_the_reference(written: Written) -> Iterator[Said]:
    """In what it does: comments make no solution wrong."""
    reference = written.exercise.reference
    for label, solution in written.wrongs.items():
        names = [name for name in written.exercise.definition.submit if name in solution.files]
        same = names and all(
            _meaning(name, solution.files[name]) == _meaning(name, reference[name]) for name in names
        )
        if same or any(dict(solution.files) == dict(right) for right in written.rights.values()):
            yield (
                written.at(f"wrong/{label}/{WRONG_FILE}"),
                f"wrong/{label} does what the reference does; make it wrong",
            )


def _meaning(name: str, data: bytes) -> object:
    """Give what a script does, whatever its comments: the syntax tree of each cell, or of the whole."""
    if not name.endswith(".py"):
        return data
    try:
        source = data.decode("utf-8-sig")
        return [ast.dump(ast.parse(cell)) for _line, cell in split_cells(source) or [(1, source)]]
    except (SyntaxError, ValueError):
        return data


RULES = (
    wrongs_are_enough,
    every_check_is_failed_by_some_wrong,
    wrong_is_complete,
    wrong_says_what_is_wrong,
    wrong_differs_from_the_reference,
)

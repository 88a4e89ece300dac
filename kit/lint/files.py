"""Rules about exercise.yaml and starter/, beyond what the loader asks for."""

from __future__ import annotations

import ast
import graphlib
from typing import TYPE_CHECKING

from kit.exercise import catalogue
from kit.exercise.faults import did_you_mean
from kit.exercise.languages import ways
from kit.exercise.loader import FILE, OWN_CHECKS
from kit.exercise.model import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.exercise.model import Text
    from kit.lint.complaint import Said
    from kit.lint.folder import Written

LONGEST_FILE_LINES = 67  # read at a glance; texts in two languages are most of it
PROVES = "# Proves:"
TODO = "TODO"


def opens_with_what_it_proves(written: Written) -> Iterator[Said]:
    """Its first comment says it in a sentence: whoever opens the file knows what it is about."""
    head = [line for line in written.source.splitlines() if line.strip()]
    comments = head[: next((number for number, line in enumerate(head) if line[0] != "#"), len(head))]
    if not any(line.startswith(PROVES) and line.removeprefix(PROVES).strip() for line in comments):
        yield written.at(FILE), f"the file does not open with what it proves; begin it with '{PROVES} ...'"


def texts_are_in_both_languages(written: Written) -> Iterator[Said]:
    definition = written.exercise.definition
    for language in lacking(definition.title):
        yield written.at_key("title"), f"`title` says nothing in {language}; write it"
    for number, check in enumerate(definition.checks):
        for key, text in (("why", check.why), ("hint", check.hint)):
            for language in lacking(text) if text else ():
                yield (
                    written.at_item("checks", number),
                    f"`{key}` of {check.name} says nothing in {language}; write it",
                )


def lacking(text: Text) -> list[str]:
    """Give the languages in which nothing is said."""
    return [language for language in LANGUAGES if not text.get(language, "").strip()]


def every_check_says_why(written: Written) -> Iterator[Said]:
    for number, check in enumerate(written.exercise.definition.checks):
        if not check.why:
            yield (
                written.at_item("checks", number),
                f"{check.name} does not say why; add `why: {{en: ..., zh: ...}}`: it is what a learner reads who fails",
            )


def prerequisites_are_exercises(written: Written) -> Iterator[Said]:
    for name in written.exercise.definition.prerequisites:
        if name not in written.prerequisites:
            there = sorted(catalogue.beside(written.exercise))
            yield (
                written.at_key("prerequisites"),
                f"there is no exercise {name!r} beside this one or in the catalogue{did_you_mean(name, there)}",
            )


def prerequisites_make_no_circle(written: Written) -> Iterator[Said]:
    try:
        graphlib.TopologicalSorter(written.prerequisites).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1][::-1]
        yield (
            written.at_key("prerequisites"),
            f"nobody can begin: {' asks for '.join(circle)}; take one of these out",
        )


def starter_has_what_is_handed_in(written: Written) -> Iterator[Said]:
    for folder, starter in _starters(written):
        language = folder.partition("-")[2]
        submit = [
            ways(name, [language] if language else [])[-1] for name in written.exercise.definition.submit
        ]
        for name in submit:
            if name not in starter:
                yield (
                    written.at_key("submit"),
                    f"{folder}/{name} is missing; write what a learner begins with, with {TODO} lines",
                )
        for name in starter:
            if name not in submit:
                yield (
                    written.at(f"{folder}/{name}"),
                    f"{name} is not handed in; take it out of {folder}/, or add it to `submit`",
                )


def starter_leaves_something_to_do(written: Written) -> Iterator[Said]:
    for folder, starter in _starters(written):
        for name, data in starter.items():
            text = data.decode("utf-8", "replace")
            if TODO not in text:
                yield (
                    written.at(f"{folder}/{name}"),
                    f"nothing is left to do; say at a {TODO} what a learner has to write there",
                )
            if name.endswith(".py"):
                try:
                    ast.parse(text)
                except (SyntaxError, ValueError) as error:
                    line = getattr(error, "lineno", None) or 1
                    yield (
                        written.at(f"{folder}/{name}", line),
                        f"this is not Python: {error}; a starter runs as it is",
                    )


def _starters(written: Written) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """Give the folders that a learner may begin with."""
    yield "starter", written.starter
    yield from written.starters.items()


def own_checks_are_asked(written: Written) -> Iterator[Said]:
    asked = {check.check for check in written.exercise.definition.checks}
    for name, check in written.exercise.own.items():
        if name not in asked:
            yield (
                written.at(OWN_CHECKS, check.line),
                f"no entry of `checks` asks {name}; ask it, or begin its name with _ if it only helps others",
            )


RULES = (
    opens_with_what_it_proves,
    texts_are_in_both_languages,
    every_check_says_why,
    own_checks_are_asked,
    prerequisites_are_exercises,
    prerequisites_make_no_circle,
    starter_has_what_is_handed_in,
    starter_leaves_something_to_do,
)


def file_is_short(written: Written) -> Iterator[Said]:
    lines = len(written.source.splitlines())
    if lines > LONGEST_FILE_LINES:
        yield (
            written.at(FILE, LONGEST_FILE_LINES + 1),
            f"the file has {lines} lines, and more than {LONGEST_FILE_LINES} are not read at a glance; ask less, or make two exercises",
        )


WARNINGS = (file_is_short,)

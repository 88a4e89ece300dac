"""Rules about statement.en.md and statement.zh.md: what a learner is told, in the same order in both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.exercise.languages import language_of
from kit.exercise.model import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.exercise.model import Language
    from kit.lint.complaint import Place, Said
    from kit.lint.folder import Written

TASK, USAGE, EXAMPLE, CHECKED = range(4)
HEADINGS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Task", "Usage", "Example", "What is checked"),
    "zh": ("任务", "用法", "示例", "检查什么"),
}
_NAMES = re.compile(r"[-*] +(`[^`]+`(?:(?:, |、| and |和)`[^`]+`)*)")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading; `line` is the heading's."""

    heading: str
    line: int
    lines: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(line.strip() for line in self.lines)


def sections(text: str) -> list[Section]:
    """Part a statement at its `## ` lines; the first part, with the title, has no heading."""
    found: list[tuple[str, int, list[str]]] = [("", 1, [])]
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            found.append((line.removeprefix("## ").strip(), number, []))
        else:
            found[-1][2].append(line)
    return [Section(heading, line, tuple(lines)) for heading, line, lines in found]


def statement_is_there(written: Written) -> Iterator[Said]:
    for language in LANGUAGES:
        if language not in written.statements:
            yield _at(written, language), "the file is missing; write it: it is what learners read"


def statement_opens_with_a_title_and_what_it_is_about(written: Written) -> Iterator[Said]:
    for language, text in written.statements.items():
        first, *rest = sections(text)[0].lines or ("",)
        if not first.startswith("# ") or not any(line.strip() for line in rest):
            yield (
                _at(written, language),
                "expected '# ' with the title first, then a paragraph that says what happens in the network",
            )


def statement_has_the_four_headings(written: Written) -> Iterator[Said]:
    for language, text in written.statements.items():
        found = sections(text)[1:]
        wanted = HEADINGS[language]
        there = [section.heading for section in found]
        for heading in wanted:
            if there.count(heading) != 1:
                said = "is missing" if heading not in there else "stands there twice"
                yield _at(written, language), f"the heading '## {heading}' {said}; {_the_four(language)}"
        for section in found:
            if section.heading not in wanted:
                yield (
                    _at(written, language, section.line),
                    f"unknown heading '## {section.heading}'; {_the_four(language)}",
                )
            elif section.is_empty:
                yield (
                    _at(written, language, section.line),
                    f"nothing stands below '## {section.heading}'; write it",
                )
        if sorted(there) == sorted(wanted) and there != list(wanted):
            yield (
                _at(written, language, found[0].line),
                f"the headings are in another order; {_the_four(language)}",
            )


def _the_four(language: Language) -> str:
    return f"a statement has {', '.join(HEADINGS[language])}, in this order"


def usage_says_how_each_script_is_called(written: Written) -> Iterator[Said]:
    for language, section in _named(written, USAGE):
        for name, program in written.exercise.definition.programs.items():
            if program.script is None:
                continue
            start = " ".join(language_of(program.script).typed(program.script))
            call = re.compile(rf"    {re.escape(start)}((?: .*)?)")
            calls = [found for line in section.lines if (found := call.fullmatch(line.rstrip()))]
            place = _at(written, language, section.line)
            if not calls:
                yield (
                    place,
                    f"no line says how {program.script} is called; write '    {start} ...'",
                )
            elif not any(_fits(found[1].split(), len(program.args)) for found in calls):
                yield (
                    place,
                    f"{program.script} is said to take other arguments than {name} gives it, which are {len(program.args)}",
                )


def _fits(said: list[str], given: int) -> bool:
    """Whether so many arguments may be given; `MESSAGE...` stands for any number."""
    return len(said) == given or (said[-1:] != [] and said[-1].endswith("...") and given >= len(said) - 1)


def example_shows_what_the_default_values_print(written: Written) -> Iterator[Said]:
    for language, section in _named(written, EXAMPLE):
        shown = {line.rstrip() for line in section.lines}
        for check in written.exercise.definition.checks:
            lines = (
                () if check.hidden or check.check != "output" else getattr(check.params, "lines", None) or ()
            )
            for line in lines:
                if f"    {line}".rstrip() not in shown:
                    yield (
                        _at(written, language, section.line),
                        (
                            f"the example lacks the line {line!r}, which {check.name} asks for with the default values; "
                            "show what the reference prints, after four spaces"
                        ),
                    )


def checks_are_named_to_learners(written: Written) -> Iterator[Said]:
    """Each that is not hidden, in backticks."""
    hidden = {check.name for check in written.exercise.definition.checks if check.hidden}
    for language, section in _named(written, CHECKED):
        said = "\n".join(section.lines)
        place = _at(written, language, section.line)
        for name in written.findings:
            if (f"`{name}`" in said) == (name in hidden):
                remedy = "it is hidden: take it out" if name in hidden else "say in a line what it asks for"
                verb = "names" if name in hidden else "does not name"
                yield place, f"'## {section.heading}' {verb} `{name}`; {remedy}"


def what_learners_are_told_is_checked(written: Written) -> Iterator[Said]:
    """A list's entry begins with the names of the checks that it is about."""
    for language, section in _named(written, CHECKED):
        for number, line in enumerate(section.lines, section.line + 1):
            if entry := _NAMES.match(line):
                for name in re.findall(r"`([^`]+)`", entry[1]):
                    if name not in written.findings:
                        yield (
                            _at(written, language, number),
                            f"there is no check `{name}`; mend the name, or the list",
                        )


def _named(written: Written, number: int) -> Iterator[tuple[Language, Section]]:
    """Give this section of each statement that has it."""
    for language, text in written.statements.items():
        found = (one for one in sections(text) if one.heading == HEADINGS[language][number])
        section = next(found, None)
        if section is not None and not section.is_empty:
            yield language, section


def _at(written: Written, language: Language, line: int = 1) -> Place:
    return written.at(f"statement.{language}.md", line)


RULES = (
    statement_is_there,
    statement_opens_with_a_title_and_what_it_is_about,
    statement_has_the_four_headings,
    usage_says_how_each_script_is_called,
    example_shows_what_the_default_values_print,
    checks_are_named_to_learners,
    what_learners_are_told_is_checked,
)

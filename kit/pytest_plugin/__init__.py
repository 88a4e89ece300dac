"""pytest as a grader: `pytest exercises/ --submission=DIR` runs each exercise.yaml, and each of its checks is a test.

This file is loaded by every pytest of an environment that has kit, so it is only options: without `--submission`
nothing else of kit is imported, and nothing happens.

    collecting.py  files, items, and what is reported of each
    grading.py     one run of one exercise

Every option is called `--kit-NAME`, and `--NAME` too where nobody else has an option of that name: a plugin's or
a conftest's `--backend` stays theirs, whoever of us was first. That is why the short names are not options that pytest
knows, but are written in full before it reads them. Write `--submission=DIR` in one word: pytest looks for its own
configuration at each word that it does not know yet, and that would be the student's folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "submission": {
        "metavar": "DIR",
        "help": "Grade what is here (a folder or an archive; of a folder with a folder for each exercise, that one) "
        "by each exercise.yaml that is collected.",
    },
    "backend": {
        "metavar": "auto|docker|netns",
        "default": "auto",
        "help": "What carries the hosts.",
    },
    "seed": {
        "metavar": "TEXT",
        "help": "Draw ports and words from this; without it, from the submission's name.",
    },
    "trust": {
        "action": "store_true",
        "help": "Grade also where this machine cannot keep all promises of SECURITY.md.",
    },
    "lang": {"metavar": "en|zh", "help": "The language; without it, the locale's."},
    "for": {
        "metavar": "student|teacher",
        "help": "Who reads the report: a student, if nothing is said, who is not told what hidden checks found, nor "
        "their names.",
    },
    "out": {"metavar": "DIR", "help": "Where the evidence goes; without it, pytest's temporary folder."},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(
        "kit", "kit: grade a submission (each is --NAME, too, where no other option has it)"
    )
    for name, attributes in OPTIONS.items():
        group.addoption(f"--kit-{name}", dest=f"kit_{name}", **attributes)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Write the short names in full: before conftests are looked for, which is where the words that are no option's
    value point, and once more when each of them had its say.
    """
    typed = list(args)
    if not any(word.startswith(("--submission", "--kit-submission")) for word in typed):
        return (yield)
    args[:] = _in_full(typed, parser)
    early_config.known_args_namespace.file_or_dir = parser.parse_known_args(args).file_or_dir
    result = yield
    args[:] = _in_full(typed, parser)
    return result


def _in_full(words: list[str], parser: pytest.Parser) -> list[str]:
    """Write `--NAME` as `--kit-NAME` where nobody else has an option of this name."""
    ours = {f"--{name}": f"--kit-{name}" for name in OPTIONS if not _is_known(f"--{name}", parser)}
    split = [word.partition("=") for word in words]
    return [ours.get(name, name) + equals + value for name, equals, value in split]


def _is_known(option: str, parser: pytest.Parser) -> bool:
    try:
        return option not in parser.parse_known_and_unknown_args([option, "x"])[1]
    except pytest.UsageError:  # of a value that is no number, say: somebody reads it
        return True


def pytest_configure(config: pytest.Config) -> None:
    if config.option.kit_submission is None:
        return
    from kit.pytest_plugin import collecting

    config.pluginmanager.register(collecting.Collecting(config), "kit-collecting")

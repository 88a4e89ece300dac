"""What a typed name means: exercise, backend, format, language. Unknown names get the nearest right one."""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from kit import renderers
from kit.cli import screen
from kit.errors import KitError, MachineError, UsageError
from kit.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.backends.base import Backend, Promise, Requirement
    from kit.checks._own import OwnChecks
    from kit.exercise.loader import Exercise
    from kit.exercise.model import Language
    from kit.renderers import Audience

# Verdicts as they come -> what is written of them.
Pieces: TypeAlias = Callable[[Iterable[Verdict]], Iterator[str]]

AUTO = ("docker", "netns")  # the order in which `auto` asks them
LANGUAGES: tuple[Language, ...] = ("en", "zh")  # as kit.exercise.model, which is too heavy for `kit --help`
BUILD_IMAGE = "kit image build"  # the one remedy that a run takes by itself


def unknown(kind: str, name: str, known: Iterable[str], remedy: str | None = None) -> UsageError:
    """Word an unknown name; without a remedy of its own, it lists all that there is."""
    there = list(known)
    near = difflib.get_close_matches(name, there, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return UsageError(
        f"unknown {kind} '{name}'{hint}", remedy=remedy or f"the {kind}s are: {', '.join(there)}"
    )


def refuse_idle(given: Mapping[str, bool], without: str) -> None:
    """Refuse options that would do nothing: who gave one expects something of it. Raises UsageError."""
    if idle := [option for option, is_given in given.items() if is_given]:
        does = "do" if len(idle) > 1 else "does"
        raise UsageError(
            f"{', '.join(idle)} {does} nothing without {without}",
            remedy=f"give {without}, or leave out {', '.join(idle)}",
        )


def exercise(name: str) -> Exercise:
    """Load an exercise: of this name, or in a folder."""
    from kit.exercise import catalogue, loader

    return loader.load(catalogue.find(name))


def all_exercises() -> tuple[list[Exercise], int]:
    """Load what of all exercises can be loaded; tell the trouble of the others, and give the exit code."""
    from kit.exercise import catalogue

    exercises = []
    code = 0
    for name in catalogue.names():
        try:
            exercises.append(exercise(name))
        except KitError as error:
            screen.trouble(error)
            code = error.exit_code
    return exercises, code


def own_checks(run_dir: Path) -> OwnChecks:
    """Give the checks that a stored run's exercise has of its own: of the catalogue's of this name, never from the run's folder.

    None where it has none, or is not here: they are inconclusive then. Raises EvidenceError, and ExerciseError with faults.
    """
    from kit.evidence import store
    from kit.exercise import catalogue, loader
    from kit.judge import asks_own_checks

    facts = store.load_facts(run_dir)
    folder = catalogue.named(facts["exercise"]["name"]) if asks_own_checks(facts) else None
    return {} if folder is None else loader.own_of(folder)[0]


def audience(asked: str) -> Audience:
    """Give who reads it."""
    for known in renderers.AUDIENCES:
        if asked == known:
            return known
    raise unknown("reader", asked, renderers.AUDIENCES)


def written(format_: str, lang: str | None, reader: str | None) -> Pieces:
    """Look format, language and reader up before anything runs; give what turns verdicts into text.

    The format itself is imported when there is something to write.
    """
    if format_ not in renderers.names():
        raise unknown("format", format_, renderers.names())
    options = screen.options(language(lang))
    asked = None if reader is None else audience(reader)

    def pieces(verdicts: Iterable[Verdict]) -> Iterator[str]:
        chosen = renderers.load(format_)
        return chosen.render(verdicts, replace(options, audience=asked or chosen.AUDIENCE))

    return pieces


def language(asked: str | None, environment: Mapping[str, str] = os.environ) -> Language:
    """Give the language asked for, else the locale's (man 7 locale: LC_ALL, then LC_MESSAGES, then LANG)."""
    if asked is None:
        locale = next(
            (value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(key))), ""
        )
        return "zh" if locale.lower().startswith("zh") else "en"
    for known in LANGUAGES:
        if asked == known:
            return known
    raise unknown("language", asked, LANGUAGES)


def backend(name: str) -> Backend:
    """Give the backend of that name, ready to run, or the first of `auto` that is. Raises MachineError with why not."""
    if name != "auto":
        chosen = named_backend(name)
        make_ready(chosen)
        return chosen
    reasons: list[str] = []
    for candidate in AUTO:
        chosen = named_backend(candidate)
        try:
            make_ready(chosen)
        except MachineError as error:
            reasons.append(f"{candidate}: {error.message}")
            continue
        why = f" ({'; '.join(reasons)})" if reasons else ""
        screen.note(f"kit: running on {candidate}{why}")
        return chosen
    raise MachineError(
        "\n  ".join(["no backend can run here", *reasons]), remedy="kit doctor says what mends each"
    )


def warm(name: str) -> None:
    """Let a backend begin while the rest of kit is still loading. Its trouble is told later, in its place."""
    if name in AUTO:
        with suppress(MachineError):
            named_backend(name).warm()


@cache
def named_backend(name: str) -> Backend:
    """Import kit/backends/NAME.py and ask it for its backend, whether or not it can run here."""
    try:
        module = importlib.import_module(f"kit.backends.{name}") if name.isidentifier() else None
    except ModuleNotFoundError as error:
        if error.name != f"kit.backends.{name}":
            raise
        module = None
    make = getattr(module, "backend", None)
    if make is None:
        raise unknown("backend", name, ("auto", *AUTO))
    made: Backend = make()
    return made


def make_ready(chosen: Backend) -> None:
    """Hold the backend to its requirements; build the host image on first use."""
    requirements = chosen.requirements()
    for missing in lacking(requirements):
        raise MachineError(f"{chosen.name} needs {missing.name}: {missing.detail}", remedy=missing.remedy)
    if any(waits_for_image(requirement) for requirement in requirements):
        from kit import image

        with screen.long_work("building the host image, once") as report:
            image.ensure(report)


def hold_to_promises(chosen: Backend) -> None:
    """Refuse programs that nobody trusts where one of the promises about them is not kept. Raises MachineError."""
    for promise in broken(chosen.promises()):
        raise MachineError(
            f"{chosen.name} does not keep this promise here: {promise.name}: {promise.lack}",
            remedy=f"{promise.remedy}; or give --trust, if you trust every program that you grade",
        )


def broken(promises: Iterable[Promise]) -> list[Promise]:
    return [promise for promise in promises if promise.lack]


def lacking(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Give what a run cannot do without, and cannot get by itself."""
    return [
        requirement
        for requirement in requirements
        if requirement.needed and not requirement.present and not waits_for_image(requirement)
    ]


def waits_for_image(requirement: Requirement) -> bool:
    return not requirement.present and requirement.remedy == BUILD_IMAGE

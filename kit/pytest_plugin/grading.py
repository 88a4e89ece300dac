"""One run of one exercise, as `kit grade` does it: same promises, same lease, same end at Ctrl-C."""

from __future__ import annotations

import gc
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kit import interrupts
from kit.cli import choices, lease
from kit.errors import UsageError
from kit.exercise.intake import read_submission
from kit.judge import judge
from kit.renderers import Options, text

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from kit.backends.base import Backend
    from kit.exercise.loader import Exercise
    from kit.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    submission: Path
    backend: str
    seed: str | None
    trust: bool
    reader: Options
    out: Path | None


def wanted(config: pytest.Config) -> Wanted:
    """Read the options. Raises UsageError for a name or a path that is none, before anything is collected."""
    option = config.option
    here = config.invocation_params.dir
    submission = here / option.kit_submission
    if not submission.exists():
        raise UsageError(f"{submission}: no such submission", remedy="give a folder or an archive")
    if config.inipath is not None and config.inipath.is_relative_to(submission):
        raise UsageError(
            f"pytest took its configuration from the submission: {config.inipath}",
            remedy=f"write it in one word: --submission={option.kit_submission}",
        )
    if option.kit_backend != "auto":
        choices.named_backend(option.kit_backend)
    return Wanted(
        submission=submission,
        backend=option.kit_backend,
        seed=option.kit_seed,
        trust=option.kit_trust,
        reader=Options(
            lang=choices.language(option.kit_lang),
            audience=choices.audience(option.kit_for) if option.kit_for else text.AUDIENCE,
        ),
        out=here / option.kit_out if option.kit_out else None,
    )


def grade(exercise: Exercise, asked: Wanted, folder: Path) -> Verdict:
    """Run the submission and judge it; `folder` becomes the run directory.

    Raises KitError where there is no verdict, and `interrupts.Stopped` at a signal, with everything cleaned up.
    """
    submission = read_submission(submission_for(exercise.name, asked.submission), exercise)
    chosen = _backend(asked.backend, trust=asked.trust)
    with lease.held(), interrupts.stoppable():
        return judge(exercise, submission, asked.seed, chosen, folder, lambda _step: None)


def submission_for(exercise: str, given: Path) -> Path:
    """Give the folder of the exercise's name in the given one, where there is one, else the given one."""
    own = given / exercise
    return own if own.is_dir() else given


@cache
def _backend(name: str, *, trust: bool) -> Backend:
    """Give what runs here, held to its promises once a process."""
    with warnings.catch_warnings():
        # docker-py leaves a socket that could not connect to the collector: no test of anybody's may fail by it.
        warnings.simplefilter("ignore", ResourceWarning)
        chosen = choices.backend(name)
        if not trust:
            choices.hold_to_promises(chosen)
        gc.collect()
    return chosen

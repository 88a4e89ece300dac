"""A job done, by whatever engine: its evidence is whole at its place before anything is said of it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.classroom.job import FAULT_FILE, Answer, Job
from kit.classroom.places import new_run_dir
from kit.classroom.unpacking import unpack
from kit.errors import MachineError
from kit.verdict_rows import VERDICT_FILE, verdict_of, verdict_text
from kit.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from kit.classroom.engine import Engine
    from kit.verdict import Verdict


def do(engine: Engine, job: Job, place: Path) -> tuple[Answer, Verdict | None]:
    """Have the job done; `place` becomes its run directory. Without a verdict the answer says why.

    Raises MachineError where the disk takes no more, EndedError where the engine was told to end.
    """
    with new_run_dir(place) as folder, tempfile.TemporaryFile() as evidence:
        try:
            answer = engine.grade(job.model_dump_json(), evidence)
        except MachineError as error:
            return Answer(verdict=None, trouble=error.message), None
        try:
            unpack(evidence, folder)
            _say_place(folder, place)
            verdict = None if answer.verdict is None else verdict_of(answer.verdict)
        except MachineError as error:
            return Answer(verdict=None, trouble=error.message, took_s=answer.took_s), None
        except (KeyError, TypeError, ValueError) as error:
            trouble = f"the answer of who graded it is not understood: {error!r}"
            return Answer(verdict=None, trouble=trouble, took_s=answer.took_s), None
        if verdict is None:
            fault = folder / FAULT_FILE
            told = f"{answer.trouble}: {place / FAULT_FILE}" if fault.exists() else answer.trouble
            return answer.model_copy(update={"trouble": told}), None
        verdict = replace(verdict, run_dir=str(place))
        write_whole(folder / VERDICT_FILE, verdict_text(verdict))
        return answer, verdict


def _say_place(folder: Path, place: Path) -> None:
    """Let the verdicts of a submission's halves say where they will lie, and not where they were judged."""
    for path in folder.glob(f"*/*/{VERDICT_FILE}"):
        verdict = verdict_of(json.loads(path.read_bytes()))
        run_dir = str(place / path.parent.relative_to(folder))
        write_whole(path, verdict_text(replace(verdict, run_dir=run_dir)))

"""A whole run of a plan on a backend, for claims about what its evidence says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kit.evidence.store import Recorder, load
from kit.exercise.plan import StepPlan
from kit.lab.run import run, run_facts

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.evidence.model import Evidence
    from kit.exercise.plan import Plan

WITHIN_S = 20.0


def steps(*asked: tuple[str, dict[str, Any]]) -> tuple[StepPlan, ...]:
    """Give a timeline: each step its action and its arguments, as the planner makes them."""
    return tuple(
        StepPlan(number, action, arguments, f"{action}: {arguments}", WITHIN_S)
        for number, (action, arguments) in enumerate(asked, 1)
    )


def started(*programs: str) -> tuple[str, dict[str, Any]]:
    return "start", {"programs": list(programs)}


def exited(*programs: str) -> tuple[str, dict[str, Any]]:
    return "wait", {"exited": list(programs)}


def printed(program: str, text: str) -> tuple[str, dict[str, Any]]:
    return "wait", {"output": program, "contains": text, "stream": "stdout"}


def evidence_of(backend: Backend, plan: Plan, folder: Path, *asked: tuple[str, dict[str, Any]]) -> Evidence:
    """Run the plan with these steps; every one of them was done, and nothing was wrong with the machine."""
    chosen = replace(plan, steps=steps(*asked))
    with Recorder(folder, run_facts(chosen, backend)) as recorder:
        run(chosen, backend, recorder, lambda _: None)
    seen = load(folder)
    assert not seen.faults, seen.faults
    missed = seen.missed_step
    assert missed is None, (missed, [line.data for line in seen.outputs])
    return seen

"""Whether the steps of a timeline can happen in their order: what a program is at each step, by a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kit.exercise.model import OfHold, OfHost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.exercise.faults import Faults
    from kit.exercise.items import Item, ProgramItem
    from kit.exercise.model import Step
    from kit.exercise.yaml import Scalar

State: TypeAlias = Literal["new", "running", "frozen", "ended"]

# action or condition -> (what the program must be, what it is afterwards, None where it stays so).
# A program is "ended" only once a wait has seen that it exited; until then it may still run.
DEMANDS: dict[str, tuple[tuple[State, ...], State | None]] = {
    "start": (("new", "ended"), "running"),
    "cell": (("running",), None),
    "stdin": (("running", "frozen"), None),
    "freeze": (("running",), "frozen"),
    "thaw": (("frozen",), "running"),
    "signal": (("running", "frozen"), None),
    "blocked": (("running", "frozen"), None),
    "output": (("running", "frozen", "ended"), None),
    "exited": (("running", "frozen", "ended"), "ended"),
}

# What a program is, where that is not what the step demands.
STATES: dict[State, str] = {
    "new": "was not started before this step",
    "running": "was started before; wait until it has exited",
    "frozen": "is frozen at this step; thaw it first",
    "ended": "has exited before this step; start it again first",
}
OF_ACTION: dict[tuple[str, State], str] = {
    ("thaw", "running"): "is not frozen at this step",
    ("freeze", "frozen"): "is frozen already",
}


def check_sequence(steps: Sequence[Item[Step]], programs: Mapping[str, ProgramItem], faults: Faults) -> None:
    """Walk as far as every step can be understood: what a program is after another one nobody knows."""
    walk = _Walk(programs, faults)
    for item in steps:
        if item.value is None or any(scalar.text not in programs for scalar in item.scalars("program")):
            return
        walk.step(item, item.value)
    for name, state in walk.states.items():
        if state == "new" and steps:
            faults.add(programs[name].key, f"the program {name!r} is never started")


class _Walk:
    def __init__(self, programs: Mapping[str, ProgramItem], faults: Faults) -> None:
        self.states: dict[str, State] = dict.fromkeys(programs, "new")
        self._programs = programs
        self._faults = faults
        self._cells = dict.fromkeys(programs, 0)
        self._unplugged: set[str] = set()
        self._released: set[str] = set()

    def step(self, item: Item[Step], step: Step) -> None:
        what = step.action if step.action != "wait" else next(iter(type(step.value).model_fields))
        for scalar in item.scalars("program"):
            if what in DEMANDS:
                self._move(what, scalar)
        for scalar in item.scalars("place"):
            self._somebody_runs_at(scalar)
        if isinstance(step.value, OfHost):
            self._cable(step.action, step.value.host, item)
        if isinstance(step.value, OfHold):
            self._release(step.value.until, item)

    def _move(self, what: str, scalar: Scalar) -> None:
        name = scalar.text
        allowed, then = DEMANDS[what]
        state = self.states[name]
        if state not in allowed:
            self._faults.add(scalar, f"{name!r} {OF_ACTION.get((what, state), STATES[state])}")
        else:
            self.states[name] = then or state
        if what == "start":
            self._cells[name] = 0
        if what == "cell":
            self._next_cell(scalar)

    def _next_cell(self, scalar: Scalar) -> None:
        program = self._programs[scalar.text].value
        if program is None:
            return
        self._cells[scalar.text] += 1
        if not program.cells:
            self._faults.add(scalar, f"{scalar.text!r} has no cells; say 'cells: NUMBER' at the program")
        elif self._cells[scalar.text] > program.cells:
            self._faults.add(
                scalar, f"{scalar.text!r} has {program.cells} cells, and all have run before this step"
            )

    def _somebody_runs_at(self, scalar: Scalar) -> None:
        """Before any program of a host was started, a wait for its sockets cannot end."""
        known = self._programs.get(scalar.text)
        host = known.host if known else scalar.text
        there = [name for name, program in self._programs.items() if program.host == host]
        if there and all(self.states[name] == "new" for name in there):
            self._faults.add(scalar, f"no program of the host {host!r} was started before this step")

    def _cable(self, action: str, host: str, item: Item[Step]) -> None:
        if (action == "unplug") == (host in self._unplugged):
            state = "unplugged already" if action == "unplug" else "not unplugged"
            self._faults.add(item.node, f"the host {host!r} is {state} at this step")
        if action == "unplug":
            self._unplugged.add(host)
        else:
            self._unplugged.discard(host)

    def _release(self, until: str, item: Item[Step]) -> None:
        if until in self._released:
            self._faults.add(item.node, f"{until!r} was released already before this step")
        self._released.add(until)

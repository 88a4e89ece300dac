"""The steps of a timeline, one function an action. Each waits for what the kernel or a helper reports.

A step that cannot be done gives the reason (the gate was *missed*); trouble of the machine is an exception.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kit.errors import BackendError, UnstoppableError
from kit.evidence.model import StepRecord
from kit.lab import gates, link

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.evidence.store import Recorder
    from kit.exercise.plan import StepPlan
    from kit.lab.session import Session

# How long a helper of ours may take to answer: far above any load seen, so that silence is trouble.
HELPER_LIMIT_S = 30.0


def play(session: Session, recorder: Recorder, deadline: float, progress: Callable[[str], None]) -> bool:
    """Do the steps in order until one is missed; give whether all were done. Records every step."""
    steps = session.plan.steps
    for index, step in enumerate(steps):
        progress(step.text)
        session.catch_up()
        began_ns = time.time_ns()
        within = min(time.monotonic() + step.within_s, deadline)
        reason = _ACTIONS[step.action](session, recorder, step, within)
        recorder.step(
            StepRecord(
                step.number,
                step.text,
                "done" if reason is None else "missed",
                began_ns,
                time.time_ns(),
                _program_of(session, step),
                reason or "",
            )
        )
        if reason is not None:
            for later in steps[index + 1 :]:
                recorder.step(StepRecord(later.number, later.text, "unreached"))
            return False
    return True


def _program_of(session: Session, step: StepPlan) -> str | None:
    """Give the program that a step names (the first that has not done its part, where it names several)."""
    arguments = step.arguments
    named = gates.subjects(arguments) if step.action == "wait" else arguments.get("programs", ())
    one = arguments.get("program")
    programs = [name for name in (one, *named) if name in session.state.programs]
    running = [name for name in programs if session.state.programs[name].running]
    return next(iter(running or programs), None)


def _start(session: Session, _recorder: Recorder, step: StepPlan, deadline: float) -> str | None:
    names = step.arguments["programs"]
    programs = [session.state.programs[name] for name in names]
    for name, program in zip(names, programs, strict=True):
        if program.running:
            return f"{name} still runs since its last start"
    counts = [program.starts for program in programs]
    for name in names:
        session.tell_program(name, "start")
    all_started = session.wait(
        lambda: all(program.starts > before for program, before in zip(programs, counts, strict=True)),
        max(deadline, time.monotonic() + HELPER_LIMIT_S),
    )
    if not all_started:
        raise BackendError(f"{step.text}: the runner did not answer in {HELPER_LIMIT_S:.0f} s")
    return None


def _cell(session: Session, _recorder: Recorder, step: StepPlan, deadline: float) -> str | None:
    """Run the next cell, once the one before has ended: a cell that blocks holds the next one back."""
    for name in step.arguments["programs"]:
        program = session.state.programs[name]
        number = program.cells_begun + 1
        session.wait(lambda: program.exited or program.cells_ended >= program.cells_begun, deadline)  # noqa: B023  # done with before the next turn
        if program.exited:
            return f"{name} has ended before its cell {number}"
        if program.cells_ended < program.cells_begun:
            inside = ", ".join(sorted(program.blocked_in)) or "its own code"
            return f"cell {program.cells_begun} of {name} has not ended: it is inside {inside}"
        session.tell_program(name, "cell")
        session.wait(lambda: program.exited or program.cells_begun >= number, deadline)  # noqa: B023
        if program.cells_begun < number:
            return f"cell {number} of {name} did not begin"
    return None


def _stdin(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    name = step.arguments["program"]
    if session.state.programs[name].exited:
        return f"{name} has ended"
    session.tell_program(name, "stdin", step.arguments["text"].encode(), close=step.arguments["close"])
    return None


def _freeze(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    for name in step.arguments["programs"]:
        if session.state.programs[name].exited:
            return f"{name} has ended"
        try:
            session.lab.freeze(name)
        except UnstoppableError as error:  # the reference tells whether the program sees to that
            return f"{name} could not be frozen: {error.message}"
        session.state.programs[name].frozen = True
    return None


def _thaw(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    for name in step.arguments["programs"]:
        session.state.programs[name].frozen = False
        session.lab.thaw(name)
    return None


def _signal(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    name = step.arguments["program"]
    if session.state.programs[name].exited:
        return f"{name} has ended"
    session.tell_program(name, "signal", name=step.arguments["name"])
    return None


def _snapshot(session: Session, recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    tables = session.ask_hosts(session.plan.hosts, "snapshot", time.monotonic() + HELPER_LIMIT_S)
    if tables is None:
        raise BackendError(f"{step.text}: a tap did not answer in {HELPER_LIMIT_S:.0f} s")
    for host, table in tables.items():
        rows: list[Any] = [
            [s.protocol, *_flat(s.local), *_flat(s.remote), s.state, s.recv_queue, s.send_queue]
            for s in table.sockets
        ]
        recorder.sockets(host, table.time_ns, rows, snapshot=step.arguments["name"])
    return None


def _flat(end: Any) -> tuple[str, int]:
    return end.address, end.port


def _unplug(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    if session.ask_hosts([step.arguments["host"]], step.action, time.monotonic() + HELPER_LIMIT_S) is None:
        raise BackendError(f"{step.text}: the tap did not answer in {HELPER_LIMIT_S:.0f} s")
    return None


def _release(session: Session, _recorder: Recorder, step: StepPlan, _deadline: float) -> str | None:
    until = step.arguments["until"]
    hosts = link.holding(session.plan, until)
    within = time.monotonic() + HELPER_LIMIT_S
    if session.ask_hosts(hosts, "release", within, until=until) is None:
        raise BackendError(f"{step.text}: a tap did not answer in {HELPER_LIMIT_S:.0f} s")
    return None


def _wait(session: Session, _recorder: Recorder, step: StepPlan, deadline: float) -> str | None:
    hosts = gates.hosts_to_watch(session.state, step.arguments)
    session.watch(hosts, listeners=gates.asks_listeners(step.arguments))
    try:
        return _wait_for(session, step, deadline)
    finally:
        session.watch(set())


def _wait_for(session: Session, step: StepPlan, deadline: float) -> str | None:
    arguments = step.arguments
    while True:
        seen = gates.look(session.state, arguments)
        if seen.open:
            return None
        why = gates.hopeless(session.state, arguments)
        if not why and gates.idle(session.state, arguments):
            why = "no program is left running that could bring it about"
        if why:
            if _settled(session, arguments, deadline):
                return f"{why}; {seen.observed}"
            if gates.look(session.state, arguments).open:  # by what was told meanwhile
                return None
        if not session.wait_news(deadline):
            _catch_up_captures(session, arguments)
            if (seen := gates.look(session.state, arguments)).open:
                return None
            return f"not within {step.within_s:g} s: {seen.observed}"


def _settled(session: Session, arguments: Any, deadline: float) -> bool:
    """Whether the gate stays shut although no packet is under way: then waiting on is in vain."""
    if not session.quiet(deadline):
        return False
    _catch_up_captures(session, arguments)
    return not gates.look(session.state, arguments).open


def _catch_up_captures(session: Session, arguments: Any) -> None:
    """Wait until all that was captured by now is here, where the gate asks for that."""
    hosts = gates.captures_asked(arguments)
    if session.ask_hosts(hosts, "fence", time.monotonic() + HELPER_LIMIT_S) is None:
        raise BackendError(f"{', '.join(hosts)}: the tap did not answer in {HELPER_LIMIT_S:.0f} s")


_ACTIONS: dict[str, Callable[[Session, Recorder, StepPlan, float], str | None]] = {
    "start": _start,
    "cell": _cell,
    "stdin": _stdin,
    "freeze": _freeze,
    "thaw": _thaw,
    "signal": _signal,
    "snapshot": _snapshot,
    "unplug": _unplug,
    "plug": _unplug,
    "release": _release,
    "wait": _wait,
}

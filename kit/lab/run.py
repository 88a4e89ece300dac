"""One run: plan -> evidence. Hosts up, timeline, down; the run directory is complete whatever happened."""

from __future__ import annotations

import time
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import kit
from kit import interrupts
from kit.errors import BackendError, UnstoppableError
from kit.evidence.model import Exit
from kit.evidence.strace import number_calls
from kit.lab import link, timeline
from kit.lab.session import WOKEN, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kit.backends.base import Arrived, Backend
    from kit.evidence.store import Recorder
    from kit.exercise.plan import Plan

# After the last program has ended, a connection's last packets need microseconds; this is for a machine
# that stands still meanwhile. Running into it costs evidence, never a verdict.
SETTLE_LIMIT_S = 3.0
LIMITS_WITHIN_S = 1.0
MOST_COLLECTED_BYTES = 48 << 20  # of a program: they go in one message


def run_facts(plan: Plan, backend: Backend) -> dict[str, Any]:
    """Give what run.json says of a plan before it runs."""
    return {
        "kit": kit.__version__,
        "exercise": {"name": plan.exercise, "digest": plan.exercise_digest},
        "submission": plan.submission,
        "seed": plan.seed,
        "params": dict(plan.params),
        "backend": backend.name,
        "plan_digest": plan.digest,
        "programs": {
            name: {"host": one.host, "command": list(one.command), "submitted": one.submitted}
            for name, one in plan.programs.items()
        },
        "steps": [step.text for step in plan.steps],
        "limits": {name: getattr(plan.limits, name) for name in plan.limits.__slots__},
        **({"sysctl_set": {host: dict(names) for host, names in plan.sysctl.items()}} if plan.sysctl else {}),
        **_facts_of_hosts(plan),
        "began_ns": time.time_ns(),
    }


def _facts_of_hosts(plan: Plan) -> dict[str, Any]:
    return {
        "subnet": str(plan.subnet),
        "hosts": {
            name: {
                "address": plan.address_of(name),
                **({"address6": plan.address6_of(name)} if plan.ipv6 else {}),
                "names": list(host.names),
            }
            for name, host in plan.hosts.items()
        },
    }


def run(
    plan: Plan,
    backend: Backend,
    recorder: Recorder,
    progress: Callable[[str], None],
    *,
    collect: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Mapping[str, bytes]]:
    """Make the plan happen and record it; give the files of `collect` (program -> names) that programs made.

    Raises BackendError where the backend cannot begin. Once the hosts are up, trouble of the machine is
    recorded as a fault instead: what was seen until then stays. Trouble in taking them down is recorded as
    what was left behind: it comes after all that a verdict rests on.
    """
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    progress("bringing the hosts up")
    is_up = False
    try:
        with interrupts.held(lambda: inbox.put(WOKEN)), backend.up(plan, inbox) as lab:
            is_up = True
            return _play(Session(lab, inbox, recorder), recorder, progress, collect or {})
    except BackendError as error:
        reasons = _reasons(error)
        if is_up:
            recorder.facts["left_behind"] = reasons
            return {}
        for reason in reasons:
            recorder.fault(reason)
        raise BackendError("; then ".join(reasons), remedy=error.remedy) from error


def _reasons(error: BackendError) -> list[str]:
    """Give what went wrong in the order in which it did: taking down what came up in part may go wrong, too."""
    messages: list[str] = []
    one: BaseException | None = error
    while one is not None:
        if isinstance(one, BackendError) and not any(one.message in later for later in messages):
            messages.insert(0, one.message)
        one = one.__context__
    return messages


def _play(
    session: Session,
    recorder: Recorder,
    progress: Callable[[str], None],
    collect: Mapping[str, Sequence[str]],
) -> dict[str, Mapping[str, bytes]]:
    collected: dict[str, Mapping[str, bytes]] = {}
    recorder.facts |= _facts_of_hosts(session.plan)
    try:
        _await_helpers(session)
        _tell_link(session)
        recorder.facts["began_ns"] = time.time_ns()
        recorder.save_facts()
        timeline.play(session, recorder, time.monotonic() + session.plan.limits.wall_s, progress)
        for name, files in collect.items():
            collected[name] = _collect(session, name, files)
        progress("ending")
        _wind_up(session, recorder)
    except BackendError as error:
        recorder.fault(error.message)
    finally:
        _conclude(session, recorder)
        progress("taking the hosts down")
    return collected


def _collect(session: Session, name: str, files: Sequence[str]) -> Mapping[str, bytes]:
    """Take files that a program made; none of one that has not ended."""
    program = session.state.programs[name]
    if not program.exited:
        return {}
    session.tell_program(name, "collect", names=list(files), most_bytes=MOST_COLLECTED_BYTES)
    if not session.wait(lambda: program.collected is not None, time.monotonic() + timeline.HELPER_LIMIT_S):
        raise BackendError(f"{name}: the runner did not give its files in {timeline.HELPER_LIMIT_S:.0f} s")
    return program.collected or {}


def _await_helpers(session: Session) -> None:
    if not session.wait(lambda: session.state.ready, time.monotonic() + timeline.HELPER_LIMIT_S):
        late = [name for name, one in session.state.hosts.items() if not one.ready]
        late += [name for name, one in session.state.programs.items() if not one.ready]
        raise BackendError(f"{', '.join(late)}: not ready in {timeline.HELPER_LIMIT_S:.0f} s")


def _tell_link(session: Session) -> None:
    """Have the taps do what the exercise says of its link, before anything is sent."""
    macs = {name: host.mac for name, host in session.state.hosts.items()}
    within = time.monotonic() + timeline.HELPER_LIMIT_S
    for host, directions in link.orders(session.plan, macs).items():
        if session.ask_hosts([host], "link", within, directions=directions) is None:
            raise BackendError(f"{host}: the tap did not take the link's rules")
        for to_host, about in session.state.hosts[host].netem.items():
            if "refused" in about:
                raise BackendError(link.refused(session.plan, host, to_host, about["refused"]))


def _wind_up(session: Session, recorder: Recorder) -> None:
    """Stop what still runs, let the last packets arrive, close the captures.

    Programs are frozen, and end with their hosts: one that is killed closes its connections, and what its
    peers do then (print, fail, exit) would look like something that they did in the run.
    """
    running = [name for name, one in session.state.programs.items() if one.running]
    _ask_for_limits(session, [name for name in running if not session.state.programs[name].frozen])
    for name in running:
        if not session.state.programs[name].frozen:
            with suppress(UnstoppableError):  # it ends with its host all the same
                session.lab.freeze(name)
    session.catch_up()
    for name in running:
        recorder.exit(Exit(name, time.time_ns(), signal="SIGKILL", killed_by_kit=True))
    settle_by = time.monotonic() + SETTLE_LIMIT_S
    while not session.quiet(settle_by) and time.monotonic() < settle_by:
        session.wait_news(time.monotonic() + 0.01)
    for host in session.plan.hosts:
        session.tell_host(host, "finish", id=0)
    captured = session.wait(
        lambda: all(host.captured is not None for host in session.state.hosts.values()),
        time.monotonic() + timeline.HELPER_LIMIT_S,
    )
    if not captured:
        raise BackendError("a capture could not be closed")


def _ask_for_limits(session: Session, names: list[str]) -> None:
    """Ask which limits the programs met that will not end by themselves. A runner may be as busy as its program is."""
    asked = [session.state.programs[name] for name in names]
    for name, program in zip(names, asked, strict=True):
        program.used = None
        session.tell_program(name, "limits")
    session.wait(lambda: all(one.used is not None for one in asked), time.monotonic() + LIMITS_WITHIN_S)
    for name in names:
        if session.lab.ran_out_of_memory(name):
            session.met_limit(name, "memory_bytes")


def _conclude(session: Session, recorder: Recorder) -> None:
    recorder.calls(number_calls([one.calls() for one in session.state.programs.values()]))
    recorder.facts["calls_traced"] = all(one.traced for one in session.state.programs.values())
    recorder.facts["capturing"] = {name: one.capturing for name, one in session.state.hosts.items()}
    recorder.facts["sysctl"] = {name: dict(one.sysctl) for name, one in session.state.hosts.items()}
    if any(rule.netem for rule in session.plan.link):
        recorder.facts["netem"] = {
            name: {to: {"from_mac": one.mac, **about} for to, about in one.netem.items()}
            for name, one in session.state.hosts.items()
            if one.netem
        }
    recorder.facts["unheld"] = {name: one.unheld for name, one in session.state.hosts.items() if one.unheld}
    recorder.facts["ended_ns"] = time.time_ns()
    recorder.save_facts()

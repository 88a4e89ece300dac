"""Builds programs before a run, each in a sandbox of its own: no other host is there, and what it leaves ends with it.

A build is a run like any other, of one program on one host, with limits of its own and without a trace; its run
directory lies in `build/` of the run that asks for it. What it makes goes on as bytes.

Whose fault is a build that fails? The language's smallest source is built in the same way. Where that fails, too, it is
the machine's; else what was handed in does not build, which is a student's fault, and no exception. One that was not
done in time is tried a second time, so that no busy moment decides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit import compilers
from kit.errors import BackendError, MachineError
from kit.evidence import store
from kit.exercise.languages import ALL
from kit.exercise.plan import HostPlan, Plan, ProgramPlan, StepPlan
from kit.lab.run import run, run_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.exercise.plan import Build

FOLDER = "build"
HOST = "build"  # the one host that a build sees
CONTROL = "smallest"
SECOND = "second"


@dataclass(frozen=True, slots=True)
class Built:
    """`fault` says why there is nothing; `folder` where its run directory lies."""

    made: Mapping[str, bytes]
    folder: str
    fault: str | None = None


@dataclass
class Builder:
    """Builds what a submission's runs need, once each. `folder` is the run directory in which it keeps the evidence."""

    backend: Backend
    folder: Path
    progress: Callable[[str], None]
    _built: dict[str, Built] = field(default_factory=dict)

    def build(self, plan: Plan) -> dict[str, Built]:
        """Build the programs of a plan, by name. Raises BackendError and MachineError: never the student's fault."""
        return {
            name: self._once(plan, program.build)
            for name, program in plan.programs.items()
            if program.build is not None
        }

    def _once(self, plan: Plan, build: Build) -> Built:
        key = digest_of(build)
        if key not in self._built:
            self._built[key] = self._run(plan, build)
        return self._built[key]

    def _run(self, plan: Plan, build: Build) -> Built:
        self.progress(f"building {build.source}")
        place = f"{FOLDER}/{build.source.replace('/', '-')}"
        first = self._try(plan, build, place)
        if first.fault is None:
            return first
        self.progress(f"{build.source} was not built: building the smallest program for comparison")
        control = replace(
            build,
            command=ALL[build.language].build_command(build.source, ()),
            files={build.source: ALL[build.language].smallest},
        )
        trouble = self._try(plan, control, f"{place}/{CONTROL}").fault
        if trouble is not None:
            raise MachineError(
                f"{self.backend.name} cannot build even the smallest program in {build.language}: {trouble}",
                remedy=f"install all of {', '.join(ALL[build.language].all_packages)}; then try again",
            )
        if not compilers.was_late(store.load(self.folder / place)):
            return first
        self.progress(f"building {build.source} once more, so that no chance decides")
        return self._try(plan, build, f"{place}/{SECOND}")

    def _try(self, plan: Plan, build: Build, place: str) -> Built:
        alone = plan_of(plan, build)
        name = next(iter(alone.programs))
        facts: dict[str, Any] = {**run_facts(alone, self.backend), "checks": [], "compare": None}
        with store.Recorder(self.folder / place, facts) as recorder:
            made = run(alone, self.backend, recorder, self.progress, collect={name: build.makes}).get(
                name, {}
            )
        evidence = store.load(self.folder / place)
        if evidence.faults:
            raise BackendError(
                f"the build of {build.source}: {'; '.join(evidence.faults)}", remedy="try again"
            )
        fault = compilers.why_not(build, evidence, made)
        return Built({} if fault else made, place, fault)


def plan_of(plan: Plan, build: Build) -> Plan:
    """Give the plan of a build: one host, one program, which is done when it has ended."""
    program = ProgramPlan(
        name=build.language,
        host=HOST,
        command=build.command,
        files=build.files,
        submitted=True,
        language=build.language,
        traced=False,
    )
    steps = (
        StepPlan(1, "start", {"programs": [program.name]}, f"start: {program.name}", build.limits.wall_s),
        StepPlan(2, "wait", {"exited": [program.name]}, f"wait: exited {program.name}", build.limits.wall_s),
    )
    return replace(
        plan,
        hosts={HOST: HostPlan(HOST, 2)},
        programs={program.name: program},
        steps=steps,
        limits=build.limits,
        link=(),
    )


def digest_of(build: Build) -> str:
    """Tell builds apart by all that decides them."""
    parts = [repr((build.language, build.source, build.command, build.makes, build.limits)).encode()]
    parts += [part for name, data in sorted(build.files.items()) for part in (name.encode(), data)]
    return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


def facts_of(built: Mapping[str, Built]) -> dict[str, Any]:
    """Give what run.json says of builds: where their evidence is, and what they made."""
    return {
        name: {
            "folder": one.folder,
            "fault": one.fault,
            "made": {file: hashlib.sha256(data).hexdigest() for file, data in one.made.items()},
        }
        for name, one in built.items()
    }

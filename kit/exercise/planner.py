"""Exercise + submission + seed -> Plan. Pure: the same three give the same plan, with the same digest."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from kit.errors import UsageError
from kit.exercise import languages, parameters
from kit.exercise.model import PacketsSeen
from kit.exercise.plan import (
    BUILD_LIMITS,
    DEFAULT_SUBNET,
    Build,
    HostPlan,
    Limits,
    LinkRule,
    Plan,
    ProgramPlan,
    StepPlan,
    smallest_subnet,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.languages import Language
    from kit.exercise.loader import Exercise
    from kit.exercise.model import Definition, Program, Step
    from kit.exercise.submission import Submission

REFERENCE = "reference"  # what a plan without a submission is called
FIRST_HOST = 2  # .1 stays free for an engine's gateway


def make_plan(
    exercise: Exercise, submission: Submission | None, seed: str | None, role: str | None = None
) -> Plan:
    """Make every choice. Without a submission the reference is run; without a seed, the defaults. With a role only
    its programs are the submission's, and the modules that came beside them; the others are the reference's.

    Raises UsageError where the reference is asked for, which a handout does not have.
    """
    if exercise.definition.handout is not None and (submission is None or role is not None):
        raise UsageError(
            f"{exercise.name} is a handout: the reference solution is not in it",
            remedy="`kit grade` runs your own; `kit show` says how",
        )
    if submission is not None and submission.faults:
        raise ValueError(f"{submission.name} has faults, and cannot be run")
    if seed is None:
        params = parameters.defaults(exercise.definition)
    else:
        params = parameters.draw(exercise.definition, seed)
    definition = exercise.with_params(params)
    limits = Limits(**definition.limits.model_dump(exclude_none=True))
    programs = {
        name: _program(name, program, exercise, _whose(program, exercise.definition, submission, role))
        for name, program in definition.programs.items()
    }
    patience = max(languages.ALL[program.language].patience for program in programs.values())
    limits = replace(limits, wall_s=limits.wall_s * patience, step_s=limits.step_s * patience)
    return Plan(
        exercise=exercise.name,
        exercise_digest=exercise.digest,
        submission=submission.name if submission else REFERENCE,
        seed=seed,
        params=params,
        hosts=_hosts(definition),
        programs=programs,
        steps=tuple(
            _step(number, step, limits, patience) for number, step in enumerate(definition.timeline, 1)
        ),
        limits=limits,
        subnet=_subnet(len(definition.hosts)),
        link=_link(definition, seed),
        ipv6=definition.ipv6,
        sysctl={host: dict(names) for host, names in definition.sysctl.items() if names},
    )


def _link(definition: Definition, seed: str | None) -> tuple[LinkRule, ...]:
    if not definition.link:
        return ()
    from kit.exercise import link  # noqa: PLC0415  # its language of filters costs a start 50 ms

    return link.plan_rules(definition.link, seed)


def _subnet(hosts: int) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network((DEFAULT_SUBNET.network_address, smallest_subnet(hosts)))


def _hosts(definition: Definition) -> dict[str, HostPlan]:
    homes = [program.host or name for name, program in definition.programs.items()]
    return {
        name: HostPlan(
            name=name,
            number=number,
            names=("localhost",) if name == definition.localhost else (),
            capture_loopback=homes.count(name) > 1,
        )
        for number, name in enumerate(definition.hosts, FIRST_HOST)
    }


def _whose(
    program: Program, definition: Definition, submission: Submission | None, role: str | None
) -> Submission | None:
    """Give the submission where it supplies (a part of) the program; None: all of it is the exercise's own."""
    supplied = definition.submit if role is None else (definition.roles or {})[role].files
    return None if {program.script, *program.files}.isdisjoint(supplied) else submission


def _program(name: str, program: Program, exercise: Exercise, submission: Submission | None) -> ProgramPlan:
    definition = exercise.definition
    handed_in = submission.files if submission else exercise.reference
    script = program.script
    if script in definition.submit:
        script = languages.written_as(script, definition.languages, handed_in)
    language = languages.PYTHON if script is None else languages.language_of(script)
    own, beside = _files(program, script, language, exercise, handed_in)
    plan = ProgramPlan(
        name=name,
        host=program.host or name,
        command=program.run or language.command(str(script), program.args),
        files={**own, **beside},
        script=script,
        cells=program.cells,
        submitted=submission is not None,
        language=language.name,
    )
    return (
        plan if script is None or not language.build else _with_build(plan, script, own, beside, definition)
    )


def _files(
    program: Program,
    script: str | None,
    language: Language,
    exercise: Exercise,
    handed_in: Mapping[str, bytes],
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Give the files that the program names, its script under the name that it has, and what came beside them."""
    asked = set(exercise.definition.submit)
    named = [file for file in (program.script, *program.files) if file is not None]
    own = {}
    for file in named:
        there = handed_in if file in asked else exercise.reference
        own_name = script if file == program.script and script is not None else file
        own[own_name] = there[own_name]
    beside = {} if asked.isdisjoint(named) else _helpers(exercise, handed_in, language)
    return own, {file: data for file, data in beside.items() if file not in own}


def _with_build(
    plan: ProgramPlan,
    script: str,
    own: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    definition: Definition,
) -> ProgramPlan:
    """Say how it is built. Where that makes the program, no source goes on to where it runs."""
    language = languages.ALL[plan.language]
    made = (str(PurePosixPath(script).with_suffix("")),) if language.makes else ()
    build = Build(
        language=language.name,
        source=script,
        command=language.build_command(script, beside),
        files=plan.files,
        makes=made,
        limits=Limits(**(BUILD_LIMITS | definition.build.model_dump(exclude_none=True))),
    )
    files = {file: data for file, data in own.items() if file != script} if made else plan.files
    return replace(plan, build=build, files=files, executables=made)


def _helpers(exercise: Exercise, handed_in: Mapping[str, bytes], language: Language) -> dict[str, bytes]:
    """Give what came beside the files that were asked for and is the language's. What the exercise provides, and the
    other programs that were asked for, stay where they belong.
    """
    definition = exercise.definition
    programs = definition.programs.values()
    provided = {file for program in programs for file in (program.script, *program.files) if file is not None}
    provided |= {way for file in definition.submit for way in languages.ways(file, definition.languages)}
    return {
        file: data
        for file, data in handed_in.items()
        if language.takes(file) and file not in provided and provided.isdisjoint(_folders_of(file))
    }


def _folders_of(file: str) -> list[str]:
    """Give the folders that a file lies in; a module in `data.txt/` has no place beside a file `data.txt`."""
    return [str(folder) for folder in PurePosixPath(file).parents]


def _step(number: int, step: Step, limits: Limits, patience: float) -> StepPlan:
    return StepPlan(
        number=number,
        action=step.action,
        arguments=_arguments(step),
        text=f"{step.action}: {_words(step)}",
        within_s=step.within_s * patience if step.within_s is not None else limits.step_s,
    )


def _arguments(step: Step) -> dict[str, Any]:
    arguments = step.value.model_dump(mode="json", by_alias=True)
    if isinstance(step.value, PacketsSeen):
        arguments["tree"] = None
        if step.value.filter is not None:
            from kit.exercise import link  # noqa: PLC0415  # its language of filters costs a start 50 ms

            arguments["tree"] = link.tree_of(step.value.filter)
    return arguments


def _words(step: Step) -> str:
    """Say a step on one line: `listening server, port 8001`. What stands at its default is left out."""
    said = step.value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    names = [name if value is True else f"{name} {_word(value)}" for name, value in said.items()]
    if step.action != "wait":  # the first field is what the action is about
        names[0] = _word(next(iter(said.values())))
    return ", ".join(names)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)

"""The files with which Docker's compose runs an exercise's reference by hand, each host with a capture.

    compose.yaml   a service for each host (its capture), each program, and each step of the timeline
    Dockerfile     the host image's recipe
    step.py        what a step's service runs
    files/         what the programs are

compose starts a service when those before it are healthy, started or ended: so a timeline is a chain of small services,
and a program that is to be frozen is stopped with a signal. What no service can do is said in the file's first lines,
and what comes in its place: a gate that no service can watch waits until its host is still.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from kit.errors import UsageError
from kit.exercise.planner import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kit.exercise.loader import Exercise
    from kit.exercise.plan import Plan, StepPlan

ASSETS = Path(__file__).parent / "assets" / "compose"
STEP = ("python3", "/step.py")
STARTED, ENDED = "service_started", "service_completed_successfully"


@dataclass(frozen=True, slots=True)
class Service:
    """`where`: lines that say whose network, and whose processes, it sees; `after`: (service, condition) pairs that it waits for."""

    name: str
    command: tuple[str, ...]
    where: tuple[str, ...]
    after: tuple[tuple[str, str], ...]


def files(exercise: Exercise, recipe: str) -> dict[str, bytes]:
    """Give relative names and contents; `recipe` is the host image's Dockerfile. Raises UsageError for a handout."""
    if exercise.definition.handout is not None:
        raise UsageError(
            f"{exercise.name} is a handout: the reference solution is not in it",
            remedy="name the exercise that it was made of",
        )
    plan = make_plan(exercise, None, None)
    chain = _Chain(plan)
    environment = jinja2.Environment(  # noqa: S701  # YAML is written, no HTML
        loader=jinja2.FileSystemLoader(ASSETS, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    text = environment.get_template("compose.yaml.j2").render(
        exercise=exercise.name,
        hosts=[{"name": name, "sysctl": dict(plan.sysctl.get(name, {}))} for name in plan.hosts],
        programs=[one for one in chain.services if one.name in plan.programs],
        services=chain.services,
        last=chain.after,
        lacking=[*_lacking_of(exercise, plan), *chain.lacking],
    )
    programs = {f"files/{name}": data for one in plan.programs.values() for name, data in one.files.items()}
    return programs | {
        "compose.yaml": text.encode(),
        "Dockerfile": recipe.encode(),
        "step.py": (ASSETS / "step.py").read_bytes(),
    }


def _lacking_of(exercise: Exercise, plan: Plan) -> Iterator[str]:
    if plan.ipv6:
        yield "IPv6: every name has an IPv4 address alone"
    if plan.link:
        yield "the faults of the link: every packet arrives"
    if exercise.definition.localhost is not None:
        yield f"`localhost` means {exercise.definition.localhost} on every host: here it is each host itself"
    for name, program in plan.programs.items():
        if program.cells:
            yield f"{program.script} runs cell by cell: here {name} runs all of it at once"


class _Chain:
    """The timeline as services, one after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.after: tuple[tuple[str, str], ...] = tuple(
            (f"capture-{host}", "service_healthy") for host in plan.hosts
        )
        self.services: list[Service] = []
        self.lacking: list[str] = []
        for step in plan.steps:
            if self._starts_again(step):
                self.lacking.append(
                    f"step {step.number}, {step.text}, a second time; and all that comes after it"
                )
                break
            self._add(step)

    def _starts_again(self, step: StepPlan) -> bool:
        there = {service.name for service in self.services}
        return step.action == "start" and not there.isdisjoint(step.arguments["programs"])

    def _add(self, step: StepPlan) -> None:
        match step.action:
            case "start":
                for name in step.arguments["programs"]:
                    self._start(name)
                self.after = tuple((name, STARTED) for name in step.arguments["programs"])
            case "wait":
                self._wait(step)
            case "snapshot":
                for host in self._plan.hosts:
                    self._step(step, f"-{host}", ("sockets",), _network(host))
            case "freeze" | "thaw" | "signal":
                self._signal(step)
            case "cell":
                pass  # told of the program as a whole
            case _:
                self._cannot(step)

    def _wait(self, step: StepPlan) -> None:
        condition, about = next(iter(step.arguments.items()))
        if condition == "exited":
            self.after = (*self.after, *((name, ENDED) for name in about))
            return
        program = self._plan.programs.get(about)
        host = about if program is None else program.host
        if condition in _WAITS:
            words: tuple[str, ...] = (condition, *_WAITS[condition](step.arguments))
        else:
            words = ("still",)
            self._cannot(step, f": here until nothing has come to {host} or left it for a second")
        self._step(step, "", words, _network(host))

    def _start(self, name: str) -> None:
        program = self._plan.programs[name]
        # A `$` in a command would be a variable of compose's
        command = tuple(word.replace("$", "$$") for word in program.command)
        self.services.append(Service(name, command, (_network(program.host),), self.after))

    def _signal(self, step: StepPlan) -> None:
        arguments = step.arguments
        named = {"freeze": "stop", "thaw": "continue"}.get(step.action, arguments.get("name"))
        for name in arguments.get("programs", [arguments.get("program")]):
            program = self._plan.programs[name]
            word = program.script or program.command[0]
            self._step(step, f"-{name}", (str(named), word), f"pid: service:{name}", "network_mode: none")
            if (
                step.action != "freeze"
            ):  # a program that ends takes all processes beside it along, this one, too
                self.after = ((self.after[0][0], STARTED),)

    def _step(self, step: StepPlan, of: str, command: tuple[str, ...], *where: str) -> None:
        """Add a service for a step; what comes waits for it, and so for all before it."""
        name = f"step-{step.number:02}-{step.action}{of}"
        self.services.append(Service(name, (*STEP, *command), where, self.after))
        self.after = ((name, ENDED),)

    def _cannot(self, step: StepPlan, instead: str = "") -> None:
        self.lacking.append(f"step {step.number}, {step.text}{instead}")


def _network(host: str) -> str:
    return f"network_mode: service:capture-{host}"


# What `step.py` is told of a wait beside its name
_WAITS: dict[str, Callable[[Mapping[str, Any]], tuple[str, ...]]] = {
    "listening": lambda said: (str(said["port"]), said["protocol"]),
    "queued": lambda said: (str(said["port"]), str(said["count"])),
    "received": lambda said: (str(said["port"]), str(said["bytes"]), said["protocol"]),
    "drained": lambda said: (str(said["port"]),),
    "state": lambda said: (str(said["port"]), said["is"], str(said["count"])),
}

"""What must hold between the parts of an exercise. One function a rule; RULES is all of them.

A rule sees what could be read of the file, so that a fault in one part hides none in another.
"""

from __future__ import annotations

import graphlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.exercise import typed
from kit.exercise.faults import did_you_mean, nearest
from kit.exercise.model import CheckSpec, Definition, OfHold, OfSnapshot, PacketsSeen, Received, Step
from kit.exercise.references import Reference
from kit.exercise.sequence import check_sequence
from kit.exercise.yaml import Mapping, Scalar, Sequence
from kit.tap.cells import split_cells

if TYPE_CHECKING:
    from collections import abc

    from kit.exercise.faults import Faults
    from kit.exercise.items import Item, ProgramItem

RESERVED_FINDINGS = ("timeline", "submission")  # findings that are no check's
MOST_COMPARED = 20  # names that a wrong one is compared with, where an author may write any number of both


@dataclass(frozen=True, slots=True)
class Draft:
    """An exercise as far as it could be read. What could not be has its faults told already."""

    root: Mapping
    programs: abc.Mapping[str, ProgramItem]
    steps: tuple[Item[Step], ...]
    checks: tuple[Item[CheckSpec], ...]
    reference: abc.Mapping[str, bytes]

    def scalars(self, key: str) -> list[Scalar]:
        """Give the texts of a top-level list."""
        node = self.root.get(key)
        return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []

    @property
    def hosts(self) -> list[str]:
        return [scalar.text for scalar in self.scalars("hosts")]

    @property
    def snapshots(self) -> list[str]:
        values = [item.value.value for item in self.steps if item.value]
        return [value.name for value in values if isinstance(value, OfSnapshot)]

    @property
    def holds(self) -> list[Scalar]:
        """Give the places where the link's rules say until when they hold."""
        rules = self.root.get("link")
        found = (
            (rule.get("hold") for rule in rules.items if isinstance(rule, Mapping))
            if isinstance(rules, Sequence)
            else ()
        )
        untils = (hold.get("until") for hold in found if isinstance(hold, Mapping))
        return [until for until in untils if isinstance(until, Scalar)]

    @property
    def findings(self) -> list[str]:
        return [item.value.name for item in self.checks if item.value]


def names_mean_something(draft: Draft, faults: Faults) -> None:
    """Look names up, but for kinds of which a part could not be read: the right name may be in it."""
    known = {
        "host": draft.hosts,
        "program": list(draft.programs),
        "place": list(dict.fromkeys([*draft.programs, *draft.hosts])),
        "snapshot": draft.snapshots,
        "check": draft.findings,
        "hold": [until.text for until in draft.holds],
    }
    whole = {"host": bool(draft.hosts), "program": bool(draft.programs), "place": bool(draft.hosts)}
    whole["snapshot"] = bool(draft.steps) and all(item.value for item in draft.steps)
    whole["hold"] = True
    whole["check"] = all(item.value for item in draft.checks)
    found = [*typed.references(typed.Kind.of(Definition), draft.root)]
    found += [reference for item in draft.steps for reference in item.references]
    found += [reference for item in draft.checks for reference in item.references]
    typed.look_up(found, {kind: names for kind, names in known.items() if whole[kind]}, faults)


def hosts_are_distinct(draft: Draft, faults: Faults) -> None:
    _distinct(draft.scalars("hosts"), "host", faults)
    for scalar in draft.scalars("hosts"):
        if scalar.text == "localhost":
            faults.add(
                scalar, "no host can be called 'localhost'; give it another name, and say 'localhost: NAME'"
            )


def settings_are_of_hosts(draft: Draft, faults: Faults) -> None:
    """A mapping's keys are no references of their own."""
    node = draft.root.get("sysctl")
    if isinstance(node, Mapping) and draft.hosts:
        keys = [(Reference("host"), key) for key, _ in node.entries]
        typed.look_up(keys, {"host": draft.hosts}, faults)


def programs_have_a_host(draft: Draft, faults: Faults) -> None:
    for name, program in draft.programs.items():
        if program.value is None or not draft.hosts:
            continue
        if program.value.host is None and name not in draft.hosts:
            match = nearest(name, draft.hosts)
            remedy = f"'host: {match}'" if match else "'host:'"
            faults.add(
                program.key, f"there is no host {name!r} for this program; say {remedy}, or add the host"
            )
        if name != program.host in draft.hosts and name in draft.hosts:
            faults.add(
                program.key,
                f"the program {name!r} runs on {program.host!r} beside a host {name!r}; rename one",
            )


def files_are_there(draft: Draft, faults: Faults) -> None:
    """Ask for every file in reference/: the reference runs through the same plan as a submission.

    A handout has only what is not handed in.
    """
    is_handout = draft.root.get("handout") is not None
    spared = {scalar.text for scalar in draft.scalars("submit")} if is_handout else set()
    for program in draft.programs.values():
        for scalar in program.file_scalars:
            if scalar.text not in draft.reference and scalar.text not in spared:
                text = f"reference/{scalar.text} is missing{did_you_mean(scalar.text, draft.reference)}"
                faults.add(scalar, text)


def submitted_files_are_used(draft: Draft, faults: Faults) -> None:
    used = {scalar.text for program in draft.programs.values() for scalar in program.file_scalars}
    complete = draft.programs and all(program.value for program in draft.programs.values())
    for scalar in draft.scalars("submit"):
        if scalar.text not in used and complete:
            faults.add_once(
                scalar, f"no program has the file {scalar.text!r}{did_you_mean(scalar.text, used)}"
            )
    _distinct(draft.scalars("submit"), "file", faults)


def roles_part_what_is_submitted(draft: Draft, faults: Faults) -> None:
    """Hold every submitted file, and every program, to one role."""
    submitted = [scalar.text for scalar in draft.scalars("submit")]
    known = set(submitted)
    role_of: dict[str, str] = {}
    for role, files in _roles(draft, faults):
        for scalar in files:
            first = role_of.setdefault(scalar.text, role.text)
            if scalar.text not in known:
                near = did_you_mean(scalar.text, submitted[:MOST_COMPARED])
                faults.add(scalar, f"the file {scalar.text!r} is not in 'submit'{near}")
            elif first != role.text:
                text = (
                    f"the file {scalar.text!r} is in the roles {first!r} and {role.text!r}; leave it in one"
                )
                faults.add(scalar, text)
        _distinct(files, "file", faults)
    if not role_of:
        return
    for scalar in draft.scalars("submit"):
        if scalar.text not in role_of:
            faults.add_once(scalar, f"the file {scalar.text!r} is in no role; add it to one in 'roles'")
    for name, program in draft.programs.items():
        of_roles = {role_of[each.text]: each for each in program.file_scalars if each.text in role_of}
        if len(of_roles) > 1:
            text = f"the program {name!r} has files of the roles {' and '.join(map(repr, of_roles))}"
            faults.add(list(of_roles.values())[1], f"{text}; a program belongs to one")


def languages_can_take_its_place(draft: Draft, faults: Faults) -> None:
    """Only a script has a counterpart in another language, and cells are Python's."""
    _distinct(draft.scalars("languages"), "language", faults)
    if not draft.scalars("languages"):
        return
    programs = [program.value for program in draft.programs.values() if program.value]
    scripts = {program.script: program for program in programs if program.script is not None}
    beside = {file for program in programs for file in program.files}
    for scalar in draft.scalars("submit"):
        if scalar.text in beside:
            faults.add_once(
                scalar, f"{scalar.text!r} is no script alone, so 'languages' cannot take its place"
            )
        elif scalar.text in scripts and scripts[scalar.text].cells:
            faults.add_once(
                scalar, f"{scalar.text!r} has cells, which no other language has; leave out 'languages'"
            )


def _roles(draft: Draft, faults: Faults) -> abc.Iterator[tuple[Scalar, list[Scalar]]]:
    """Give each role with the places of its files; tell names that are taken, and a role without another."""
    node, key = draft.root.get("roles"), draft.root.key("roles")
    if not isinstance(node, Mapping) or key is None:
        return
    if len(node.entries) < 2:
        faults.add(key, "at least two roles are swapped; name the other half, or leave 'roles' out")
    checks = set(draft.findings)
    for role, value in node.entries:
        if role.text in RESERVED_FINDINGS:
            faults.add(role, f"no role can be called {role.text!r}: the kit's own finding has this name")
        elif role.text in checks:
            faults.add(role, f"no role can be called {role.text!r}: a check has this name")
        files = value.get("files") if isinstance(value, Mapping) else None
        items = files.items if isinstance(files, Sequence) else ()
        yield role, [item for item in items if isinstance(item, Scalar)]


def reference_has_its_cells(draft: Draft, faults: Faults) -> None:
    for program in draft.programs.values():
        if program.value is None or not program.value.cells or program.value.script is None:
            continue
        source = draft.reference.get(program.value.script, b"").decode("utf-8-sig", "replace")
        there = len(split_cells(source))
        if source and there < program.value.cells:
            text = (
                f"reference/{program.value.script} has {there} cells, but 'cells' says {program.value.cells}"
            )
            faults.add(program.file_scalars[0], text)


def snapshots_are_distinct(draft: Draft, faults: Faults) -> None:
    seen = set()
    for item in draft.steps:
        if item.value is None or not isinstance(item.value.value, OfSnapshot):
            continue
        name = item.value.value.name
        if name in seen:
            faults.add(item.node, f"two snapshots are called {name!r}; give one another name")
        seen.add(name)


def findings_are_distinct(draft: Draft, faults: Faults) -> None:
    seen = set()
    for item in draft.checks:
        if item.value is None:
            continue
        name = item.value.name
        if name in seen:
            faults.add(item.node, f"two checks are called `{name}`; give one a `name:`")
        if name in RESERVED_FINDINGS:
            faults.add(item.node, f"no check can be called {name!r}: the kit's own finding has this name")
        seen.add(name)


def needs_make_no_circle(draft: Draft, faults: Faults) -> None:
    needs = {item.value.name: item.value.needs for item in draft.checks if item.value}
    if len(needs) < len(draft.findings):
        return  # two of one name: who is needed is open
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1][::-1]
        place = next(item.node for item in draft.checks if item.value and item.value.name == circle[0])
        faults.add(place, f"checks need each other in a circle: {' needs '.join(circle)}")


def _distinct(scalars: list[Scalar], noun: str, faults: Faults) -> None:
    seen = set()
    for scalar in scalars:
        if scalar.text in seen:
            faults.add(scalar, f"the {noun} {scalar.text!r} is listed twice")
        seen.add(scalar.text)


def link_rules_can_act(draft: Draft, faults: Faults) -> None:
    rules = draft.root.get("link")
    if isinstance(rules, Sequence):
        from kit.exercise import link  # noqa: PLC0415  # its language of filters costs a start 50 ms

        link.check_link([rule for rule in rules.items if isinstance(rule, Mapping)], draft.hosts, faults)


def gates_can_be_asked(draft: Draft, faults: Faults) -> None:
    for item in draft.steps:
        if isinstance(item.node, Mapping) and item.value and isinstance(item.value.value, PacketsSeen):
            from kit.exercise import link  # noqa: PLC0415  # as above

            link.check_gate(item.node, draft.hosts, faults)


def datagrams_are_not_counted(draft: Draft, faults: Faults) -> None:
    """Recv-Q of a UDP socket is the memory that its datagrams take, several times their bytes: it tells only that some wait."""
    for item in draft.steps:
        gate = item.value.value if item.value else None
        if isinstance(gate, Received) and gate.protocol == "udp" and gate.bytes != 1:
            place = item.node.get("bytes") if isinstance(item.node, Mapping) else None
            faults.add(
                place or item.node,
                f"`bytes: {gate.bytes}` cannot be waited for: of UDP the kernel counts memory, not payload; say `bytes: 1`, which is any datagram",
            )


def holds_are_released(draft: Draft, faults: Faults) -> None:
    values = [item.value.value for item in draft.steps if item.value]
    releases = [value.until for value in values if isinstance(value, OfHold)]
    for until in draft.holds:
        if until.text not in releases and len(values) == len(draft.steps):
            remedy = f"add '- release: {until.text}', or say 'drop' with 'count: all'"
            faults.add_once(until, f"no step releases {until.text!r}; {remedy}")


def steps_are_possible(draft: Draft, faults: Faults) -> None:
    check_sequence(draft.steps, draft.programs, faults)


RULES = (
    names_mean_something,
    hosts_are_distinct,
    settings_are_of_hosts,
    programs_have_a_host,
    files_are_there,
    submitted_files_are_used,
    roles_part_what_is_submitted,
    languages_can_take_its_place,
    reference_has_its_cells,
    snapshots_are_distinct,
    findings_are_distinct,
    needs_make_no_circle,
    link_rules_can_act,
    gates_can_be_asked,
    datagrams_are_not_counted,
    holds_are_released,
    steps_are_possible,
)

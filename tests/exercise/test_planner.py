"""Same exercise, submission and seed: same plan, same digest. Any other: another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kit.exercise.loader import load
from kit.exercise.plan import HostPlan
from kit.exercise.planner import make_plan
from kit.exercise.submission import Submission
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.loader import Exercise

    Write = Callable[[str | bytes], Path]

MINE = Submission("mine", {"server.py": b"print('mine')\n"}, "d")


def test_the_same_input_gives_the_same_digest(exercise: Exercise) -> None:
    first, again = make_plan(exercise, MINE, "s"), make_plan(load(exercise.folder), MINE, "s")
    assert first == again
    assert first.digest == again.digest


def test_each_change_of_the_input_gives_another_digest(write: Write, exercise: Exercise) -> None:
    plan = make_plan(exercise, MINE, "s")
    others = [
        make_plan(exercise, None, "s"),
        make_plan(exercise, MINE, None),
        make_plan(exercise, MINE, "t"),
        make_plan(exercise, replace(MINE, name="other"), "s"),
        make_plan(exercise, replace(MINE, files={"server.py": b"print('other')\n"}), "s"),
        make_plan(exercise, replace(MINE, files={**MINE.files, "helper.py": b""}), "s"),
    ]
    for old, new in (
        ("count: 2", "count: 1"),
        ("within: 3", "within: 4"),
        ("1:30", "1:31"),
        ("- freeze: server\n", "- freeze: server\n  - snapshot: more\n"),
        ("submit:", "localhost: server\nsubmit:"),
        ("submit:", "limits: {processes: 3}\nsubmit:"),
        ("points: 3", "points: 4"),
    ):
        others.append(make_plan(load(write(GOOD.replace(old, new, 1))), MINE, "s"))
    assert len({plan.digest, *(other.digest for other in others)}) == 1 + len(others)


def test_the_subnet_is_the_machines_choice(exercise: Exercise) -> None:
    plan = make_plan(exercise, MINE, "s")
    assert plan.on(next(plan.subnet.supernet().subnets(new_prefix=29))).digest == plan.digest


def test_without_a_submission_the_reference_runs_and_nothing_is_submitted(exercise: Exercise) -> None:
    plan = make_plan(exercise, None, None)
    assert plan.submission == "reference"
    assert plan.programs["server"].files == {"server.py": b"print('server')\n"}
    assert not any(program.submitted for program in plan.programs.values())


def test_a_file_that_is_asked_for_is_the_students_and_all_else_the_exercises(exercise: Exercise) -> None:
    files = {"server.py": b"mine", "client.py": b"forged", "lib/helper.py": b"help", "notes.txt": b"x"}
    plan = make_plan(exercise, Submission("mine", files, "d"), None)
    assert plan.programs["server"].files == {"server.py": b"mine", "lib/helper.py": b"help"}
    assert plan.programs["client1"].files == {"client.py": b"print('client')\n"}
    assert [name for name, program in plan.programs.items() if program.submitted] == ["server"]


def test_a_module_below_the_name_of_a_provided_file_has_no_place(exercise: Exercise) -> None:
    files = {"server.py": b"mine", "client.py/x.py": b"", "lib/helper.py": b"help"}
    plan = make_plan(exercise, replace(MINE, files=files), "s")
    assert set(plan.programs["server"].files) == {"server.py", "lib/helper.py"}


def test_a_submission_with_faults_has_no_plan(exercise: Exercise) -> None:
    with pytest.raises(ValueError, match="cannot be run"):
        make_plan(exercise, replace(MINE, faults=("server.py is empty",)), None)


def test_commands_hosts_and_limits(write: Write) -> None:
    text = GOOD.replace("submit:", "localhost: server\nlimits: {wall_s: 9, processes: 7}\nsubmit:")
    text = (
        text.replace("  client2: {", "  second: {host: server, ")
        .replace("client2", "second")
        .replace("client1, second]\nprograms", "client1]\nprograms")
    )
    plan = make_plan(load(write(text)), None, None)
    assert plan.programs["client1"].command == ("python3", "-u", "client.py", "server", "8001", "hello")
    assert plan.programs["second"].host == "server"
    assert (plan.hosts["server"].number, plan.hosts["client1"].number) == (2, 3)
    assert plan.hosts["server"].names == ("localhost",)
    assert (plan.hosts["server"].capture_loopback, plan.hosts["client1"].capture_loopback) == (True, False)
    assert (plan.limits.wall_s, plan.limits.processes, plan.limits.step_s) == (9, 7, 5)
    assert plan.hosts_file == "198.18.0.2 server localhost\n198.18.0.3 client1\n"


def test_with_ipv6_a_hosts_name_means_both_addresses_and_two_further_names_one_each(
    exercise: Exercise,
) -> None:
    plain = make_plan(exercise, None, None)
    plan = replace(
        plain, hosts={"server": HostPlan("server", 2), "c": HostPlan("c", 12, ("localhost",))}, ipv6=True
    )
    assert plan.hosts_file.splitlines() == [
        "198.18.0.2 server server.ipv4",
        "fd00::2 server server.ipv6",
        "198.18.0.12 c localhost c.ipv4",
        "fd00::c c localhost c.ipv6",
    ]
    loopback = replace(plan, hosts={"server": HostPlan("server", 2)}).hosts_file.splitlines()[:2]
    assert loopback == ["127.0.0.1 localhost", "::1 localhost"]
    assert plan.digest != replace(plan, ipv6=False).digest
    assert plain.address6_of("server") == ""


def test_many_hosts_have_room(write: Write) -> None:
    more = ", ".join(f"h{number}" for number in range(197))
    plan = make_plan(load(write(GOOD.replace("client2]\n", f"client2, {more}]\n", 1))), None, None)
    assert str(plan.subnet) == "198.18.0.0/24"
    assert plan.address_of("h196") == "198.18.0.201"


def test_a_command_of_the_image_runs_as_it_stands(write: Write) -> None:
    text = GOOD.replace(
        '{script: server.py, args: ["${port}"]}', '{run: [nc, -l, "${port}"], files: [server.py]}'
    )
    program = make_plan(load(write(text)), MINE, None).programs["server"]
    assert program.command == ("nc", "-l", "8001")
    assert program.script is None
    assert program.submitted


def test_steps_are_plain_values_and_a_line_for_people(exercise: Exercise) -> None:
    steps = make_plan(exercise, None, None).steps
    assert [step.text for step in steps] == [
        "start: server",
        "wait: listening server, port 8001",
        "freeze: server",
        "start: client1, client2",
        "wait: queued server, port 8001, count 2",
        "snapshot: both",
        "thaw: server",
        "wait: exited server, client1, client2",
    ]
    assert [step.number for step in steps] == list(range(1, 9))
    assert steps[1].arguments == {"listening": "server", "port": 8001, "protocol": "tcp"}
    assert steps[3].arguments == {"programs": ["client1", "client2"]}
    assert (steps[1].within_s, steps[4].within_s) == (3, 5)
    json.dumps([dict(step.arguments) for step in steps])


def test_a_step_with_aliases_and_odd_text_reads_well(write: Write) -> None:
    more = (
        '- stdin: {program: server, text: "a b\\n", close: true}\n'
        "  - signal: {program: server, name: INT}\n"
        '  - wait: {state: server, port: "${port}", is: ESTABLISHED}\n'
        "  - freeze: server"
    )
    steps = make_plan(load(write(GOOD.replace("- freeze: server", more))), None, None).steps
    assert steps[2].text == r"stdin: server, text 'a b\n', close"
    assert steps[3].text == "signal: server, name INT"
    assert steps[4].text == "wait: state server, port 8001, is ESTABLISHED"
    assert steps[4].arguments == {"state": "server", "port": 8001, "is": "ESTABLISHED", "count": 1}

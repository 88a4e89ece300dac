"""Roles part what is submitted, each file and each program in one; a plan of a role has that half alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise import catalogue
from kit.exercise.loader import load
from kit.exercise.planner import make_plan
from kit.exercise.submission import Submission
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]

TWO = "roles: {server: {files: [server.py]}, client: {files: [client.py], points: 2}}"
BOTH = GOOD.replace("submit: [server.py]", f"submit: [server.py, client.py]\n{TWO}")


def test_roles_have_files_and_points(write: Write) -> None:
    roles = load(write(BOTH)).definition.roles
    assert roles is not None
    assert {name: (role.files, role.points) for name, role in roles.items()} == {
        "server": (("server.py",), 1),
        "client": (("client.py",), 2),
    }


BROKEN = [
    ("server: {files: [server.py]}, ", "", ["10:10: the file 'server.py' is in no role; add it to one in 'roles'", "11:1: at least two roles are swapped; name the other half, or leave 'roles' out"]),
    (TWO, "roles: {}", ["11:1: at least two roles are swapped; name the other half, or leave 'roles' out"]),
    (TWO, "roles: both", ["11:8: expected a mapping, found 'both'"]),
    ("{server: {", "{timeline: {", ["11:9: no role can be called 'timeline': the kit's own finding has this name"]),
    ("{server: {", "{queue: {", ["11:9: no role can be called 'queue': a check has this name"]),
    ("{server: {", "{Server: {", ["11:9: expected a name (lower-case letters, digits, - and _; a letter first; at most 31) as key, found 'Server'"]),
    ("{files: [server.py]}", "{files: []}", ["10:10: the file 'server.py' is in no role; add it to one in 'roles'", "11:25: expected a list with at least one entry, found an empty list"]),
    ("{files: [server.py]}", "{}", ["10:10: the file 'server.py' is in no role; add it to one in 'roles'", "11:17: 'files' is missing; expected a list with at least one entry"]),
    ("{files: [server.py]}", "[server.py]", ["10:10: the file 'server.py' is in no role; add it to one in 'roles'", "11:17: expected a mapping with files, points, found a list"]),
    ("{files: [server.py]}", "{files: [srver.py]}", ["10:10: the file 'server.py' is in no role; add it to one in 'roles'", "11:26: the file 'srver.py' is not in 'submit'; did you mean 'server.py'?"]),
    ("{files: [server.py]}", "{files: [server.py, client.py]}", ["11:67: the file 'client.py' is in the roles 'server' and 'client'; leave it in one"]),
    ("{files: [server.py]}", "{files: [server.py, server.py]}", ["11:37: the file 'server.py' is listed twice"]),
    ("points: 2", "points: -2", ["11:76: expected a number of at least 0, found '-2'"]),
    ("script: server.py, ", "script: server.py, files: [client.py], ", ["7:39: the program 'server' has files of the roles 'server' and 'client'; a program belongs to one"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN)
def test_broken_roles_are_told_with_place_fault_and_remedy(
    write: Write, old: str, new: str, expected: list[str]
) -> None:
    assert old in BOTH
    with pytest.raises(ExerciseError) as raised:
        load(write(BOTH.replace(old, new, 1)))
    assert [str(fault).removeprefix("first/exercise.yaml:") for fault in raised.value.faults] == expected


def test_very_many_files_in_roles_are_told_in_time(write: Write) -> None:
    """Each of them would be compared with all others."""
    many = ", ".join(f"f{number}.py" for number in range(4000))
    others = ", ".join(f"g{number}.py" for number in range(4000))
    text = GOOD.replace("[server.py]", f"[server.py, {many}]\nroles: {{a: {{files: [{others}]}}}}", 1)
    with pytest.raises(ExerciseError):
        load(write(text))


def test_in_the_plan_of_a_role_its_programs_alone_are_the_students_with_their_modules(write: Write) -> None:
    folder = write(BOTH)
    (folder / "reference/ours.py").write_text("ours")
    files = {"server.py": b"my server", "client.py": b"my client", "mine.py": b"mine"}
    mine = Submission("mine", files, "d")
    exercise = load(folder)
    pair, server, client = (make_plan(exercise, mine, "s", role) for role in (None, "server", "client"))
    ours = {"client.py": b"print('client')\n", "ours.py": b"ours"}
    assert server.programs["server"].files == {"server.py": b"my server", "mine.py": b"mine"}
    assert server.programs["client1"].files == server.programs["client2"].files == ours
    assert client.programs["server"].files == {"server.py": b"print('server')\n", "ours.py": b"ours"}
    assert client.programs["client1"].files == {"client.py": b"my client", "mine.py": b"mine"}
    submitted = [{name for name, one in plan.programs.items() if one.submitted} for plan in (server, client)]
    assert submitted == [{"server"}, {"client1", "client2"}]
    assert (server.seed, server.params, server.steps) == (pair.seed, pair.params, pair.steps)
    assert len({pair.digest, server.digest, client.digest}) == 3


def test_a_wrong_solution_may_fail_on_a_role(write: Write) -> None:
    folder = write(BOTH)
    (folder / "wrong/alone").mkdir(parents=True)
    (folder / "wrong/alone/wrong.yaml").write_text("fails: [client]\nsays: {en: x}\n")
    assert catalogue.wrongs(load(folder))["alone"].fails == ("client",)

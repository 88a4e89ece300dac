"""What an author writes becomes values; what is wrong with it is told all at once, each at its place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError, UsageError
from kit.exercise.loader import Exercise, load
from kit.exercise.model import Exited, Listening, OfPrograms
from tests.exercise.vocabulary import GOOD, Handshake, Queue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]


def faults_of(write: Write, old: str, new: str) -> list[str]:
    assert old in GOOD
    with pytest.raises(ExerciseError) as raised:
        load(write(GOOD.replace(old, new, 1)))
    return [str(fault).removeprefix("first/exercise.yaml:") for fault in raised.value.faults]


def test_an_exercise_is_typed_with_its_defaults(exercise: Exercise) -> None:
    definition = exercise.definition
    assert exercise.name == "first"
    assert definition.hosts == ("server", "client1", "client2")
    assert definition.programs["client1"].args == ("server", "8001", "hello")
    assert definition.programs["client2"].args == ("server", "8001", "1:30")
    assert definition.timeline[0].value == OfPrograms(programs=("server",))
    assert definition.timeline[1].value == Listening(listening="server", port=8001)
    assert definition.timeline[1].within_s == 3
    assert definition.timeline[2].within_s is None
    assert definition.timeline[-1].value == Exited(exited=("server", "client1", "client2"))
    handshake, queue = definition.checks
    assert handshake.params == Handshake.model_validate({"from": "client1", "to": "server"})
    assert (handshake.name, handshake.points, handshake.needs) == ("handshake", 1, ())
    assert queue.params == Queue(host="server", at="both", length=2)
    assert (queue.name, queue.points, queue.needs) == ("queue", 3, ("handshake",))


@pytest.mark.parametrize("feedback", ["full", "hint", "verdict"])
def test_an_author_says_how_much_a_student_sees(write: Write, feedback: str) -> None:
    assert load(write(f"{GOOD}feedback: {feedback}\n")).definition.feedback == feedback
    assert load(write(GOOD)).definition.feedback == "full"


def test_values_for_the_parameters_reach_every_part(exercise: Exercise) -> None:
    definition = exercise.with_params({"port": "20001", "word": "w"})
    assert definition.programs["client1"].args == ("server", "20001", "w")
    assert definition.timeline[1].value == Listening(listening="server", port=20001)
    assert definition.params["port"].default == "8001"


def test_values_that_do_not_fit_are_faults_too(exercise: Exercise) -> None:
    with pytest.raises(
        ExerciseError, match=r"first/exercise.yaml:13:37: expected a whole number from 1 to 65535"
    ):
        exercise.with_params({"port": "x", "word": "w"})


@pytest.mark.parametrize("name", ["exercise.yaml", "reference/server.py"])
def test_what_decides_a_run_is_in_the_digest(exercise: Exercise, name: str) -> None:
    path = exercise.folder / name
    path.write_text(path.read_text() + "\n# more\n")
    assert load(exercise.folder).digest != exercise.digest


def test_what_does_not_decide_a_run_is_not_in_the_digest(exercise: Exercise) -> None:
    (exercise.folder / "statement.en.md").write_text("Do it.")
    (exercise.folder / "reference/__pycache__").mkdir()
    (exercise.folder / "reference/__pycache__/server.pyc").write_bytes(b"\x00")
    assert load(exercise.folder).digest == exercise.digest


def test_a_name_moved_between_files_changes_the_digest(exercise: Exercise) -> None:
    """Lengths are hashed too: `ab` + `c` is not `a` + `bc`."""
    reference = exercise.folder / "reference"
    (reference / "a").write_text("bc")
    first = load(exercise.folder).digest
    (reference / "a").unlink()
    (reference / "ab").write_text("c")
    assert load(exercise.folder).digest != first


def test_a_folder_without_an_exercise_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"exercise\.yaml is missing"):
        load(tmp_path)


NO_NUMBER = "expected a whole number from 1 to 65535, found"

BROKEN = [
    ("hosts: [", "host: [", ["1:1: 'hosts' is missing; expected a list with at least one entry", "5:1: unknown key 'host'; did you mean 'hosts'?"]),
    ("title:", "titel:", ["1:1: 'title' is missing; expected a text for each language, such as {en: ..., zh: ...}", "1:1: unknown key 'titel'; did you mean 'title'?"]),
    ("en:", "fr:", ["1:9: expected one of en, zh as key, found 'fr'"]),
    ('{en: "first come", zh: "先来先得"}', "first", ["1:8: expected a text for each language, such as {en: ..., zh: ...}, found 'first'"]),
    ("script: server.py", "sript: server.py", ["7:12: unknown key 'sript'; did you mean 'script'?"]),
    ("script: server.py, args", "args", ["7:11: give `script` or `run`, one of the two"]),
    ('{script: server.py, args: ["${port}"]}', "server.py", ["7:11: expected a mapping with script, args, run, host, files, cells, found 'server.py'"]),
    ("[server, client1, client2]", "server", ["5:8: expected a list with at least one entry, found 'server'"]),
    ("[server, client1, client2]", "[]", ["5:8: expected a list with at least one entry, found an empty list"]),
    ("client2]\n", "client2, h 9]\n", ["5:35: expected a name (lower-case letters, digits, - and _; a letter first; at most 31), found 'h 9'"]),
    ("client2]\n", "client2, client1]\n", ["5:35: the host 'client1' is listed twice"]),
    ("client2]\n", "client2, localhost]\n", ["5:35: no host can be called 'localhost'; give it another name, and say 'localhost: NAME'"]),
    ("client2]\n", f"client2, {', '.join(f'h{n}' for n in range(198))}]\n", ["5:8: expected a list with at most 200 entries, found 201"]),
    ("pick: 20000-29999", "pick: 20000", ["3:31: expected a range such as 20000-29999, found '20000'"]),
    ("pick: 20000-29999", "pick: 29999-20000", ["3:9: `pick` goes from low to high: 20000-29999"]),
    ("pick: 20000-29999", "pick: 20000-29999, token: 3", ["3:9: give `pick` or `token`, not both"]),
    ("pick: 20000-29999", "pick: 20000-99999", [f"13:37: {NO_NUMBER} '99999'", f"16:34: {NO_NUMBER} '99999'"]),
    ("pick: 20000-29999", "pick: 0-29999", [f"13:37: {NO_NUMBER} '0'", f"16:34: {NO_NUMBER} '0'"]),
    ("pick: 20000-29999", "pick: 5-5", ["3:3: 'port' has too few values for a draw in which no two parameters are equal; widen it"]),
    ("default: hello", "defalt: hello", ["4:9: 'default' is missing; expected text", "4:10: unknown key 'defalt'; did you mean 'default'?"]),
    ("token: 8", "token: 99", ["4:33: expected a whole number from 1 to 64, found '99'"]),
    ('port: "${port}", within', "port: abc, within", [f"13:37: {NO_NUMBER} 'abc'"]),
    ('port: "${port}", within', "port: , within", [f"13:37: {NO_NUMBER} nothing"]),
    ('port: "${port}", within', 'port: "${prt}", within', ["13:37: unknown parameter 'prt'; did you mean 'port'?"]),
    ('port: "${port}", within', 'port: "${port", within', ["13:37: '${' without '}'; write '$${' for the two characters themselves"]),
    ("within: 3", "within: soon", ["13:56: expected a number above 0 and at most 600, found 'soon'"]),
    ("within: 3", "whitin: 3", ["13:48: unknown key 'whitin'; did you mean 'within'?"]),
    ("listening: server", "listening: srver", ["13:23: unknown program or host 'srver'; did you mean 'server'?"]),
    ("listening: server", "listning: server", ["13:11: expected a condition (listening, queued, received, drained, state, blocked, output, exited, packets), found a mapping; did you mean 'listening'?"]),
    ("listening: server", "listening: server, queued: server", ["13:31: a wait has one condition, found listening and queued; make two waits of it"]),
    ('{listening: server, port: "${port}", within: 3}', "server", ["13:11: expected a condition such as {listening: server, port: 8001}, found 'server'"]),
    ("- start: server\n", "- strat: server\n", ["12:5: unknown action 'strat'; did you mean 'start'?"]),
    ("- start: server\n", "- start\n", ["12:5: expected a step such as '- start: server', found 'start'"]),
    ("- start: server\n", "- start: server\n    within: 3\n", ["13:5: 'within' stands beside 'start', but a step has one action; indent it, or begin it with '- '"]),
    ("- start: server\n", "- start: {program: server}\n", ["12:12: 'programs' is missing; expected a list with at least one entry", "12:13: unknown key 'program'; did you mean 'programs'?"]),
    ("- start: server\n", "- start: servr\n", ["12:12: unknown program 'servr'; did you mean 'server'?"]),
    ("client1, client2]}\n", "client1, client3]}\n", ["19:38: unknown program 'client3'; did you mean 'client2'?"]),
    ("- snapshot: both", "- snapshot: both\n  - snapshot: both", ["18:15: two snapshots are called 'both'; give one another name"]),
    ("at: both", "at: bth", ["22:31: unknown snapshot 'bth'; did you mean 'both'?"]),
    ("- freeze: server", "- wait: {blocked: server, call: recvfrom}\n  - freeze: server", ["14:35: expected one of accept, connect, recv, send, poll, select, epoll_wait, found 'recvfrom'; did you mean 'recv'?"]),
    ("length: 2", "length: two", ["22:45: expected a whole number of at least 0, found 'two'"]),
    (", length: 2", "", ["22:12: 'length' is missing; expected a whole number of at least 0"]),
    ("- handshake: {", "- handshak: {", ["21:5: unknown check 'handshak'; did you mean 'handshake'?"]),
    ("- handshake: {from: client1", "- handshake: {prt: 1, from: client9", ["21:17: unknown key 'prt'; did you mean 'port'?", "21:31: unknown host 'client9'; did you mean 'client2'?"]),
    ("- handshake: {from: client1, to: server}", "- handshake", ["21:5: expected a check such as '- handshake: {from: client, to: server}', found 'handshake'"]),
    ("- handshake: {from: client1, to: server}", "- handshake: server", ["21:16: expected a mapping with from, to, port, found 'server'"]),
    ("points: 3", "pionts: 3", ["23:5: unknown key 'pionts'; did you mean 'points'?"]),
    ("points: 3", "points: nan", ["23:13: expected a number of at least 0, found 'nan'"]),
    ("points: 3", "points: inf", ["23:13: expected a number of at least 0, found 'inf'"]),
    ("hosts:", "feedback: some\nhosts:", ["5:11: expected one of full, hint, verdict, found 'some'"]),
    ("points: 3", "hidden: maybe", ["23:13: expected true or false, found 'maybe'"]),
    ("points: 3", "name: handshake", ["22:5: two checks are called `handshake`; give one a `name:`"]),
    ("points: 3", "name: timeline", ["22:5: no check can be called 'timeline': the kit's own finding has this name"]),
    ("points: 3", "why: {en: a, de: b}", ["23:18: expected one of en, zh as key, found 'de'"]),
    ("points: 3", "segments: {count: 3}", ["23:5: a second check 'segments' in one entry; begin it with '- '"]),
    ("needs: [handshake]", "needs: [handshk]", ["24:13: unknown check 'handshk'; did you mean 'handshake'?"]),
    ("needs: [handshake]", "needs: [queue]", ["22:5: checks need each other in a circle: queue needs queue"]),
    ("  - queue: {", "  - segments: {count: many}\n  - queue: {", ["22:23: expected a whole number or a mapping with min, max, found 'many'"]),
    ("  - queue: {", "  - segments: {count: [2]}\n  - queue: {", ["22:23: expected a whole number or a mapping with min, max, found a list"]),
    ("  - queue: {", "  - segments: {count: {mn: 2}, stream: stdot}\n  - queue: {", ["22:24: unknown key 'mn'; did you mean 'min'?", "22:40: expected one of stdout, stderr, found 'stdot'; did you mean 'stdout'?"]),
    ("  - queue: {", "  - accept_order: {program: server, order: [client1, clent2]}\n  - queue: {", ["22:54: unknown program 'clent2'; did you mean 'client2'?"]),
    ("submit: [server.py]", "submit: [servr.py]", ["10:10: no program has the file 'servr.py'; did you mean 'server.py'?"]),
    ("submit: [server.py]", "submit: [server.py, server.py]", ["10:21: the file 'server.py' is listed twice"]),
    ("submit: [server.py]", "submit: [../server.py]", ["10:10: expected a file name such as server.py or lib/server.py, found '../server.py'"]),
    ("submit: [server.py]", "submit: [server.py]\nlocalhost: sever", ["11:12: unknown host 'sever'; did you mean 'server'?"]),
    ("submit: [server.py]", "submit: [server.py]\nlimits: {wall_s: 0, procesess: 3}", ["11:18: expected a number above 0 and at most 3600, found '0'", "11:21: unknown key 'procesess'; did you mean 'processes'?"]),
    ("submit: [server.py]", "submit: [server.py]\ncompare: {tcp: {protocol: tpc, from: server, to: client1, sender: client3, receiver: server}}", ["11:27: expected one of tcp, udp, found 'tpc'; did you mean 'tcp'?", "11:67: unknown program 'client3'; did you mean 'client2'?"]),
    ('{script: client.py, args: [server, "${port}", "1:30"]}', "{script: clint.py}", ["9:21: reference/clint.py is missing; did you mean 'client.py'?"]),
    ("{script: server.py, ", "{cells: 3, script: server.py, ", ["7:30: reference/server.py has 0 cells, but 'cells' says 3"]),
    ("  client1: {", "  client1: {host: client2, ", ["8:3: the program 'client1' runs on 'client2' beside a host 'client1'; rename one"]),
    ("  client1: {", "  client1: {host: clent1, ", ["8:19: unknown host 'clent1'; did you mean 'client1'?"]),
    ("  client1: {", "  third: {script: client.py}\n  client1: {", ["8:3: the program 'third' is never started", "8:3: there is no host 'third' for this program; say 'host:', or add the host"]),
    ("timeline:\n", "timeline:\nmore:\n", ["11:10: expected a list with at least one entry, found nothing", "12:1: unknown key 'more'; there are: document, topics, difficulty, prerequisites, localhost, languages, limits, build, link, ipv6, sysctl, compare, feedback, roles, handout"]),
    ("params:", "title: x\nparams:", ["2:1: the key 'title' stands twice here, first at 1:1; remove one"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN)
def test_a_broken_exercise_is_told_with_place_fault_and_remedy(
    write: Write, old: str, new: str, expected: list[str]
) -> None:
    assert faults_of(write, old, new) == expected


def test_all_faults_of_a_file_are_told_at_once(write: Write) -> None:
    text = (
        GOOD.replace("script: server.py", "sript: server.py")
        .replace("at: both", "at: bth")
        .replace("points: 3", "points: x")
    )
    with pytest.raises(ExerciseError) as raised:
        load(write(text.replace("within: 3", "within: 3, prot: 1")))
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [
        (7, 12),
        (13, 59),
        (22, 31),
        (23, 13),
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "text\n", "a: [\n", "\x00"])
def test_what_is_no_mapping_is_told(write: Write, text: str) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(text))
    assert len(raised.value.faults) == 1


MANY = 15_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("submit: [", "submit: [" + "x.py, " * MANY),
        ("{host: server, at: both, length: 2}", f"{{host: server, at: both, length: 2, {'x: 1, ' * 5000}}}"),
        ("hosts: [", "hosts: [" + "".join(f"x{n}, " for n in range(MANY))),
        ("exited: [", "exited: [" + "".join(f"x{n}, " for n in range(MANY))),
        ("hosts: [", "hosts: [" + "".join(f"{chr(n) * 9}{'~' * 9000}, " for n in range(97, 107))),
    ],
)
def test_a_file_of_very_many_faults_is_told_in_time(write: Write, old: str, new: str) -> None:
    """Each of them once was looked for among all others."""
    began = time.process_time()
    assert faults_of(write, old, new)
    assert time.process_time() - began < 5


def test_parameters_that_blow_a_file_up_are_refused(write: Write) -> None:
    text = GOOD.replace("{default: hello, token: 8}", f"{{default: {'x' * 100_000}}}")
    with pytest.raises(ExerciseError) as raised:
        load(write(text.replace('"1:30"', f'"{"${word}" * 50}"')))
    assert [str(fault) for fault in raised.value.faults] == [
        "first/exercise.yaml:2:1: with its parameters the file has more than 4194304 characters"
    ]

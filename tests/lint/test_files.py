"""What exercise.yaml, the starter and the wrong solutions owe; each claim on an exercise that breaks it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError, UsageError
from kit.exercise.handout import files as handed_out
from kit.lint.folder import read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lint.author import Author

YAML = "exercise.yaml"


def test_nothing_is_said_of_an_exercise_that_owes_nothing(author: Author) -> None:
    assert author.told() == []


def test_a_file_that_does_not_open_with_what_it_proves(author: Author) -> None:
    author.change(YAML, "# Proves:", "# About:")
    assert author.told() == [
        (
            "opens-with-what-it-proves",
            f"{YAML}:1",
            "the file does not open with what it proves; begin it with '# Proves: ...'",
        )
    ]


def test_a_line_for_editors_may_stand_before_what_it_proves(author: Author) -> None:
    author.change(YAML, "# Proves:", "# yaml-language-server: $schema=../schema.json\n# Proves:")
    assert [rule for rule, _, _ in author.told()] in ([], ["file-is-short"])


def test_a_title_in_one_language(author: Author) -> None:
    author.change(YAML, ', zh: "listen 与 accept：先来先得"', "")
    assert author.told() == [
        ("texts-are-in-both-languages", f"{YAML}:2", "`title` says nothing in zh; write it")
    ]


def test_a_hint_in_one_language_and_an_empty_why(author: Author) -> None:
    author.change(YAML, '。127.0.0.1 只有本机自己能连上。"}', '"}')
    author.change(YAML, 'zh: "请绑定 \\"\\"（本机所有地址）"', 'zh: ""')
    author.change(
        YAML,
        'en: "A backlog of n lets n + 1 connections wait for accept; a SYN that finds the queue full is dropped silently."',
        'en: " "',
    )
    assert [(rule, text) for rule, _, text in author.told()] == [
        ("texts-are-in-both-languages", "`hint` of handshake says nothing in zh; write it"),
        ("texts-are-in-both-languages", "`why` of handshake-2 says nothing in en; write it"),
    ]


def test_a_check_that_does_not_say_why(author: Author) -> None:
    text = (author.folder / YAML).read_text(encoding="utf-8")
    author.write(YAML, text.rsplit("    why:", 1)[0])
    ((rule, place, said),) = author.told()
    assert (rule, place) == ("every-check-says-why", f"{YAML}:{text.count(chr(10)) - 2}")
    assert said.startswith("exit does not say why; add `why: {en: ..., zh: ...}`")


def test_a_prerequisite_that_is_no_exercise(author: Author) -> None:
    author.change(YAML, "[basic-usage]", "[basic-usige]")
    assert author.told() == [
        (
            "prerequisites-are-exercises",
            f"{YAML}:6",
            "there is no exercise 'basic-usige' beside this one or in the catalogue; did you mean 'basic-usage'?",
        )
    ]


def test_two_exercises_that_ask_for_each_other(author: Author) -> None:
    other = author.folder.parent / "basic-usage" / YAML
    text = other.read_text(encoding="utf-8")
    other.write_text(
        text.replace("difficulty: 1", "difficulty: 1\nprerequisites: [listen-accept]"), encoding="utf-8"
    )
    ((rule, place, said),) = author.told()
    assert (rule, place) == ("prerequisites-make-no-circle", f"{YAML}:6")
    assert said.startswith("nobody can begin: ")
    assert "listen-accept asks for basic-usage" in said


def test_a_prerequisite_that_cannot_be_read_is_its_own_authors_business(author: Author) -> None:
    (author.folder.parent / "basic-usage" / YAML).write_text("hosts: [", encoding="utf-8")
    assert author.told() == []


def test_a_long_file_is_a_warning(author: Author) -> None:
    author.change(YAML, "checks:", "\n" * 40 + "checks:")
    ((rule, place, said),) = author.told()
    assert (rule, place) == ("file-is-short", f"{YAML}:68")
    assert "more than 67 are not read at a glance" in said


def test_a_starter_without_its_file_or_with_another(author: Author) -> None:
    author.remove("starter/server.py")
    author.write("starter/notes.py", "# TODO\n")
    assert author.told() == [
        (
            "starter-has-what-is-handed-in",
            f"{YAML}:17",
            "starter/server.py is missing; write what a learner begins with, with TODO lines",
        ),
        (
            "starter-has-what-is-handed-in",
            "starter/notes.py:1",
            "notes.py is not handed in; take it out of starter/, or add it to `submit`",
        ),
    ]


def test_a_starter_with_nothing_to_do_and_one_that_is_no_python(author: Author) -> None:
    author.write("starter/server.py", "import socket\nlisten(\n")
    assert author.told() == [
        (
            "starter-leaves-something-to-do",
            "starter/server.py:1",
            "nothing is left to do; say at a TODO what a learner has to write there",
        ),
        (
            "starter-leaves-something-to-do",
            "starter/server.py:2",
            "this is not Python: '(' was never closed (<unknown>, line 2); a starter runs as it is",
        ),
    ]


def test_four_wrong_solutions_are_too_few(author: Author) -> None:
    for folder in sorted((author.folder / "wrong").iterdir())[4:]:
        author.remove(f"wrong/{folder.name}")
    rules = {rule: (place, text) for rule, place, text in author.told()}
    place, text = rules["wrongs-are-enough"]
    assert place == "wrong:1"
    assert text.startswith(
        "there are 4 wrong solutions, and at least 5 are wanted; add what students get wrong"
    )


def test_a_check_that_nothing_can_fail(author: Author) -> None:
    for label in ("newest-first", "hard-coded-names", "receives-one-byte"):
        author.change(f"wrong/{label}/wrong.yaml", "served", "queue")
    ((rule, place, said),) = author.told()
    assert (rule, place) == (
        "every-check-is-failed-by-some-wrong",
        author.line(YAML, "- output: {program: server"),
    )
    assert said.startswith("no wrong solution fails served, so nothing shows that it can fail")


def test_a_role_that_nothing_can_fail(author: Author) -> None:
    roles = "roles:\n  server: {files: [server.py]}\n  client: {files: [client.py]}"
    author.change(YAML, "submit: [server.py]", f"submit: [server.py, client.py]\n{roles}")
    told = [
        (place, text) for rule, place, text in author.told() if rule == "every-check-is-failed-by-some-wrong"
    ]
    assert [(place, text.split(",")[0]) for place, text in told] == [
        (author.line(YAML, f"{role}: {{files"), f"no wrong solution fails {role}")
        for role in ("server", "client")
    ]


def test_a_wrong_solution_lacks_its_file_or_has_another(author: Author) -> None:
    author.remove("wrong/newest-first/server.py")
    author.write("wrong/newest-first/client.py", "")
    assert author.told() == [
        ("wrong-is-complete", "wrong/newest-first/client.py:1", "client.py is not handed in; take it out"),
        (
            "wrong-is-complete",
            "wrong/newest-first/wrong.yaml:1",
            "wrong/newest-first/server.py is missing; a solution is what a student hands in",
        ),
    ]


def test_a_wrong_solution_that_says_nothing_in_one_language(author: Author) -> None:
    author.write(
        "wrong/newest-first/wrong.yaml",
        'fails: [served, answer-1, answer-2]\nsays: {en: "Last in, first out."}\n',
    )
    assert author.told() == [
        (
            "wrong-says-what-is-wrong",
            "wrong/newest-first/wrong.yaml:1",
            "`says` has nothing in zh; write the misconception in a sentence",
        )
    ]


def test_a_wrong_solution_that_differs_in_comments_alone(author: Author) -> None:
    text = (author.folder / "reference" / "server.py").read_text(encoding="utf-8")
    author.write("wrong/newest-first/server.py", f"# newest first\n{text}")
    assert author.told() == [
        (
            "wrong-differs-from-the-reference",
            "wrong/newest-first/wrong.yaml:1",
            "wrong/newest-first does what the reference does; make it wrong",
        )
    ]


def test_a_wrong_solution_that_is_no_python_differs(author: Author) -> None:
    author.write("wrong/newest-first/server.py", "while:\n")
    assert author.told() == []


def test_faults_of_format_are_the_loaders_in_all_files(author: Author) -> None:
    author.change("wrong/newest-first/wrong.yaml", "served", "srved")
    with pytest.raises(ExerciseError, match=r"wrong\.yaml:1:9: unknown check 'srved'; did you mean 'served'"):
        read(author.folder)
    author.change(YAML, "difficulty", "dificulty")
    with pytest.raises(ExerciseError, match="unknown key 'dificulty'"):
        read(author.folder)


def test_a_handout_is_not_linted(author: Author, tmp_path: Path) -> None:
    for name, data in handed_out(author.written.exercise).items():
        path = tmp_path / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with pytest.raises(UsageError, match="is a handout"):
        read(tmp_path / "given")


def test_what_is_in_another_language_is_held_to_the_same(author: Author) -> None:
    author.write("starter-c/server.c", "/* TODO: all of it */\n")
    author.write("right/c/server.c", "int main(void) { return 0; }\n")
    author.write("wrong/late-in-c/server.c", "int main(void) { return 1; }\n")
    author.write("wrong/late-in-c/helper.h", "\n")
    author.write("wrong/late-in-c/wrong.yaml", "fails: [timeline]\nsays: {en: 'x', zh: 'y'}\n")
    assert author.told() == []
    author.write("starter-c/server.c", "\n")
    author.write("starter-c/server.py", "# TODO\n")
    author.write("wrong/late-in-c/server.c", "int main(void) { return 0; }\n")
    author.remove("wrong/late-in-c/helper.h")
    author.write("wrong/late-in-c/notes.txt", "\n")
    assert {(place, text.partition(";")[0]) for _, place, text in author.told()} == {
        ("starter-c/server.c:1", "nothing is left to do"),
        ("starter-c/server.py:1", "server.py is not handed in"),
        ("wrong/late-in-c/notes.txt:1", "notes.txt is not handed in"),
    }
    author.remove("wrong/late-in-c/notes.txt")
    assert (
        "wrong/late-in-c/wrong.yaml:1",
        "wrong/late-in-c does what the reference does; make it wrong",
    ) in {(place, text) for _, place, text in author.told()}

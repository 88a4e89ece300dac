"""What the two statements owe a learner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.lint.author import Author

EN, ZH = "statement.en.md", "statement.zh.md"


def test_a_statement_in_one_language(author: Author) -> None:
    author.remove(ZH)
    assert author.told() == [
        ("statement-is-there", f"{ZH}:1", "the file is missing; write it: it is what learners read")
    ]


def test_a_statement_without_a_title_or_without_what_it_is_about(author: Author) -> None:
    author.change(EN, "# listen", "listen")
    text = (author.folder / ZH).read_text(encoding="utf-8")
    author.write(ZH, f"# 标题\n\n## {text.split('## ', 1)[1]}")
    wanted = "expected '# ' with the title first, then a paragraph that says what happens in the network"
    rule = "statement-opens-with-a-title-and-what-it-is-about"
    assert author.told() == [(rule, f"{EN}:1", wanted), (rule, f"{ZH}:1", wanted)]


def test_headings_that_are_missing_misspelt_doubled_empty_or_in_another_order(author: Author) -> None:
    rule, the_four = (
        "statement-has-the-four-headings",
        "a statement has Task, Usage, Example, What is checked, in this order",
    )
    author.change(EN, "## Usage\n", "## Use\n")
    assert author.told() == [
        (rule, f"{EN}:1", f"the heading '## Usage' is missing; {the_four}"),
        (rule, author.line(EN, "## Use"), f"unknown heading '## Use'; {the_four}"),
    ]
    author.change(EN, "## Use\n", "## Usage\n\n## Usage\n")
    assert (rule, f"{EN}:1", f"the heading '## Usage' stands there twice; {the_four}") in author.told()
    assert (rule, author.line(EN, "## Usage"), "nothing stands below '## Usage'; write it") in author.told()
    author.change(EN, "## Usage\n\n## Usage\n", "## Example\n")
    author.change(EN, "## Example\n\n    server$", "## Usage\n\n    server$")
    assert (
        rule,
        author.line(EN, "## Task"),
        f"the headings are in another order; {the_four}",
    ) in author.told()


def test_a_script_whose_call_is_not_said_is_told_once_for_all_its_programs(author: Author) -> None:
    author.change(ZH, "    python3 client.py HOST PORT NAME\n", "")
    said = "no line says how client.py is called; write '    python3 client.py ...'"
    assert author.told() == [("usage-says-how-each-script-is-called", author.line(ZH, "## 用法"), said)]


@pytest.mark.parametrize(
    ("usage", "right"),
    [
        ("PORT BACKLOG", True),
        ("PORT", False),
        ("PORT BACKLOG NAME", False),
        ("PORT NUMBER...", True),
        ("A B C...", True),
    ],
)
def test_usage_says_as_many_arguments_as_are_given(author: Author, usage: str, right: bool) -> None:
    author.change(EN, "    python3 server.py PORT BACKLOG\n", f"    python3 server.py {usage}\n")
    said = "server.py is said to take other arguments than server gives it, which are 2"
    assert author.told() == (
        [] if right else [("usage-says-how-each-script-is-called", author.line(EN, "## Usage"), said)]
    )


def test_an_example_that_shows_something_else_than_the_reference_prints(author: Author) -> None:
    author.change(EN, "    2 client2\n", "    2 client3\n")
    ((rule, place, said),) = author.told()
    assert (rule, place) == ("example-shows-what-the-default-values-print", author.line(EN, "## Example"))
    assert said.startswith(
        "the example lacks the line '2 client2', which served asks for with the default values"
    )


def test_a_check_that_learners_are_not_told_of(author: Author) -> None:
    author.change(ZH, "- `queue`：", "- 队列：")
    assert author.told() == [
        (
            "checks-are-named-to-learners",
            author.line(ZH, "## 检查什么"),
            "'## 检查什么' does not name `queue`; say in a line what it asks for",
        )
    ]


def test_a_hidden_check_that_learners_are_told_of(author: Author) -> None:
    author.change("exercise.yaml", "    name: served\n", "    name: served\n    hidden: true\n")
    assert (
        "checks-are-named-to-learners",
        author.line(EN, "## What"),
        "'## What is checked' names `served`; it is hidden: take it out",
    ) in author.told()


def test_a_check_that_there_is_not(author: Author) -> None:
    author.change(EN, "- `queue`: ", "- `queue`, `Queue`: the `listen` call; ")
    assert author.told() == [
        (
            "what-learners-are-told-is-checked",
            author.line(EN, "- `queue`"),
            "there is no check `Queue`; mend the name, or the list",
        )
    ]

"""`checks.py` beside an exercise: what it gives, and every fault of it with its place and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError, UsageError
from kit.exercise import handout
from kit.exercise.loader import Exercise, load
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]

POLITE = '''\
"""What this exercise asks beside kit's own checks."""
from __future__ import annotations

from dataclasses import dataclass

from kit.author import Answer, Evidence, HostRef, ProgramRef, SnapshotRef, fail, output_cite, passed


@dataclass(frozen=True)
class _Word:
    text: str


def polite(evidence: Evidence, program: ProgramRef, words: list[str], from_: HostRef | None = None, least: int = 1) -> Answer:
    """Did the program say each word?"""
    return passed(expected="e", observed=" ".join(words))


def _helps(evidence): ...
'''
ASKED = "  - polite: {program: server, words: [please]}\n"


@pytest.fixture
def make(write: Write) -> Callable[..., Path]:
    """Write an exercise with these checks of its own, and these further entries of `checks`."""

    def maker(source: str | bytes = POLITE, asked: str = ASKED) -> Path:
        folder = write(GOOD + asked)
        (folder / "checks.py").write_bytes(source if isinstance(source, bytes) else source.encode())
        return folder

    return maker


def faults(folder: Path) -> list[str]:
    with pytest.raises(ExerciseError) as caught:
        load(folder)
    return [str(fault).removeprefix("first/") for fault in caught.value.faults]


def test_a_function_is_a_check_of_its_name_with_its_parameters(make: Callable[..., Path]) -> None:
    exercise = load(make())
    assert list(exercise.own) == ["polite"], "what is imported, a class and a helper are no checks"
    spec = exercise.definition.checks[-1]
    assert (spec.check, spec.name, spec.points) == ("polite", "polite", 1)
    assert spec.params.model_dump(by_alias=True) == {
        "program": "server",
        "words": ["please"],
        "from": None,
        "least": 1,
    }


def test_what_exercise_yaml_says_of_it_is_held_to_its_types_and_names(make: Callable[..., Path]) -> None:
    asked = "  - polite: {program: servr, words: please, from: client3, leest: 2}\n    name: twice\n"
    assert faults(make(asked=asked)) == [
        "exercise.yaml:25:23: unknown program 'servr'; did you mean 'server'?",
        "exercise.yaml:25:37: expected a list, found 'please'",
        "exercise.yaml:25:51: unknown host 'client3'; did you mean 'client2'?",
        "exercise.yaml:25:60: unknown key 'leest'; did you mean 'least'?",
    ]


def test_a_misspelt_own_check_has_its_remedy(make: Callable[..., Path]) -> None:
    (fault,) = faults(make(asked="  - polit: {program: server, words: [please]}\n"))
    assert fault.endswith("unknown check 'polit'; did you mean 'polite'?")


def test_its_parameters_hold_for_every_draw(make: Callable[..., Path]) -> None:
    exercise = load(make(asked='  - polite: {program: server, words: ["${word}"]}\n'))
    drawn = exercise.with_params({"port": "20001", "word": "abc"})
    assert drawn.checks[-1].params.model_dump()["words"] == ["abc"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(:\n", "checks.py:1:7: this is not Python: invalid syntax"),
        (b"x = '\0'\n", "checks.py:1:1: this is not Python: source code string cannot contain null bytes"),
        (
            "import kit\n\nnothing()\n",
            "checks.py:3:1: NameError: name 'nothing' is not defined; the file is run whenever the exercise is read",
        ),
        (
            "raise SystemExit(0)\n",
            "checks.py:1:1: SystemExit: 0; the file is run whenever the exercise is read",
        ),
        (
            "import there_is_none\n",
            (
                "checks.py:1:1: ModuleNotFoundError: No module named 'there_is_none'; "
                "the file is run whenever the exercise is read"
            ),
        ),
        (
            "x = 1\n",
            "checks.py:1:1: no function here is a check; write `def name(evidence): ...`, or remove the file",
        ),
        ("def queue(evidence): ...\n", "checks.py:1:1: kit has a check 'queue'; give this one another name"),
        (
            "\ndef points(evidence): ...\n",
            "checks.py:2:1: 'points' stands beside every check in exercise.yaml; give this one another name",
        ),
        (
            "def isPolite(evidence): ...\n",
            "checks.py:1:1: 'isPolite' is no name for a check: lower-case letters, digits and _, a letter first, at most 31",
        ),
        ("def polite(): ...\n", "checks.py:1:1: the first parameter of polite must be `evidence`"),
        ("def polite(program): ...\n", "checks.py:1:1: the first parameter of polite must be `evidence`"),
        (
            "def polite(evidence, word): ...\n",
            (
                "checks.py:1:1: `word` of polite has no type; say one of str, int, float, bool, list[str], "
                "Literal['a', 'b'], Port, HostRef, ProgramRef or SnapshotRef"
            ),
        ),
        (
            "def polite(evidence, *words: str): ...\n",
            "checks.py:1:1: polite may have no `*words: str`: each parameter is a key in exercise.yaml",
        ),
        (
            "def polite(evidence, word: Wrod): ...\n",
            "checks.py:1:1: NameError: name 'Wrod' is not defined; the file is run whenever the exercise is read",
        ),
        (
            "from __future__ import annotations\ndef polite(evidence, word: Wrod): ...\n",
            "checks.py:2:1: a type of polite means nothing: name 'Wrod' is not defined",
        ),
        (
            "import socket\ndef polite(evidence, end: socket.socket): ...\n",
            (
                "checks.py:2:1: a type of polite cannot be said in YAML: Unable to generate pydantic-core schema for "
                "<class 'socket.socket'>. Set `arbitrary_types_allowed=True` in the model_config to ignore this error or "
                "implement `__get_pydantic_core_schema__` on your type to fully support it.; say one of str, int, float, bool, "
                "list[str], Literal['a', 'b'], Port, HostRef, ProgramRef or SnapshotRef"
            ),
        ),
        (
            "def polite(evidence, copy: str): ...\n",
            "checks.py:1:1: `copy` of polite is a name that kit uses; give the parameter another one",
        ),
        (
            "async def polite(evidence): ...\n",
            "checks.py:1:1: polite must be a plain function, without `async` and `yield`",
        ),
    ],
)
def test_a_fault_of_the_file_has_its_place_and_remedy(
    make: Callable[..., Path], source: str | bytes, said: str
) -> None:
    assert faults(make(source, asked="")) == [said]


def test_the_digest_covers_the_file(make: Callable[..., Path], write: Write) -> None:
    digest = load(make()).digest
    assert load(make(POLITE + "\n")).digest != digest
    assert load(make()).digest == digest
    folder = write(GOOD)
    (folder / "checks.py").unlink()
    assert load(folder).digest != digest


def handed_out(exercise: Exercise) -> dict[str, bytes]:
    return handout.files(exercise)


def test_a_handout_has_the_file_only_where_a_visible_check_needs_it(make: Callable[..., Path]) -> None:
    assert handed_out(load(make()))["checks.py"] == POLITE.encode()
    assert "checks.py" not in handed_out(load(make(asked=ASKED + "    hidden: true\n")))


def test_a_handout_does_not_tell_of_a_hidden_check_in_the_file(make: Callable[..., Path]) -> None:
    both = ASKED + "  - polite: {program: client1, words: [please]}\n    name: secret\n    hidden: true\n"
    with pytest.raises(UsageError) as caught:
        handed_out(load(make(asked=both)))
    assert caught.value.in_short == (
        "first: checks.py has visible checks and hidden ones (secret), so whoever is given it reads both; "
        "say the hidden ones with kit's own checks, or hide all of the file's"
    )

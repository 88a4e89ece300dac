"""What `kit new` writes is whole: the files owe nothing, whatever was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit import checks
from kit.errors import UsageError
from kit.exercise.new import MOST_CLIENTS, PROTOCOLS, Asked, Protocol, files
from kit.lint.folder import read
from kit.lint.report import of_files

if TYPE_CHECKING:
    from pathlib import Path

    from kit.lint.folder import Written

STRANGE = 'a "title": {with} # marks, ${port} and $$\nand a second line'


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give kit's own back, which the other tests of this folder do not have."""
    monkeypatch.undo()
    assert "handshake" in checks.names()


def written(place: Path, asked: Asked) -> Written:
    for name, data in files(asked).items():
        path = place / asked.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return read(place / asked.name)


@pytest.mark.parametrize("clients", range(1, MOST_CLIENTS + 1))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_its_files_owe_nothing(tmp_path: Path, protocol: Protocol, clients: int) -> None:
    one = written(tmp_path, Asked("greet-all", "Greet all", "问候", ("accept",), protocol, clients, 3))
    assert [str(complaint) for complaint in of_files(one).complaints] == []
    definition = one.exercise.definition
    assert (definition.difficulty, definition.topics) == (3, ("accept",))
    assert len(definition.hosts) == clients + 1
    assert len(one.wrongs) == 6


def test_a_title_may_have_any_characters(tmp_path: Path) -> None:
    one = written(tmp_path, Asked("strange", STRANGE, STRANGE, ("a, b", "c: d", "${x}")))
    on_one_line = STRANGE.replace("\n", " ")
    assert one.exercise.definition.title == {"en": on_one_line, "zh": on_one_line}
    assert one.exercise.definition.topics == ("a, b", "c: d", "${x}")
    assert one.statements["en"].splitlines()[0] == f"# {on_one_line}"


@pytest.mark.parametrize("name", ["Greet", "greet_all", "../greet", "-greet", "greet-", "1st", ""])
def test_a_name_that_nobody_would_type_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no name for an exercise"):
        files(Asked(name, "a", "b", ()))


@pytest.mark.parametrize("clients", [0, MOST_CLIENTS + 1])
def test_too_few_or_many_clients_are_refused(clients: int) -> None:
    with pytest.raises(UsageError) as caught:
        files(Asked("greet", "a", "b", (), clients=clients))
    assert caught.value.remedy == "take 1 to 3"

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import MachineError, UsageError
from kit.state import load, place, save


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save(tmp_path / "new" / "file.json", {"已": [1]})
    assert load(tmp_path / "new" / "file.json", dict) == {"已": [1]}


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert load(tmp_path / "file.json", dict) is None


@pytest.mark.parametrize("text", [b"", b"\xff", b"[]", b'{"other": 1}'])
def test_a_file_that_kit_did_not_write_is_named_and_stays(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=r"file\.json: is not as kit wrote it") as raised:
        load(path, lambda value: value["known"])
    assert "remove it" in (raised.value.remedy or "")
    assert path.read_bytes() == text


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        save(tmp_path / "file" / "file.json", {})


def test_the_place_is_the_users_state() -> None:
    assert place("a.json", {"XDG_STATE_HOME": "/state"}) == Path("/state/wirekit/a.json")
    home = Path.home() / ".local/state/wirekit/a.json"
    assert place("a.json", {}) == place("a.json", {"XDG_STATE_HOME": "not/absolute"}) == home

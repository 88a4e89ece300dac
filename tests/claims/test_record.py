from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.claims.record import Record, load, save
from kit.errors import UsageError
from tests.claims.literal import RECORD

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_measured_is_there_the_next_time(tmp_path: Path) -> None:
    save(tmp_path / "claims.json", RECORD)
    assert load(tmp_path / "claims.json") == RECORD


def test_without_a_file_nothing_was_measured(tmp_path: Path) -> None:
    assert load(tmp_path / "claims.json") == Record()


@pytest.mark.parametrize(
    "text", ["{}", '{"exercises": {"a": {}}, "queue": []}', '{"exercises": {}, "queue": [{}]}']
)
def test_a_file_that_kit_did_not_write_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "claims.json").write_text(text)
    with pytest.raises(UsageError, match="is not as kit wrote it"):
        load(tmp_path / "claims.json")

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.author import Author

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path)

from __future__ import annotations

import pytest

from kit import renderers
from kit.renderers._words import _WORDS


def test_a_format_is_a_file() -> None:
    assert {"json", "text"} <= set(renderers.names())
    assert all(callable(renderers.load(name).render) for name in renderers.names())


@pytest.mark.parametrize("name", ["_inert", "html5", "", "os.path", "../text"])
def test_an_unknown_name_is_no_format(name: str) -> None:
    with pytest.raises(KeyError):
        renderers.load(name)


def test_both_languages_have_every_phrase() -> None:
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()

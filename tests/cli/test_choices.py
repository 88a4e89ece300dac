from __future__ import annotations

import pytest

from kit.cli.choices import language
from kit.errors import UsageError


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),  # man 7 locale: empty is unset
    ],
)
def test_the_first_of_the_locales_variables_decides(environment: dict[str, str], lang: str) -> None:
    assert language(None, environment) == lang


def test_what_is_asked_for_beats_the_locale() -> None:
    assert language("en", {"LC_ALL": "zh_CN.UTF-8"}) == "en"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown language 'fr'"):
        language("fr", {})

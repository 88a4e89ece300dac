"""The marks are tshark's, on conversations that drive every rule to its borders. All captures: `make parity`."""

from __future__ import annotations

import random
import shutil

import pytest

from kit.packets.tcp.model import FLAG_NAMES
from tests import random_tcp
from tests.tshark_parity import Agreement, compare_all, explanation


@pytest.mark.skipif(
    shutil.which("tshark") is None, reason="there is no tshark here: its marks are not compared"
)
def test_every_mark_of_random_conversations_is_tsharks() -> None:
    agreement = Agreement()
    drawn = random_tcp.capture(random.Random(7), conversations=200)  # noqa: S311  # a test's input
    compare_all([("random", drawn)], agreement)
    assert [one for one in agreement.differences if explanation(one) is None] == []
    seen = {flag for flag in FLAG_NAMES.values() if agreement.both[flag]}
    assert seen == set(FLAG_NAMES.values())

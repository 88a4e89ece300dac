from __future__ import annotations

from kit.claims.record import Measured, Record
from kit.claims.settled import settled
from tests.claims.literal import CLAIMS, GREETING, RECORD
from tests.renderers.verdicts import HANDSHAKE, ORDER, TIMELINE, verdict


def test_a_claim_holds_where_every_check_that_shows_it_passed_here() -> None:
    first, _ = settled(CLAIMS, RECORD)
    assert (first.measured, first.holds) == (True, True)
    assert [finding.name for finding in first.shown[0].findings] == ["handshake"]


def test_it_does_not_where_one_failed_or_was_not_asked() -> None:
    _, second = settled(CLAIMS, RECORD)
    assert (second.measured, second.holds) == (True, False)
    assert [finding.name for finding in second.shown[0].findings] == ["accept_order"]
    assert second.shown[0].missing == ("close",)
    assert second.shown[1].holds


def test_what_was_not_run_here_is_neither_seen_nor_refuted() -> None:
    first, second = settled(CLAIMS, Record({"greeting": GREETING}))
    assert first.holds
    assert (second.measured, second.holds) == (False, False)
    assert second.shown[0].measured is None


def test_a_run_that_missed_a_step_says_so_first() -> None:
    broken = Measured(verdict(HANDSHAKE, ORDER, TIMELINE), "Linux")
    first, _ = settled(CLAIMS, Record({"greeting": broken}))
    assert [finding.name for finding in first.shown[0].findings] == ["timeline", "handshake"]
    assert not first.holds

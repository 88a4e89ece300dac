"""Exact rules on a count: which packets go on, when, how often, in which order, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from kit.tap import direction
from kit.tap.direction import Direction, Rule, corrupted
from tests.tap.frames import ACK, PSH, SYN, icmp, tcp, udp

MS = 1_000_000


def rule(do: str, first: int = 1, last: int | None = -1, counts: str = "packet", **further: Any) -> Rule:
    told = {"do": do, "counts": counts, "first": first, "last": first if last == -1 else last, "filter": None}
    return Rule(further.pop("number", 1), {**told, **further})


def frames(count: int) -> list[bytes]:
    return [udp(bytes([ord("a") + place])) for place in range(count)]


def letters(frames: list[bytes]) -> str:
    return b"".join(frame[42:] for frame in frames).decode()


def passed(link: Direction, sent: list[bytes], step_ns: int = MS) -> str:
    """Send a frame each step; give what came out until nothing was on its way."""
    came: list[bytes] = []
    for place, frame in enumerate(sent):
        link.take(frame, place * step_ns)
        came += link.due(place * step_ns)
    while (next_ns := link.next_ns) is not None:
        came += link.due(next_ns)
    return letters(came)


def acts(link: Direction) -> list[tuple[str, int]]:
    return [(act["what"], act["packet"]) for act in link.done()]


@pytest.mark.parametrize(
    ("chosen", "came", "told"),
    [
        (rule("drop", 2), "acd", [("dropped", 2)]),
        (rule("drop", 2, 3), "ad", [("dropped", 2), ("dropped", 3)]),
        (rule("drop", 3, None), "ab", [("dropped", 3), ("dropped", 4)]),
        (rule("drop", 5), "abcd", []),
        (rule("duplicate", 2), "abbcd", [("duplicated", 2)]),
        (rule("reorder", 2), "acbd", [("reordered", 2)]),
        (rule("reorder", 2, 3), "adbc", [("reordered", 2), ("reordered", 3)]),
        (rule("reorder", 4), "abc", [("reordered", 4)]),
        (rule("delay", 2, ms=1.5), "acbd", [("delayed", 2)]),
        (rule("delay", 1, 2, ms=10), "cdab", [("delayed", 1), ("delayed", 2)]),
        (rule("hold", 3, None, until="later"), "ab", [("held", 3), ("held", 4)]),
    ],
)
def test_a_rule_does_what_its_name_says(chosen: Rule, came: str, told: list[tuple[str, int]]) -> None:
    link = Direction([chosen])
    assert passed(link, frames(4)) == came
    assert acts(link) == told
    assert link.done() == []


def test_an_act_says_which_rule_did_what_to_which_packet_and_when() -> None:
    link = Direction([rule("drop", 9, number=4), rule("drop", 2, number=5)])
    passed(link, frames(3))
    assert link.done() == [{"what": "dropped", "rule": 5, "packet": 2, "time_ns": MS}]


def test_segments_and_datagrams_are_those_with_payload() -> None:
    sent = [tcp(SYN), udp(b""), icmp(8, 0), tcp(ACK, b"a"), udp(b"b"), tcp(PSH | ACK, b"c"), udp(b"d")]
    for counts, packet in (("packet", 2), ("segment", 6), ("datagram", 7)):
        link = Direction([rule("drop", 2, counts=counts)])
        passed(link, sent)
        assert acts(link) == [("dropped", packet)]


def test_with_a_filter_only_what_fits_is_counted() -> None:
    syn = ["some", "tcp.flags.syn", "==", 1]
    link = Direction([rule("drop", 2, filter=syn)])
    passed(link, [tcp(SYN), tcp(ACK), tcp(ACK), tcp(SYN), tcp(SYN)])
    assert acts(link) == [("dropped", 4)]


def test_the_first_rule_that_acts_decides_and_all_have_counted() -> None:
    link = Direction([rule("drop", 2, number=1), rule("duplicate", 2, 3, number=2)])
    assert passed(link, frames(4)) == "accd"
    assert acts(link) == [("dropped", 2), ("duplicated", 3)]


def test_what_is_released_goes_on_in_its_order_and_nothing_more_is_held() -> None:
    link = Direction(
        [rule("hold", 2, None, until="one", number=1), rule("hold", 1, None, until="two", number=2)]
    )
    sent = frames(4)
    for place in range(3):
        link.take(sent[place], place)
    link.release("one", 5)
    assert letters(list(link.due(5))) == "bc"
    link.take(sent[3], 6)
    assert letters(list(link.due(6))) == ""
    link.release("two", 7)
    assert letters(list(link.due(7))) == "ad"
    link.release("two", 8)
    assert letters(list(link.due(8))) == ""
    assert acts(link) == [
        ("held", 1),
        ("held", 2),
        ("held", 3),
        ("released", 2),
        ("released", 3),
        ("held", 4),
        ("released", 1),
        ("released", 4),
    ]


def test_what_is_delayed_is_under_way_and_what_is_held_is_not() -> None:
    link = Direction([rule("delay", 1, ms=200, number=1), rule("hold", 2, None, until="later", number=2)])
    for frame in frames(2):
        link.take(frame, 0)
    assert (link.under_way, link.next_ns) == (1, 200 * MS)
    assert letters(list(link.due(200 * MS - 1))) == ""
    assert letters(list(link.due(200 * MS))) == "a"
    assert (link.under_way, link.next_ns) == (0, None)


def test_a_reordered_packet_waits_for_one_that_goes_on() -> None:
    link = Direction([rule("reorder", 1, number=1), rule("drop", 2, number=2)])
    assert passed(link, frames(4)) == "cad"


def test_at_a_rate_each_packet_takes_its_time_after_the_one_before() -> None:
    link = Direction([], bytes_per_s=43_000)  # a frame of 43 bytes takes a millisecond
    for frame in frames(3):
        link.take(frame, 0)
    for at_ms, came in ((1, "a"), (2, "b"), (3, "c")):
        assert link.next_ns == at_ms * MS
        assert letters(list(link.due(at_ms * MS))) == came
    link.take(frames(1)[0], 10 * MS)
    assert link.next_ns == 11 * MS  # an idle link saves no time up


def test_a_full_queue_drops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direction, "QUEUE_BYTES", 100)
    link = Direction([rule("hold", 1, None, until="later")])
    for frame in frames(3):  # of 43 bytes each
        link.take(frame, 0)
    assert acts(link) == [("held", 1), ("held", 2), ("overflowed", 3)]
    link.release("later", 1)
    assert letters(list(link.due(1))) == "ab"
    assert passed(link, frames(1)) == "a"


def test_a_flood_of_acts_is_told_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direction, "MOST_TOLD", 2)
    link = Direction([rule("drop", 1, None)])
    assert passed(link, frames(4)) == ""
    assert acts(link) == [("dropped", 1), ("dropped", 2)]


@pytest.mark.parametrize("frame", [udp(b"hi"), tcp(SYN), tcp(ACK, b"x").ljust(80, b"\0")])
def test_a_corrupted_packet_differs_in_its_last_byte_and_no_padding(frame: bytes) -> None:
    changed = corrupted(frame)
    end = 14 + int.from_bytes(frame[16:18], "big")
    assert [place for place in range(len(frame)) if changed[place] != frame[place]] == [end - 1]
    assert changed[end - 1] == frame[end - 1] ^ 0xFF

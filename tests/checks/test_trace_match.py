"""Matching holds for any events and lines: it agrees with trying every order that there can have been."""

from __future__ import annotations

import math
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as some

from kit.checks._grammar import TextError
from kit.checks._trace_lines import Gap, Sent, parse, programs_in
from kit.checks._trace_match import Event, in_any_order, in_order
from kit.verdict import Cite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.checks._trace_lines import Line

PIECES: tuple[str, ...] = (
    "c",
    "s",
    ">",
    "S",
    "S.",
    ".",
    "P.",
    "-",
    "1:10(9)",
    "ack",
    "1",
    "...",
    "udp",
    "(9)",
    "accept()",
    "=",
    "ok",
)
PIECES += ("EAGAIN", "4", "X", "..", "\n", "")

LENGTHS = some.integers(1, 4)  # a packet of these tests is told from another by its length
WAITS = some.tuples(
    LENGTHS, some.integers(0, 2), some.integers(0, 2)
)  # length, pause before, how long it may take


@some.composite
def cases(draw: some.DrawFn) -> tuple[list[Line], list[list[Event]]]:
    """Give chains, and lines that are nearly what came: in some order, a few missing, a few gaps among them."""
    chains = [chain(draw(some.lists(WAITS, max_size=3))) for _ in range(draw(some.integers(1, 2)))]
    lengths = [event.what.length for one in chains for event in one if isinstance(event.what, Sent)]
    lines: list[Line] = [line(length) for length in draw(some.permutations(lengths))]
    del lines[: draw(some.integers(0, 2))]
    for at in draw(some.lists(some.integers(0, 6), max_size=2)):
        lines.insert(at, Gap())
    if draw(some.integers(0, 4)) == 0:
        lines.append(line(draw(some.one_of(some.none(), LENGTHS))))
    return lines, chains


def line(length: int | None) -> Line:
    return Gap() if length is None else Sent("c", "s", "tcp", length=length)


def chain(waits: Sequence[tuple[int, int, int]]) -> list[Event]:
    """Give events one behind the other, none of which may begin before the one before must have come."""
    events, now = [], 0
    for length, pause, room in waits:
        earliest, latest = now + pause, now + pause + room
        events.append(
            Event(Sent("c", "s", "tcp", length=length), Cite("", time_ns=earliest), earliest, latest)
        )
        now = latest
    return events


def orders(chains: Sequence[Sequence[Event]]) -> list[tuple[Event, ...]]:
    """Give every order in which moments can be found that never run backwards."""
    return [
        order for order in permutations([event for one in chains for event in one]) if can_be(order, chains)
    ]


def can_be(order: Sequence[Event], chains: Sequence[Sequence[Event]]) -> bool:
    now: float = -math.inf
    for event in order:
        now = max(now, event.earliest_ns)
        if now > event.latest_ns:
            return False
    place = {id(event): at for at, event in enumerate(order)}
    return all(place[id(one)] < place[id(other)] for each in chains for one, other in pairwise(each))


def fits(lines: Sequence[Line], events: Sequence[Event]) -> bool:
    """Match in the plainest way, with every choice of what a gap takes."""
    if not lines:
        return not events
    first, *rest = lines
    if isinstance(first, Gap):
        return any(fits(rest, events[skipped:]) for skipped in range(len(events) + 1))
    return bool(events) and first.fits(events[0].what) and fits(rest, events[1:])


@given(cases())
def test_lines_fit_in_order_if_they_fit_one_of_all_orders(case: tuple[list[Line], list[list[Event]]]) -> None:
    lines, chains = case
    match = in_order(lines, chains)
    assert (match.line is None) == any(fits(lines, order) for order in orders(chains))
    if match.line is None:
        taken = [one for one in lines if not isinstance(one, Gap)]
        assert len(match.events) == len(taken)
        assert all(one.fits(event.what) for one, event in zip(taken, match.events, strict=True))
    else:  # all before it fit, with any that may follow; it is the first that does not
        assert any(fits([*lines[: match.line], Gap()], order) for order in orders(chains))
        assert match.line == len(lines) or not any(
            fits([*lines[: match.line + 1], Gap()], order) for order in orders(chains)
        )


@given(cases())
def test_lines_fit_in_any_order_if_some_order_of_them_fits(
    case: tuple[list[Line], list[list[Event]]],
) -> None:
    lines, chains = case
    events = [event for each in chains for event in each]
    wanted = [one for one in lines if not isinstance(one, Gap)]
    loose = len(wanted) < len(lines)
    right = (len(wanted) == len(events) or (loose and len(wanted) < len(events))) and any(
        all(one.fits(event.what) for one, event in zip(wanted, order, strict=False))
        for order in permutations(events)
    )
    assert (in_any_order(lines, chains).line is None) == right


@given(some.one_of(some.text(max_size=60), some.lists(some.sampled_from(PIECES), max_size=9).map(" ".join)))
def test_any_text_is_a_line_or_has_a_fault_at_a_column_of_it(text: str) -> None:
    try:
        parse(text)
    except TextError as error:
        column = error.column
    else:
        column = 1
    assert 1 <= column <= len(text) + 1
    assert len(programs_in(text)) <= 1

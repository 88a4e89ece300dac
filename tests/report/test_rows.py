from __future__ import annotations

from kit.report.rows import EDGE_ROWS, LIKE_ROWS, MOST_ROWS, Row, moved, rows_of
from tests.report.scene import (
    arrived,
    began,
    ladder,
    mark,
    returned,
    said,
    segment,
    small_ladder,
    state,
)


def grouped(*events: object) -> list[tuple[int, ...]]:
    return [row.events for row in rows_of(ladder(*events))]  # type: ignore[arg-type]


def test_a_segment_shares_its_row_with_its_arrival() -> None:
    assert grouped(segment(1, 1, "cs"), arrived(1, 1, "server")) == [(0, 1)]


def test_a_segment_that_is_under_way_while_something_happens_has_two_rows() -> None:
    assert grouped(segment(1, 1, "cs"), said("x", 2), arrived(1, 3, "server")) == [(0,), (1,), (2,)]


def test_a_call_shares_its_row_with_its_return_where_nothing_stood_between() -> None:
    call = began(1, 1, "server", returned=1), returned(1, 2, "server", began=0)
    assert grouped(*call) == [(0, 1)]


def test_a_call_that_blocked_has_a_row_for_its_entry_and_one_for_its_return() -> None:
    call = (
        began(1, 1, "server", returned=1, blocked=True),
        returned(1, 9, "server", began=0, blocked=True),
    )
    assert grouped(*call) == [(0,), (1,)]


def test_states_of_both_ends_stand_beside_the_segment_that_changed_them() -> None:
    assert grouped(
        segment(1, 1, "cs"),
        arrived(1, 1, "server"),
        state("client", "SYN-SENT", 1),
        state("server", "SYN-RECEIVED", 1),
    ) == [(0, 1, 2, 3)]


def test_a_second_state_of_the_same_end_has_a_row_of_its_own() -> None:
    assert grouped(
        segment(1, 1, "cs"), arrived(1, 1, "server"), state("server", "A", 1), state("server", "B", 1)
    ) == [(0, 1, 2), (3,)]


def test_the_state_of_a_receiver_waits_for_the_arrival() -> None:
    assert grouped(segment(1, 1, "cs"), state("server", "SYN-RECEIVED", 1)) == [(0,), (1,)]


def transfer(count: int) -> list[object]:
    """Give data segments with their arrivals."""
    return [
        event
        for number in range(1, count + 1)
        for event in (
            segment(number, number, "cs", "PSH-ACK", flags="P.", length=100),
            arrived(number, number, "server"),
        )
    ]


def test_a_long_run_of_like_segments_is_folded_but_for_its_ends() -> None:
    rows = rows_of(ladder(*transfer(100)))  # type: ignore[arg-type]
    assert len(rows) == 2 * EDGE_ROWS + 1
    assert [row.folded for row in rows].count(True) == 1
    assert len(rows[EDGE_ROWS].events) == 2 * (100 - 2 * EDGE_ROWS)


def test_a_short_run_of_like_segments_is_shown() -> None:
    assert not any(row.folded for row in rows_of(ladder(*transfer(LIKE_ROWS))))  # type: ignore[arg-type]


def test_folding_loses_no_event() -> None:
    events = transfer(500)
    rows = rows_of(ladder(*events))  # type: ignore[arg-type]
    assert [place for row in rows for place in row.events] == list(range(len(events)))


def test_a_cited_segment_stays_visible_within_a_long_run() -> None:
    rows = rows_of(ladder(*transfer(200)), frozenset({200}))  # type: ignore[arg-type]
    assert Row((200, 201)) in rows


def test_a_retransmission_stays_visible_within_a_long_run() -> None:
    events = transfer(200)
    events[200] = segment(
        101, 101, "cs", "PSH-ACK", flags="P.", length=100, facts=frozenset({"retransmission"})
    )
    assert Row((200, 201)) in rows_of(ladder(*events))  # type: ignore[arg-type]


def test_a_picture_of_many_connections_stays_below_its_most_rows() -> None:
    events = [segment(number, number, "cs") for number in range(1, 4000)]
    rows = rows_of(ladder(*events))
    assert len(rows) <= MOST_ROWS + 1
    assert sum(len(row.events) for row in rows) == len(events)


def test_steps_are_never_folded() -> None:
    events = [mark(number, "x", number) for number in range(1, 3000)]
    assert not any(row.folded for row in rows_of(ladder(*events)))


def test_a_fold_says_how_much_went_which_way() -> None:
    run = ladder(*transfer(100))  # type: ignore[arg-type]
    (fold,) = [row for row in rows_of(run) if row.folded]
    (part,) = moved(run, fold)
    assert (part.kind, part.names, part.count, part.size) == ("segments", ("client", "server"), 84, 8400)


def test_every_event_of_the_small_run_has_one_row() -> None:
    places = [place for row in rows_of(small_ladder()) for place in row.events]
    assert sorted(places) == list(range(14))
